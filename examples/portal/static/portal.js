// What the portal adds: a picked passage goes into the draft, and the frame is as high as what it shows.
(() => {
  "use strict";

  const draft = document.getElementById("draft");
  const frame = document.querySelector(".frame");

  document.addEventListener("fanwen-pick", (event) => {
    event.preventDefault();
    draft.value += `${draft.value ? "\n" : ""}${event.detail.text}`;
  });

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.data?.type !== "fanwen-height") return;
    frame.style.height = `${Math.min(event.data.height, 4000)}px`;
  });
})();
