// The passage page: shows where one is in the outline, and brings in what resembles the passage before a reader gets there.
// Without it the outline stands at its top, and what resembles the passage is a link away.
(() => {
  "use strict";

  const current = document.querySelector(".outline [aria-current]");
  const list = current && current.closest("details");
  if (list && list.scrollHeight > list.clientHeight) {
    const low = current.getBoundingClientRect().top - list.getBoundingClientRect().top;
    list.scrollTop = low - list.clientHeight / 3;
  }

  const place = document.querySelector("[data-similar]");
  if (!place || !("IntersectionObserver" in window)) return;

  const bring = async () => {
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(place.dataset.similar, { credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("similar-found");
      if (found) place.replaceChildren(...[...found.childNodes].map((node) => document.importNode(node, true)));
    } catch {
      // The link that stands there leads to the same list.
    } finally {
      place.removeAttribute("aria-busy");
    }
  };

  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    bring();
  }, { rootMargin: "600px" });
  watch.observe(place);
})();
