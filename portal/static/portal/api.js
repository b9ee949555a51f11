// Swagger UI over our own description. It validates nothing on other hosts.
(() => {
  "use strict";
  const root = document.documentElement;
  const place = document.getElementById("swagger-ui");
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Swagger UI is dark below this class, and knows nothing of the reader's theme.
  const followTheme = () => root.classList.toggle("dark-mode", root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  system.addEventListener("change", followTheme);
  followTheme();

  SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    validatorUrl: null,
  });
})();
