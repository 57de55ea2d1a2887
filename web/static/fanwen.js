// Comfort only: every page works without this script.
(() => {
  "use strict";

  const status = document.getElementById("status");
  const box = document.getElementById("q");

  const tell = (button, message) => {
    const before = button.dataset.label ?? button.textContent;
    button.dataset.label = before;
    button.textContent = message;
    status.textContent = message;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = before;
      status.textContent = "";
    }, 2500);
  };

  // navigator.clipboard is missing where the page came over plain http from another machine.
  const copyBySelection = (text) => {
    const area = document.createElement("textarea");
    area.className = "unseen";
    area.readOnly = true;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  const select = (id) => {
    const element = id && document.getElementById(id);
    if (element) getSelection().selectAllChildren(element);
    return Boolean(element);
  };

  const copy = async (button) => {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      tell(button, "已复制");
    } catch {
      const done = copyBySelection(text);
      button.focus();
      if (done) tell(button, "已复制");
      else tell(button, select(button.dataset.select) ? "已选中，请按 Ctrl+C" : "复制不了，请打开全文选取");
    }
  };

  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  if (box) {
    for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.focus();
      box.select();
    });
  }
})();
