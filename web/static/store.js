// The basket: items in this browser's storage, checked wherever they come from, and bounded.
import { KEY } from "./take.js";

const FORMAT = "fanwen-basket";
const VERSION = 1;
// The same bounds stand in writing/material.py and web/pages/basket.py, which see what is exported to a document.
export const LIMITS = { items: 200, bytes: 2 * 1024 * 1024, text: 20000, note: 4000, field: 500, tags: 10, tag: 20 };
const PROVENANCE = ["title", "part", "number", "issuer", "date", "source", "place"];

/** What went wrong, in words for the writer. */
export class Trouble extends Error {}

// --- one item

// Controls, lone surrogates, and signs that turn the reading direction: no page may show them, and no document hold them.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const words = (value, bound) => {
  if (value === undefined) return "";
  if (typeof value !== "string") throw new Trouble("有的内容不是文字。");
  if (value.length > bound) throw new Trouble(`有的内容太长，最多 ${bound} 字。`);
  return value.replace(/\r\n?/g, "\n").replace(INVISIBLE, "");
};

/** Tags as they are typed: parted by spaces or commas, none twice. */
export const tagsFrom = (typed) =>
  [...new Set(typed.split(/[\s,，、;；]+/).filter(Boolean))].slice(0, LIMITS.tags).map((tag) => [...tag].slice(0, LIMITS.tag).join(""));

let made = 0;
const ownId = () => `own-${Date.now().toString(36)}-${(made += 1)}`;

/** An item out of whatever *value* is; throws Trouble where it is none. Only what is named here is taken over. */
export const itemFrom = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Trouble("有的内容不是素材。");
  const item = { id: typeof value.id === "string" && /^[\w-]{1,100}$/.test(value.id) ? value.id : ownId() };
  item.text = words(value.text, LIMITS.text);
  if (!item.text.trim()) throw new Trouble("有一条素材没有文字。");
  item.clean = words(value.clean, LIMITS.text);
  for (const name of PROVENANCE) item[name] = words(value[name], Infinity).slice(0, LIMITS.field);
  item.lang = value.lang === "zh-Hant" ? "zh-Hant" : "";
  item.note = words(value.note, LIMITS.note);
  const tags = Array.isArray(value.tags) ? value.tags.slice(0, LIMITS.tags) : [];
  item.tags = tagsFrom(tags.map((tag) => words(tag, LIMITS.field)).join(" "));
  item.kept = /^\d{4}-\d{2}-\d{2}T[\d:.]{5,12}Z$/.test(value.kept) ? value.kept : new Date().toISOString();
  return item;
};

/** The address of a passage, for people elsewhere too; "" for an item that came from no passage. */
export const addressOf = (id, pattern) => (id.startsWith("own-") ? "" : new URL(pattern.replace(/ID$/, id), location.href).href);

// --- the basket

/** All items, in order. Throws Trouble where this browser keeps nothing, or what it keeps cannot be read. */
export const read = () => {
  let kept;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    throw new Trouble("浏览器不允许本站存数据，素材篮用不了。请在浏览器设置里允许本站存储数据。");
  }
  if (kept === null) return [];
  return basketFrom(kept);
};

/** The items of a stored or exported basket. */
export const basketFrom = (text) => {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Trouble("这不是素材篮的备份：内容不是 JSON，或者文件不完整。");
  }
  if (value === null || typeof value !== "object" || value.format !== FORMAT) throw new Trouble("这不是素材篮的备份。");
  if (value.version !== VERSION) throw new Trouble(`这份素材篮是第 ${String(value.version).slice(0, 8)} 版，这里只认得第 ${VERSION} 版，请先更新检索服务。`);
  if (!Array.isArray(value.items) || value.items.length > LIMITS.items) throw new Trouble(`这份素材篮没有素材，或者超过 ${LIMITS.items} 条。`);
  return value.items.map(itemFrom);
};

/** The basket as JSON: what is stored, and what is exported. */
export const written = (items, more = {}) => JSON.stringify({ format: FORMAT, version: VERSION, ...more, items });

/** Let *edit* make other items of those that are kept now; returns what it returned. Nothing is changed where it fails. */
export const change = (edit) => {
  const items = edit(read());
  if (items.length > LIMITS.items) throw new Trouble(`素材篮最多放 ${LIMITS.items} 条。请先导出备份，再移出一些。`);
  const text = written(items);
  if (new TextEncoder().encode(text).length > LIMITS.bytes) throw new Trouble(`素材篮满了，最多放 ${LIMITS.bytes >> 20} MB。请先导出备份，再移出一些。`);
  try {
    localStorage.setItem(KEY, text);
  } catch {
    throw new Trouble("浏览器给本站的存储空间用完了，没有存上。请先导出备份，再移出一些。");
  }
  document.dispatchEvent(new CustomEvent("fanwen:basket"));
  return items;
};

/** Throw the basket away, whatever is in it. */
export const discard = () => {
  localStorage.removeItem(KEY);
  document.dispatchEvent(new CustomEvent("fanwen:basket"));
};
