// What a writer may be about to type. Without this script the box is a plain one.
(() => {
  "use strict";

  // Milliseconds: a pause in typing; until it is told, not shown, that there are suggestions.
  const WAIT = 150;
  const SETTLED = 700;
  const UNITS = { heading: "处小标题", title: "篇的题目" };

  const box = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const status = document.getElementById("status");
  if (!box || !list) return;

  let composing = false;
  let timer;
  let asking;
  let telling;
  let active = null;

  const mark = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) box.setAttribute("aria-activedescendant", active.id);
    else box.removeAttribute("aria-activedescendant");
  };

  // Whoever types on, or begins to compose, wants nothing of what was asked before.
  const drop = () => {
    clearTimeout(timer);
    clearTimeout(telling);
    asking?.abort();
    mark(null);
  };

  const close = () => {
    drop();
    list.hidden = true;
    list.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    status.textContent = "";
  };

  const piece = (name, text) => {
    const element = document.createElement("span");
    element.className = name;
    element.textContent = text;
    return element;
  };

  const option = ({ text, count, kind }, index) => {
    const element = document.createElement("li");
    element.id = `suggestion-${index}`;
    element.role = "option";
    element.dataset.text = text;
    element.setAttribute("aria-selected", "false");
    element.append(piece("name", text), piece("count", `${count} ${UNITS[kind] ?? "段"}`));
    return element;
  };

  const show = (suggestions) => {
    if (!suggestions.length || document.activeElement !== box) return close();
    mark(null);
    list.replaceChildren(...suggestions.map(option));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    telling = setTimeout(() => {
      status.textContent = `${suggestions.length} 条建议，可用上下方向键选择`;
    }, SETTLED);
  };

  const ask = async () => {
    drop();
    if (!box.value.trim()) return close();
    asking = new AbortController();
    try {
      const query = new URLSearchParams({ q: box.value });
      const response = await fetch(`${list.dataset.url}?${query}`, { signal: asking.signal });
      if (response.ok) show((await response.json()).suggestions);
      else close();
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  const askSoon = () => {
    drop();
    timer = setTimeout(ask, WAIT);
  };

  const choose = (chosen) => {
    box.value = chosen.dataset.text;
    close();
    box.form.requestSubmit();
  };

  const move = (step) => {
    const options = [...list.children];
    const place = active ? options.indexOf(active) + step : step > 0 ? 0 : options.length - 1;
    mark(options[place]);
  };

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  box.addEventListener("compositionstart", () => {
    composing = true;
    close();
  });
  box.addEventListener("compositionend", () => {
    composing = false;
    askSoon();
  });
  box.addEventListener("input", (event) => {
    if (!composing && !event.isComposing) askSoon();
  });
  box.addEventListener("keydown", (event) => {
    // Safari ends a composition before the Enter that ended it; its key code is that of an input method.
    if (composing || event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" && list.hidden) ask();
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp" && !list.hidden) move(-1);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && active) choose(active);
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) choose(chosen);
  });
})();
