// The page in a frame: passes on what its address asks for, and tells its height to the page around it.
(() => {
  "use strict";

  const element = document.querySelector("fanwen-search");
  const parents = JSON.parse(document.body.dataset.parents);

  // A key stands behind the #, which no server and no log sees.
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key) element.setAttribute("key", key);

  const tell = () => {
    const message = { type: "fanwen-height", height: Math.ceil(document.documentElement.getBoundingClientRect().height) };
    for (const parent of parents) window.parent.postMessage(message, parent);
  };

  if (window.parent !== window) new ResizeObserver(tell).observe(document.documentElement);
})();
