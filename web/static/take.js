// Taking passages along: copying them in three ways, and keeping them in the basket, which lives in this browser alone.
// What the basket is stands in store.js, which is loaded where something can be kept.

const STATED = 2500;

const status = document.getElementById("status");
const link = document.querySelector(".to-basket");
// Two libraries under one origin have a basket each.
export const KEY = `fanwen:basket:${new URL(link?.href ?? "/basket", location.href).pathname}`;

/** Where *item* stands, in lines: 《题目》（篇2），发文单位，文号，日期 / 来源 / address. */
const cite = (item, address) => {
  const title = item.title ? `《${item.title}》${item.part ? `（${item.part}）` : ""}` : item.part;
  const about = [title, item.issuer, item.number, item.date].filter(Boolean).join("，");
  const place = [item.source, item.place].filter(Boolean).join("，");
  return [about && `——${about}`, place && `来源：${place}`, address].filter(Boolean).join("\n");
};

/** Another tab's changes arrive as events of our own; null: all storage was cleared. */
addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) document.dispatchEvent(new CustomEvent("fanwen:basket"));
});

// --- copying

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

/** Put *text* on the clipboard; *button*, which has the focus, keeps it. Says whether it is there. */
export const copy = async (text, button) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const done = copyBySelection(text);
    button.focus();
    return done;
  }
};

/** Say *message* beside *button*, without moving anything, and to those who listen. */
export const tell = (button, message) => {
  button.dataset.told = message;
  status.textContent = message;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    delete button.dataset.told;
    status.textContent = "";
  }, STATED);
};

// --- the buttons of hits and passages

/** The text for a way of copying: as it is, with its source, or for an official document. */
export const textFor = (act, item, address) => {
  if (act === "copy-clean") return item.clean || item.text;
  return act === "copy-source" ? `${item.text}\n\n${cite(item, address)}` : item.text;
};

const select = (place) => {
  const text = place.closest(".whole")?.querySelector(".text");
  if (text) getSelection().selectAllChildren(text);
  return Boolean(text);
};

const copyFrom = async (button, place) => {
  const { dataset } = place;
  const done = await copy(textFor(button.dataset.act, dataset, new URL(dataset.url, location.href).href), button);
  if (done) tell(button, "已复制");
  else tell(button, select(place) ? "已选中，请按 Ctrl+C" : "复制不了，请打开原文选取");
};

const keep = async (button, { dataset }) => {
  const store = await import("./store.js").catch(() => null);
  if (!store) return tell(button, "连不上检索服务，没有放进去，请稍后再试");
  const { Trouble, change, itemFrom, read } = store;
  try {
    const held = read().some(({ id }) => id === dataset.id);
    if (held) change((items) => items.filter(({ id }) => id !== dataset.id));
    else change((items) => [...items, itemFrom(dataset)]);
    tell(button, held ? "已移出素材篮" : "已放入素材篮");
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    tell(button, error.message);
  }
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".take [data-act]");
  if (!button) return;
  const place = button.closest(".take");
  if (button.dataset.act === "keep") keep(button, place);
  else copyFrom(button, place);
});

/** The ids of what is kept; none where that cannot be read, which each attempt to keep something tells. */
const ids = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)).items.map(({ id }) => id);
  } catch {
    return [];
  }
};

/** Show what is in the basket: its count in the head, and at each passage whether it is in. */
const refresh = () => {
  const items = ids();
  const held = new Set(items);
  const places = document.querySelectorAll(".take");
  // Fetched before it is wanted; what fails now is tried again then.
  if (places.length) import("./store.js").catch(() => {});
  for (const place of places) {
    place.hidden = false;
    const button = place.querySelector("[data-act=keep]");
    const inside = held.has(place.dataset.id);
    button.textContent = inside ? "移出素材篮" : "放入素材篮";
    button.classList.toggle("held", inside);
  }
  const kept = link?.querySelector(".kept");
  if (!kept) return;
  kept.hidden = !items.length;
  kept.textContent = items.length;
  link.setAttribute("aria-label", items.length ? `素材篮，有 ${items.length} 条` : "素材篮");
};

document.addEventListener("fanwen:basket", refresh);
document.addEventListener("fanwen:shown", refresh);
// A page that comes back from the browser's memory may have missed what other pages did.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.dispatchEvent(new CustomEvent("fanwen:basket"));
});
refresh();
