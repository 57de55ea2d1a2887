// The page of the basket: order, notes, tags, and what is made of it. What is kept, and how, is in store.js.
import { LIMITS, Trouble, addressOf, basketFrom, change, discard, read, tagsFrom, written } from "./store.js";
import { copy, tell, textFor } from "./take.js";

const FIELDS = ["text", "title", "part", "number", "issuer", "date", "source", "place", "note"];
const PAUSE = 300;
// A backup is written with line breaks, and so a little longer than what is kept.
const FILE_BYTES = LIMITS.bytes + 512 * 1024;

const page = document.getElementById("basket");
const one = (name) => page.querySelector(name);
const list = one(".items");
const tagBar = one(".bar-of-tags");
const importing = document.getElementById("importing");
const clearing = document.getElementById("clearing");
const option = (name) => document.getElementById(`making-${name}`);

let tag = "";
let undoing = null;
// The list is to be written anew, but not yet; and a note of this very page is being kept.
let late = false;
let keeping = false;
// The field in which somebody types.
let pending = null;
let pausing;

const addressFor = ({ id }) => addressOf(id, page.dataset.passage);
const itemOf = (element) => element.closest(".item")?.dataset.id;
const shownOf = (items) => (tag ? items.filter(({ tags }) => tags.includes(tag)) : items);

// --- trouble is told above the list, and goes with the next thing that works

const told = (message) => {
  one(".basket-trouble").textContent = message;
};

const troubled = (error) => {
  if (!(error instanceof Trouble)) throw error;
  told(error.message);
  one(".basket-trouble").scrollIntoView({ block: "nearest" });
};

/** Do *act*, and tell what kept it from being done. */
const attempt = (act) => {
  try {
    told("");
    return act();
  } catch (error) {
    return troubled(error);
  }
};

// --- the list

const lineOf = (item, place, number) => {
  const element = document.getElementById("item").content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(name);
  element.dataset.id = item.id;
  const address = addressFor(item);
  const title = document.createElement(address ? "a" : "span");
  if (address) title.href = address;
  title.textContent = item.title || "（没有题目）";
  part("h2").append(title);
  if (item.lang) part(".item-text").lang = part("h2").lang = item.lang;
  part(".item-text").textContent = item.text;
  part(".item-source").textContent = [item.part, item.issuer, item.number, item.date, item.source, item.place].filter(Boolean).join("，");
  part("[data-field=note]").value = item.note;
  part("[data-field=tags]").value = item.tags.join(" ");
  part(".item-print").textContent = [item.note && `备注：${item.note}`, item.tags.length && `标签：${item.tags.join("、")}`].filter(Boolean).join("　");
  for (const button of element.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent}：${item.title || item.text.slice(0, 20)}`);
  part("[data-do=up]").setAttribute("aria-disabled", String(place === 0));
  part("[data-do=down]").setAttribute("aria-disabled", String(place === number - 1));
  return element;
};

const tagButton = (name, number) => {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.tag = name;
  button.setAttribute("aria-pressed", String(name === tag));
  button.textContent = name ? `${name} ${number}` : `全部 ${number}`;
  return button;
};

const showTags = (items) => {
  const counts = new Map();
  for (const each of items.flatMap(({ tags }) => tags)) counts.set(each, (counts.get(each) ?? 0) + 1);
  if (!counts.has(tag)) tag = "";
  tagBar.hidden = !counts.size;
  tagBar.replaceChildren(tagButton("", items.length), ...[...counts].map(([name, number]) => tagButton(name, number)));
};

/** Which control has the focus, to give it back to its like after the list was written anew. */
const focused = () => {
  const { activeElement: element } = document;
  const name = element.dataset?.do ? `[data-do="${element.dataset.do}"]` : element.dataset?.field && `[data-field="${element.dataset.field}"]`;
  if (tagBar.contains(element)) return () => tagBar.querySelector(`[aria-pressed=true]`);
  const id = itemOf(element);
  return () => id && name && list.querySelector(`[data-id="${CSS.escape(id)}"] ${name}`);
};

const show = () => {
  let items;
  if (pending) settle();
  try {
    items = read();
  } catch (error) {
    return showTroubled(error);
  }
  const again = focused();
  showTags(items);
  const shown = shownOf(items);
  list.replaceChildren(...shown.map((item, place) => lineOf(item, place, shown.length)));
  one(".empty").hidden = items.length > 0;
  one(".filled").hidden = items.length === 0;
  one(".stale").hidden = items.length === 0;
  one(".shown").textContent = tag ? `只看标签“${tag}”，${shown.length} 条。导出文档、复制、打印都只用这 ${shown.length} 条。` : `共 ${items.length} 条`;
  again()?.focus({ preventScroll: true });
};

/** What is kept cannot be read: tell so, and leave the writer a way out. */
const showTroubled = (error) => {
  troubled(error);
  one(".filled").hidden = one(".stale").hidden = one(".empty").hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.do = "clear";
  button.textContent = "清空素材篮";
  one(".basket-trouble").append(" ", button);
};

const offerUndo = (message, undo) => {
  undoing = undo;
  one(".undo").hidden = false;
  one(".undo span").textContent = message;
  document.getElementById("status").textContent = message;
};

/** Put *items* back where they stood, but for those that are there again. */
const putBack = (gone) => {
  change((items) => {
    const held = new Set(items.map(({ id }) => id));
    const whole = [...items];
    for (const [place, item] of gone) if (!held.has(item.id)) whole.splice(Math.min(place, whole.length), 0, item);
    return whole;
  });
};

// --- order

/** Put the item *id* before the item *before*, or behind the item *after*. */
const moved = (id, { before, after }) =>
  change((items) => {
    const item = items.find((each) => each.id === id);
    const rest = items.filter((each) => each !== item);
    const place = before ? rest.findIndex((each) => each.id === before) : rest.findIndex((each) => each.id === after) + 1;
    return item && place >= 0 ? [...rest.slice(0, place), item, ...rest.slice(place)] : items;
  });

const step = (button, by) => {
  const line = button.closest(".item");
  const beside = by < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!beside) return;
  moved(itemOf(line), by < 0 ? { before: itemOf(beside) } : { after: itemOf(beside) });
  const place = [...list.children].findIndex((each) => itemOf(each) === itemOf(line)) + 1;
  document.getElementById("status").textContent = `移到第 ${place} 条，共 ${list.children.length} 条`;
  list.children[place - 1].scrollIntoView({ block: "nearest" });
};

let dragged = null;

list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest(".item");
  dragged.classList.add("dragged");
  list.setPointerCapture(event.pointerId);
});

list.addEventListener("pointermove", ({ clientY }) => {
  if (!dragged) return;
  const below = [...list.children].find((line) => {
    const { top, height } = line.getBoundingClientRect();
    return line !== dragged && clientY < top + height / 2;
  });
  if ((below ?? null) !== dragged.nextElementSibling) list.insertBefore(dragged, below ?? null);
  if (clientY < 60) scrollBy(0, -12);
  else if (clientY > innerHeight - 60) scrollBy(0, 12);
});

const drop = (kept) => {
  if (!dragged) return;
  const [id, before, after] = [dragged, dragged.nextElementSibling, dragged.previousElementSibling].map((line) => line && itemOf(line));
  dragged.classList.remove("dragged");
  dragged = null;
  if (kept && (before || after)) attempt(() => moved(id, { before, after }));
  else show();
};
list.addEventListener("pointerup", () => drop(true));
list.addEventListener("pointercancel", () => drop(false));

// --- notes and tags are kept as they are typed

const keepField = (field) => {
  if (pending === field) pending = null;
  const id = itemOf(field);
  const { dataset, value } = field;
  const wanted = dataset.field === "tags" ? tagsFrom(value) : value;
  keeping = true;
  attempt(() => change((items) => items.map((item) => (item.id === id ? { ...item, [dataset.field]: wanted } : item))));
  keeping = false;
};
/** Keep what was typed and is not kept yet. */
const settle = () => {
  clearTimeout(pausing);
  if (pending) keepField(pending);
};
list.addEventListener("input", ({ target }) => {
  if (pending !== target) settle();
  clearTimeout(pausing);
  pending = target;
  pausing = setTimeout(settle, PAUSE);
});
list.addEventListener("change", ({ target }) => keepField(target));
addEventListener("pagehide", settle);

// --- what is made of it

const download = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};

const today = () => new Date().toLocaleDateString("sv");
const fileName = (title) => title.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_").slice(0, 80);

const exportBackup = () => {
  const { items, ...head } = JSON.parse(written(read(), { exported: new Date().toISOString() }));
  download(new Blob([JSON.stringify({ ...head, items }, null, 1)], { type: "application/json" }), `素材篮-${today()}.json`);
};

/** Items of a backup join those that are kept: the same passage, or the same text, stays one. */
const joined = (items, more) => {
  const whole = items.map((item) => ({ ...item }));
  for (const item of more) {
    const same = whole.find(({ id, text, source }) => id === item.id || (text === item.text && source === item.source));
    if (!same) whole.push(item);
    else {
      same.note ||= item.note;
      same.tags = tagsFrom([...same.tags, ...item.tags].join(" "));
    }
  }
  return whole;
};

const importBackup = async (file) => {
  if (file.size > FILE_BYTES) throw new Trouble(`文件太大，不是素材篮的备份。备份最多 ${LIMITS.bytes >> 20} MB。`);
  const more = basketFrom(await file.text());
  const before = read();
  const after = change((items) => joined(items, more));
  const added = after.length - before.length;
  offerUndo(`导入了 ${added} 条${more.length > added ? `，另有 ${more.length - added} 条篮子里已经有了` : ""}`, () => change(() => before));
};

const documentWanted = () => ({
  title: option("title").value.trim(),
  clean: option("clean").checked,
  sources: option("sources").checked,
  notes: option("notes").checked,
  items: shownOf(read()).map((item) => Object.fromEntries(FIELDS.map((name) => [name, item[name]]))),
});

// What somebody in front of the service answers has no detail for us: a proxy that takes less than we do, or finds us away.
const REFUSALS = new Map([
  [413, "素材太多，超过了服务器一次能收的大小，没有导出。请用标签分成几批，分几次导出。"],
  [503, "检索服务这会儿太忙，没有导出。请稍后再试。"],
]);

const refusal = async (response) => {
  const told = await response.json().catch(() => null);
  return told?.detail || REFUSALS.get(response.status) || "导出不了，请稍后再试；仍不行时请告诉管理员。";
};

const makeDocument = async (button) => {
  const wanted = documentWanted();
  let response;
  try {
    response = await fetch(page.dataset.docx, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted) });
  } catch {
    throw new Trouble("连不上检索服务，没有导出。素材都还在，稍后再试；也可以先复制文字。");
  }
  if (!response.ok) throw new Trouble(await refusal(response));
  download(await response.blob(), `${fileName(wanted.title || "素材摘编")}.docx`);
  tell(button, "已导出");
};

const copyAll = async (button) => {
  const act = option("sources").checked ? "copy-source" : option("clean").checked ? "copy-clean" : "copy";
  const texts = shownOf(read()).map((item) => {
    const text = option("clean").checked ? item.clean || item.text : item.text;
    return textFor(act, { ...item, text, clean: text }, addressFor(item));
  });
  tell(button, (await copy(texts.join("\n\n"), button)) ? `已复制 ${texts.length} 条` : "复制不了，请在页面上选取");
};

const copyOne = async (button) => {
  const item = read().find(({ id }) => id === itemOf(button));
  if (item) tell(button, (await copy(textFor(button.dataset.do, item, addressFor(item)), button)) ? "已复制" : "复制不了，请在页面上选取");
};

const remove = (button) => {
  const id = itemOf(button);
  const beside = button.closest(".item").nextElementSibling ?? button.closest(".item").previousElementSibling;
  const place = read().findIndex((item) => item.id === id);
  const item = read()[place];
  const next = beside && itemOf(beside);
  change((items) => items.filter((each) => each.id !== id));
  if (item) offerUndo(`已移出“${(item.title || item.text).slice(0, 30)}”`, () => putBack([[place, item]]));
  (list.querySelector(`[data-id="${CSS.escape(next ?? "")}"] [data-do=remove]`) ?? one("[data-do=undo]")).focus({ preventScroll: true });
};

/** How many there are; what cannot be read is not counted. */
const total = () => {
  try {
    return read().length;
  } catch {
    return "";
  }
};

const clear = () => {
  clearing.querySelector(".clearing-number").textContent = total();
  clearing.returnValue = "";
  clearing.showModal();
};

clearing.addEventListener("close", () => {
  if (clearing.returnValue !== "clear") return;
  let before = [];
  try {
    before = read();
  } catch {
    // What cannot be read cannot be put back either.
  }
  attempt(discard);
  if (before.length) offerUndo(`清空了 ${before.length} 条`, () => putBack([...before.entries()]));
});

const undo = () => {
  const act = undoing;
  undoing = null;
  one(".undo").hidden = true;
  act?.();
  document.getElementById("main").focus({ preventScroll: true });
};

const DOINGS = {
  up: (button) => step(button, -1),
  down: (button) => step(button, 1),
  copy: copyOne,
  "copy-source": copyOne,
  "copy-clean": copyOne,
  "copy-all": copyAll,
  remove,
  clear,
  undo,
  print: () => print(),
  export: exportBackup,
  import: () => importing.click(),
};

page.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.tag !== undefined) {
    tag = button.dataset.tag;
    show();
  } else if (button?.dataset.do) {
    attempt(() => DOINGS[button.dataset.do](button))?.catch?.(troubled);
  }
});

one(".making").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => makeDocument(event.submitter ?? one(".chief")))?.catch(troubled);
});

importing.addEventListener("change", () => {
  const [file] = importing.files;
  if (file) attempt(() => importBackup(file))?.catch(troubled);
  importing.value = "";
});

// The list is written anew when something changes, but not under the hands of somebody who types.
document.addEventListener("fanwen:basket", () => {
  const typing = document.activeElement?.dataset.field && list.contains(document.activeElement);
  if (keeping || typing) late = true;
  else if (!dragged) show();
});
// Not when the focus leaves: the click that takes it away must still find its button.
const catchUp = () => {
  if (!late || document.activeElement?.dataset.field) return;
  late = false;
  show();
};
document.addEventListener("click", catchUp);
document.addEventListener("keyup", catchUp);

show();
page.hidden = false;
