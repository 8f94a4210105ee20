// Light or dark: what the reader chose, before anything is drawn; as the system says where nothing is chosen.
(() => {
  const root = document.documentElement;
  const kept = () => {
    try {
      return localStorage.getItem("theme") ?? "";
    } catch {
      return "";
    }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    root.dispatchEvent(new CustomEvent("themechange"));
  };
  show(kept());
  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector(".theme");
    const choice = box.querySelector("select");
    box.hidden = false;
    choice.value = root.dataset.theme ?? "";
    choice.addEventListener("change", () => {
      try {
        localStorage.setItem("theme", choice.value);
      } catch {
        // A browser that keeps nothing still shows the choice on this page.
      }
      show(choice.value);
    });
  });
})();
