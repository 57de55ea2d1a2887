// <fanwen-search>: the search of 范文检索 in a page of any other site. No build step, no cookies, nothing from anywhere else.
//
//   <script src="http://fanwen.example.lan/widget.js" defer></script>
//   <fanwen-search></fanwen-search>
//
// Attributes and CSS variables: docs/embedding.md.
(() => {
  "use strict";

  // A module has no currentScript: there the attribute `service` says where to ask.
  const SERVICE = new URL(".", document.currentScript?.src ?? document.baseURI).href;
  const WAIT = 400;
  const PATIENCE = 10000;
  const FILTERS = ["kind", "source", "script", "function", "year_from", "year_to", "sort"];

  const STYLE = `
:host { --ink: var(--fanwen-ink, #1d1d1b); --soft: var(--fanwen-soft, #5c5a55); --paper: var(--fanwen-paper, #fff);
  --edge: var(--fanwen-edge, #8a877f); --accent: var(--fanwen-accent, #8c2f1b); --mark: var(--fanwen-mark, #ffe9a8);
  --radius: var(--fanwen-radius, 4px); display: block; color: var(--ink); background: var(--paper);
  font: var(--fanwen-font, 1rem/1.7 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif); }
:host([hidden]) { display: none; }
form { display: flex; gap: .5rem; }
input { flex: 1; min-width: 0; padding: .4em .6em; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--edge); border-radius: var(--radius); }
button { padding: .3em .9em; font: inherit; color: var(--accent); background: transparent; border: 1px solid currentColor;
  border-radius: var(--radius); cursor: pointer; min-height: 24px; }
button:disabled { color: var(--soft); cursor: default; }
form button { color: var(--paper); background: var(--accent); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p { margin: .5rem 0; }
.told, .trail, .facts { color: var(--soft); font-size: .875em; }
.told:empty { display: none; }
ol { margin: 0; padding: 0; list-style: none; }
li { padding: .75rem 0; border-top: 1px solid color-mix(in srgb, var(--edge) 40%, transparent); overflow-wrap: anywhere; }
a { color: var(--accent); font-weight: 600; }
mark { color: inherit; background: var(--mark); }
.under { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between; margin: 0; }
.under button, nav button { font-size: .875em; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
button { white-space: nowrap; }
nav[hidden], nav button[hidden] { display: none; }
.busy { opacity: .6; }
@media (prefers-color-scheme: dark) { :host([theme="auto"]) { --ink: var(--fanwen-ink, #e9e6df); --soft: var(--fanwen-soft, #b3aea3);
  --paper: var(--fanwen-paper, #1b1a18); --edge: var(--fanwen-edge, #7d786d); --accent: var(--fanwen-accent, #f0a48f);
  --mark: var(--fanwen-mark, #5e4a12); } }
:host([theme="dark"]) { --ink: var(--fanwen-ink, #e9e6df); --soft: var(--fanwen-soft, #b3aea3); --paper: var(--fanwen-paper, #1b1a18);
  --edge: var(--fanwen-edge, #7d786d); --accent: var(--fanwen-accent, #f0a48f); --mark: var(--fanwen-mark, #5e4a12); }
`;

  const REFUSALS = {
    401: "检索服务要求出示密钥，请联系网站管理员。",
    403: "检索服务没有允许这个网站使用，请联系网站管理员。",
    429: "检索太频繁，请稍等片刻再试。",
    503: "检索服务正忙，请稍后再试。",
  };

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Text with marks. Offsets count UTF-16 units, as strings do here.
  const marked = (text, spans) => {
    const pieces = document.createDocumentFragment();
    let done = 0;
    for (const { start, end } of spans) {
      pieces.append(text.slice(done, start), make("mark", {}, text.slice(start, end)));
      done = end;
    }
    pieces.append(text.slice(done));
    return pieces;
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // A page that came over plain http from another machine has no clipboard of its own.
      const area = make("textarea", { value: text, readOnly: true });
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  class FanwenSearch extends HTMLElement {
    static observedAttributes = ["query"];

    #asking = null;
    #timer = 0;
    #composing = false;
    #page = 1;
    #asked = "";
    #begun = false;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.box = make("input", { type: "search", maxLength: 256, autocomplete: "off", enterKeyHint: "search" });
      this.box.setAttribute("part", "input");
      this.form = make("form", {}, this.box, make("button", { type: "submit", textContent: "检索" }));
      this.form.setAttribute("role", "search");
      this.form.querySelector("button").setAttribute("part", "button");
      this.told = make("p", { className: "told" });
      this.told.setAttribute("role", "status");
      this.list = make("ol");
      this.list.setAttribute("part", "list");
      this.former = make("button", { type: "button", textContent: "上一页" });
      this.next = make("button", { type: "button", textContent: "下一页" });
      this.whole = make("a", { textContent: "在范文检索中打开" });
      this.pager = make("nav", { hidden: true }, this.former, this.next, this.whole);
      this.pager.setAttribute("aria-label", "翻页");
      root.append(this.form, this.told, this.list, this.pager);
      this.#listen();
    }

    connectedCallback() {
      this.lang ||= "zh-CN";
      const label = this.getAttribute("label") || "检索范文";
      this.box.setAttribute("aria-label", label);
      this.box.placeholder = this.getAttribute("placeholder") ?? "要写什么？例如：环境整治";
      this.#begun = true;
      if (this.getAttribute("query")) this.search(this.getAttribute("query"));
    }

    disconnectedCallback() {
      this.#drop();
    }

    attributeChangedCallback(_name, former, query) {
      // What stands in the page is told before the element is connected, and asked for once it is.
      if (this.#begun && former !== query) this.search(query ?? "");
    }

    /** Search for *query* as if it had been typed, and show its first page. */
    search(query) {
      this.box.value = query;
      this.#page = 1;
      this.#ask();
    }

    get #service() {
      const base = this.getAttribute("service");
      return base ? new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI).href : SERVICE;
    }

    get #arguments() {
      const asked = new URLSearchParams({ q: this.box.value.trim() });
      for (const name of FILTERS) {
        const value = this.getAttribute(name.replace("_", "-"));
        for (const each of value ? value.split(",") : []) asked.append(name, each.trim());
      }
      return asked;
    }

    #listen() {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#page = 1;
        if (this.getAttribute("results") === "page") this.#handOver();
        else this.#ask();
      });
      this.box.addEventListener("compositionstart", () => (this.#composing = true));
      this.box.addEventListener("compositionend", () => {
        this.#composing = false;
        this.#askSoon();
      });
      this.box.addEventListener("input", (event) => {
        if (!this.#composing && !event.isComposing) this.#askSoon();
      });
      this.former.addEventListener("click", () => this.#turn(-1));
      this.next.addEventListener("click", () => this.#turn(1));
    }

    #handOver() {
      const address = new URL("search", this.#service);
      address.search = this.#arguments;
      window.open(address, "_blank", "noopener");
    }

    #turn(step) {
      this.#page += step;
      this.#ask().then(() => this.list.querySelector("a")?.focus());
    }

    #askSoon() {
      this.#drop();
      if (this.getAttribute("results") === "page" || this.hasAttribute("manual")) return;
      this.#page = 1;
      this.#timer = setTimeout(() => this.#ask({ typing: true }), WAIT);
    }

    #drop() {
      clearTimeout(this.#timer);
      this.#asking?.abort();
      this.#asking = null;
      this.list.classList.remove("busy");
    }

    /** While ``typing``, a query is on its way to another one: where it finds nothing, that is no gap of the library. */
    async #ask({ typing = false } = {}) {
      this.#drop();
      if (!this.box.value.trim()) return this.#show(null);
      const asking = (this.#asking = new AbortController());
      const patience = setTimeout(() => asking.abort("late"), PATIENCE);
      this.list.classList.add("busy");
      try {
        const answer = await this.#fetched(asking.signal, typing);
        if (asking === this.#asking) this.#show(answer);
      } catch (error) {
        if (asking === this.#asking) this.#fail(error);
      } finally {
        clearTimeout(patience);
        if (asking === this.#asking) this.list.classList.remove("busy");
      }
    }

    async #fetched(signal, typing) {
      const address = new URL("api/v1/search", this.#service);
      const asked = this.#arguments;
      asked.set("offsets", "utf16");
      asked.set("facets", "none");
      asked.set("per_page", this.getAttribute("per-page") || "5");
      asked.set("page", this.#page);
      address.search = asked;
      const key = this.getAttribute("key");
      const headers = { ...(key && { Authorization: `Bearer ${key}` }), ...(typing && { "Fanwen-Typing": "1" }) };
      // Who sends what was found while typing asks the service once more: a search that finds nothing is counted there.
      const cache = typing ? "default" : "reload";
      const response = await fetch(address, { signal, headers, cache, credentials: "omit" });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      throw new Error(REFUSALS[response.status] ?? answer.detail ?? "检索出了差错，请稍后再试。");
    }

    #fail(error) {
      const ours = error instanceof Error && !(error instanceof TypeError) && error.name === "Error";
      this.told.textContent = ours ? error.message : "连不上检索服务，请检查网络后再试。";
      this.#tell("fanwen-error", { message: this.told.textContent });
    }

    #show(answer) {
      this.#asked = this.box.value.trim();
      this.list.replaceChildren(...(answer?.hits ?? []).map((hit) => this.#hit(hit)));
      this.told.textContent = answer ? this.#summary(answer) : "";
      this.former.disabled = !answer?.links?.prev;
      this.next.disabled = !answer?.links?.next;
      this.former.hidden = this.next.hidden = this.former.disabled && this.next.disabled;
      const address = new URL("search", this.#service);
      address.search = this.#arguments;
      Object.assign(this.whole, { href: address, target: "_blank", rel: "noopener" });
      this.pager.hidden = !answer?.hits.length;
      if (answer) this.#tell("fanwen-results", { query: this.#asked, total: answer.total });
    }

    #summary({ total, partial, relaxed, page, per_page: size }) {
      if (!total && !partial) return `没有找到“${this.#asked}”，换一两个要紧的词试试。`;
      const count = total ? `共 ${total} 段` : `没有全部相符的，列出 ${partial} 段只含部分词语的`;
      return [relaxed?.message, count + (page > 1 ? `，从第 ${(page - 1) * size + 1} 条起` : "")].filter(Boolean).join(" ");
    }

    #hit(hit) {
      const address = new URL(`passage/${encodeURIComponent(hit.id)}`, this.#service);
      address.searchParams.set("q", this.#asked);
      const title = make("a", { href: address, target: "_blank", rel: "noopener", textContent: hit.title });
      const [before, after] = [hit.snippet_before, hit.snippet_after].map((goesOn) => (goesOn ? "…" : ""));
      const snippet = make("p", {}, before, marked(hit.snippet, hit.snippet_highlights), after);
      const trail = [hit.part, ...hit.heading_path].filter(Boolean).join(" › ");
      const facts = [hit.kind, hit.year && `${hit.year} 年`, hit.source].filter(Boolean).join(" · ");
      const take = make("button", { type: "button", textContent: "复制全段" });
      take.addEventListener("click", () => this.#take(take, hit, address));
      const item = make("li", {}, title, ...(trail ? [make("p", { className: "trail", textContent: trail })] : []), snippet);
      item.append(make("p", { className: "under" }, make("span", { className: "facts", textContent: facts }), take));
      item.setAttribute("part", "hit");
      if (hit.script === "hant") item.lang = "zh-Hant";
      return item;
    }

    async #take(button, hit, address) {
      const text = hit.text;
      // A portal that puts the passage into its own editor says so by preventing what is done here.
      const taken = !this.#tell("fanwen-pick", { text, title: hit.title, url: address.href, id: hit.id });
      button.textContent = taken ? "已取用" : (await copied(text)) ? "已复制" : "复制不了，请打开原文选取";
      setTimeout(() => (button.textContent = "复制全段"), 2500);
    }

    #tell(name, detail) {
      return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
    }
  }

  if (!customElements.get("fanwen-search")) customElements.define("fanwen-search", FanwenSearch);
})();
