"""Bodies that an attacker, or a careless publisher, might send. Written for this product."""

import html
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).parent
SCHEMES = [
    *(
        "javascript:",
        "JaVaScRiPt:",
        "java\tscript:",
        "java\nscript:",
        "\x01javascript:",
        "vbscript:",
        "data:text/html,",
    ),
    *("data:image/svg+xml;base64,", "file:///", "blob:", "about:", "view-source:", "ftp://", "ws://", "tel:"),
]
PLACES = [
    *(
        "//evil.example/x",
        "/account/logout/",
        "\\\\evil.example",
        "/\\evil.example",
        "https:/\\evil.example",
        "?delete=1",
    ),
    *(
        "#top",
        "../../admin/",
        "account/logout/",
        "https:evil.example",
        "http:\\\\evil.example",
        "mailto:",
        "https://",
        "",
    ),
]
ATTRIBUTES = [
    *("onclick", "onerror", "onload", "onmouseover", "onfocus", "ontoggle", "onanimationstart", "onbeforetoggle"),
    *("hx-get", "hx-post", "hx-on:click", "hx-on--after-request", "hx-trigger", "hx-vals", "hx-headers", "hx-ext"),
    *("hx-boost", "hx-swap-oob", "hx-include", "data-hx-get", "data-hx-on:click", "data-hx-trigger", "data-hx-post"),
    *("style", "class", "id", "name", "data-dialog", "popovertarget", "form", "formaction", "is", "slot", "part"),
    *("target", "ping", "download", "autofocus", "tabindex", "contenteditable", "accesskey", "xmlns", "srcdoc"),
]
BODIES = [
    *(HERE / "bodies.txt").read_text().splitlines(),
    "<p\x0conclick=alert(1)>x",
    "<b><i><u>" * 400,
    *(f'<a href="{html.escape(scheme + "alert(1)")}">x</a>' for scheme in SCHEMES),
    *(f'<a href="{scheme}alert(1)">x</a>' for scheme in SCHEMES),
    *(f'<a href="{place}">x</a>' for place in PLACES),
    *(f"<p {name}=alert(1)>x</p>" for name in ATTRIBUTES),
    *(f'<a href="https://ok.example" {name}="/account/logout/">x</a>' for name in ATTRIBUTES),
]
TAGS = {
    *(
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "u",
        "ul",
    ),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
OK = {"colspan", "rowspan", "scope"}


class Survivors(HTMLParser):
    """Everything in a body that a reader's browser should never have been given."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            good = name in OK or (tag == "a" and name == "rel" and value == "noopener noreferrer nofollow")
            if name == "href" and tag == "a":
                good = (value or "").lower().startswith(("https://ok.", "http://ok.", "mailto:help@"))
            if not good:
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data}")
