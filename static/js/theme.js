// Light or dark, chosen by the person or by their system. A plain script in <head>: it runs before the first paint.
// Any button with data-theme-switch turns the theme over; the choice is kept in this browser.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage can be forbidden; the switch still works for this page
    }
  };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  const markButtons = () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(isDark()));
    }
  };

  const turnOver = () => {
    const theme = isDark() ? "light" : "dark";
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // see stored()
    }
    markButtons();
  };

  apply(stored());
  document.addEventListener("DOMContentLoaded", markButtons);
  system.addEventListener("change", markButtons);
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    apply(event.newValue);
    markButtons();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-theme-switch]")) turnOver();
  });
})();
