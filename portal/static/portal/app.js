// What pages add when scripts run: closing menus and toasts, dialogs, one submission per form. Everything works without it.
(() => {
  "use strict";

  const READ_FOR = 8000; // milliseconds a toast stays; warnings and refusals stay until they are closed
  const region = () => document.getElementById("toasts");

  const dressToast = (toast) => {
    if (toast.dataset.dressed) return;
    toast.dataset.dressed = "true";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button subtle square";
    close.textContent = "\u00d7";
    close.setAttribute("aria-label", region().dataset.close);
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    if (["success", "info"].includes(toast.dataset.tone)) {
      const fade = () => (toast.matches(":hover, :focus-within") ? setTimeout(fade, READ_FOR) : toast.remove());
      setTimeout(fade, READ_FOR);
    }
  };

  const say = (text, tone) => {
    const toast = document.createElement("div");
    const words = document.createElement("p");
    toast.className = "toast";
    toast.dataset.tone = tone;
    words.textContent = text;
    toast.append(words);
    region().append(toast);
  };

  if (region()) {
    region().querySelectorAll(".toast").forEach(dressToast);
    new MutationObserver((changes) => {
      changes.forEach((change) => change.addedNodes.forEach((node) => node.matches?.(".toast") && dressToast(node)));
    }).observe(region(), { childList: true });
    ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
      document.addEventListener(name, (event) => {
        const status = event.detail.xhr ? event.detail.xhr.status : 0;
        if (status === 0 || status >= 500) say(region().dataset.failed, "danger");
      });
    });
  }

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop belongs to the dialog
  });

  // Copying needs a secure connection; without one the button stays hidden and the text is selected by a click.
  if (navigator.clipboard) {
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        say(button.dataset.copied, "success");
      });
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest("details.menu[open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // The theme changes in place: a page that is fetched anew would lose what was typed.
  document.addEventListener("submit", (event) => {
    const { submitter: choice, target: form } = event;
    if (choice?.name !== "theme") return;
    event.preventDefault();
    const failed = () => region() && say(region().dataset.failed, "danger");
    fetch(form.action, { method: "POST", body: new FormData(form, choice), redirect: "manual" })
      .then((answer) => answer.type === "opaqueredirect" || failed(), failed);
    const root = document.documentElement;
    if (choice.value === "system") delete root.dataset.theme;
    else root.dataset.theme = choice.value;
    document.querySelector("meta[name=color-scheme]").content = root.dataset.theme || "light dark";
    form.querySelectorAll("[name=theme]").forEach((item) => item.removeAttribute("aria-current"));
    choice.setAttribute("aria-current", "true");
    const menu = form.closest("details");
    menu.querySelector("summary svg").replaceWith(choice.querySelector("svg").cloneNode(true));
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // What was typed and not sent: the browser asks before it is thrown away.
  let unsent = null;
  const forget = () => (unsent = null);
  document.addEventListener("input", (event) => {
    if (event.target.matches(".frame form[method=post] :is(textarea, input:not([type=checkbox], [type=radio]))")) unsent = event.target.form;
  });
  document.addEventListener("submit", (event) => event.target === unsent && forget());
  document.addEventListener("click", (event) => event.target.closest("form a") && forget()); // Cancel
  window.addEventListener("beforeunload", (event) => unsent?.isConnected && event.preventDefault());

  // Whoever was signed out and stays to save what was typed is not asked again by the next poll: a copy does not poll.
  document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr, elt } }) => {
    if (xhr.status === 401 && elt.matches("[hx-trigger^=every]")) elt.replaceWith(elt.cloneNode(true));
  });

  // One box for all the boxes of a table.
  const boxes = (table) => [...table.querySelectorAll("tbody .pick input")];
  document.querySelectorAll("[data-select-all]").forEach((all) => {
    const table = all.closest("table");
    const follow = () => {
      const checked = boxes(table).filter((box) => box.checked).length;
      all.checked = checked === boxes(table).length;
      all.indeterminate = checked > 0 && !all.checked;
    };
    all.closest("label").hidden = false;
    table.addEventListener("change", (event) => {
      if (event.target === all) boxes(table).forEach((box) => { box.checked = all.checked; });
      follow();
    });
    window.addEventListener("pageshow", follow); // a browser may have kept the boxes of before
  });

  // A second click on a slow form must not send it twice. The server refuses doubles too; this spares people the message.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(release, READ_FOR, form); // an answer that is a download leaves the page where it was
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // The navigation is a popover only where it does not fit beside the page.
  matchMedia("(width >= 64rem)").addEventListener("change", () => {
    const navigation = document.getElementById("navigation");
    if (navigation && navigation.matches(":popover-open")) navigation.hidePopover();
  });
})();
