// The keyboard: / and Escape to the box, arrows (j and k) along the results, c and s for the one that is stood on.
(() => {
  "use strict";

  const SWITCH = "fanwen:keys";

  const box = document.getElementById("q");
  const help = document.getElementById("keys");
  const toggle = document.getElementById("keys-on");

  // Somebody who speaks to the computer, or hits keys by accident, switches off what a single letter does.
  const stored = () => {
    try {
      return localStorage.getItem(SWITCH);
    } catch {
      return null;
    }
  };
  const store = (value) => {
    try {
      localStorage.setItem(SWITCH, value);
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  };

  const hits = () => [...document.querySelectorAll("article.hit")];
  const current = () => document.querySelector("article.hit[data-current]");

  const mark = (hit) => {
    for (const other of document.querySelectorAll("[data-current]")) if (other !== hit) delete other.dataset.current;
    if (hit) hit.dataset.current = "";
  };

  const walk = (step) => {
    const all = hits();
    const place = all.indexOf(current());
    const next = place < 0 ? all.at(step > 0 ? 0 : -1) : all[place + step];
    if (!next) return Boolean(all.length);
    next.querySelector("h2 a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  /** Press the button for *act* of the result that is stood on, or of the passage that the page shows. */
  const press = (act) => {
    const place = hits().length ? current() : document.getElementById("main");
    const button = place?.querySelector(`[data-act="${act}"]`);
    button?.click();
    return Boolean(button);
  };

  const toBox = () => {
    box?.focus();
    box?.select();
    return Boolean(box);
  };

  const open = () => {
    if (!help.open) help.showModal();
    return true;
  };

  // Each says whether it did anything; a key that did nothing is left to the browser.
  const letters = {
    "/": toBox,
    "?": open,
    j: () => walk(1),
    k: () => walk(-1),
    c: () => press("copy"),
    s: () => press("keep"),
  };
  const others = { ArrowDown: () => walk(1), ArrowUp: () => walk(-1), Escape: toBox };

  /** Arrows scroll, except where they walk: at a result, or where nothing in particular has the focus. */
  const walkable = (target) => target === document.body || target.id === "main" || Boolean(target.closest("article.hit"));

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (target.closest("input, textarea, select, [contenteditable], [role=listbox]")) return;
    const act = toggle.checked && Object.hasOwn(letters, key) ? letters[key] : walkable(target) && others[key];
    if (act && act()) event.preventDefault();
  });

  document.addEventListener("focusin", ({ target }) => mark(target.closest("article.hit")));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-act=keys]")) open();
  });
  for (const button of document.querySelectorAll("[data-act=keys]")) button.hidden = false;

  toggle.checked = stored() !== "off";
  toggle.addEventListener("change", () => store(toggle.checked ? "on" : "off"));
})();
