// Results as one types, and links between results without loading a page anew. The server writes every page: this script
// fetches it from its own address and puts its parts in place. Without it the same links and forms load the same pages.
(() => {
  "use strict";

  // Milliseconds: a pause in typing; until waiting is shown; until it is given up; until a count is told.
  const PAUSE = 250;
  const PATIENCE = 300;
  const LIMIT = 8000;
  const SETTLED = 900;
  // So many pages are kept for the way back.
  const KEPT = 12;

  const box = document.getElementById("q");
  const main = document.getElementById("main");
  const names = document.querySelector(".named");
  const wait = document.getElementById("wait");
  const trouble = document.getElementById("trouble");
  const count = document.getElementById("count");
  if (!box || !names) return;

  const home = new URL(box.form.dataset.home, location).pathname;
  const results = new URL(box.form.action).pathname;
  const ours = (path) => path === home || path === results;
  if (!ours(location.pathname)) return;

  const HIDDEN = "input[type=hidden]";
  const here = () => location.pathname + location.search;

  /** What of a document is ours to put in place; null for a document that is none of our pages. */
  const pageOf = (source, address) => {
    const named = source.querySelector(".named");
    const field = source.getElementById("q");
    if (!named || !field) return null;
    return {
      address,
      title: source.title,
      kind: source.body.className,
      query: field.value,
      named: [...named.childNodes],
      hidden: [...field.form.querySelectorAll(HIDDEN)],
      feeds: [...source.head.querySelectorAll("link[rel=alternate]")],
      main: [...source.getElementById("main").childNodes],
    };
  };

  // Pages as they were left, by address: the way back is at once, with what was unfolded.
  const kept = new Map();
  let shown = pageOf(document, here());
  let composing = false;
  let asking = null;
  let pausing;
  let telling;
  let retry = null;

  // --- waiting, trouble, the count

  const show = (message, again) => {
    const button = (label, act) => {
      const element = document.createElement("button");
      element.type = "button";
      element.textContent = label;
      element.addEventListener("click", act);
      return element;
    };
    const line = document.createElement("p");
    line.textContent = message;
    retry = again;
    const buttons = [button("关闭", calm)];
    if (again) buttons.unshift(button("再试一次", again));
    trouble.replaceChildren(line, ...buttons);
  };

  /** Take the line about trouble away; the focus must not vanish with it. */
  const calm = () => {
    const inside = trouble.contains(document.activeElement);
    retry = null;
    trouble.replaceChildren();
    if (inside) box.focus();
  };

  const waiting = (yes) => {
    wait.hidden = !yes;
    if (yes) main.setAttribute("aria-busy", "true");
    else main.removeAttribute("aria-busy");
  };

  const tellSoon = () => {
    clearTimeout(telling);
    count.textContent = "";
    telling = setTimeout(() => {
      count.textContent = main.querySelector(".total, .failed h1")?.textContent ?? "";
    }, SETTLED);
  };

  // --- putting a page in place

  const unfoldedAs = (details) => details.className + (details.closest("section")?.querySelector("h2")?.firstChild.data ?? "");

  /** Unfold in *nodes* what the reader has unfolded on the page that they replace. */
  const unfold = (nodes) => {
    const open = new Set([...main.querySelectorAll("details[open]")].map(unfoldedAs));
    for (const node of nodes) {
      for (const details of node.querySelectorAll?.("details") ?? []) details.open ||= open.has(unfoldedAs(details));
    }
  };

  const place = (page) => {
    const { activeElement } = document;
    document.title = page.title;
    document.body.className = page.kind;
    names.replaceChildren(...page.named);
    for (const old of box.form.querySelectorAll(HIDDEN)) old.remove();
    box.after(...page.hidden);
    for (const old of document.head.querySelectorAll("link[rel=alternate]")) old.remove();
    document.head.append(...page.feeds);
    main.replaceChildren(...page.main);
    shown = page;
    calm();
    tellSoon();
    document.dispatchEvent(new CustomEvent("fanwen:shown"));
    // What had the focus went with the page before.
    if (activeElement !== box && document.activeElement === document.body) main.focus({ preventScroll: true });
  };

  const keep = () => {
    const focus = main.contains(document.activeElement) ? document.activeElement : null;
    kept.delete(shown.address);
    kept.set(shown.address, { ...shown, main: [...main.childNodes], focus });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  };

  /** Load what a page needs beside its text, and no other page of today has loaded: its styles before it is shown. */
  const bring = (source) => {
    const present = new Set([...document.querySelectorAll("script, link")].map((element) => element.src || element.href));
    const missing = (element) => !present.has(element.src || element.href);
    for (const { src, type } of [...source.head.querySelectorAll("script[src]")].filter(missing)) {
      const script = document.createElement("script");
      script.type = type;
      script.src = src;
      script.async = false;
      document.head.append(script);
    }
    const styles = [...source.head.querySelectorAll("link[rel=stylesheet]")].filter(missing);
    return Promise.all(
      styles.map(
        ({ href }) =>
          new Promise((done) => {
            const link = document.createElement("link");
            link.rel = "stylesheet";
            link.href = href;
            link.onload = link.onerror = done;
            document.head.append(link);
          }),
      ),
    );
  };

  // --- history: an entry is a draft while its query is being typed; what is typed on replaces a draft and nothing else

  const remember = (more) => history.replaceState({ ...history.state, y: scrollY, ...more }, "");

  /** Put *page* in place under its own address. */
  const enter = (page, draft) => {
    const former = history.state;
    const replacing = former?.draft || page.address === shown.address;
    if (replacing) {
      history.replaceState({ y: 0, draft, home: former?.home }, "", page.address);
    } else {
      remember();
      keep();
      history.pushState({ y: 0, draft, home: shown.address === home }, "", page.address);
    }
    unfold(page.main);
    place(page);
    scrollTo(0, 0);
  };

  /** Put *page* in place where the reader has come back to it, as far down as it was left. */
  const comeBack = (page, y) => {
    box.value = page.query;
    if (page.address !== shown.address) {
      keep();
      place(page);
    }
    scrollTo(0, y);
    if (page.focus?.isConnected) page.focus.focus({ preventScroll: true });
  };

  const settle = () => {
    remember({ draft: false });
    main.focus({ preventScroll: true });
  };

  // --- asking

  /** Whoever types on, or goes elsewhere, wants nothing of what was asked before. */
  const drop = () => {
    clearTimeout(pausing);
    asking?.abort();
    asking = null;
    waiting(false);
  };

  /** What kept the service from answering, in one line: the head of its own page, where it wrote one. */
  const refusal = (response, source) => {
    const seconds = Number(response.headers.get("Retry-After"));
    const what = response.status === 429 ? "检索得太频繁" : source.querySelector(".failed h1")?.textContent;
    return `${what ?? "检索服务这会儿用不了"}，${seconds ? `请过 ${seconds} 秒` : "请稍后"}再试。`;
  };

  const reason = (error) => {
    if (error.name === "TimeoutError") return "等了很久没有回音，页面上还是先前的内容。";
    return navigator.onLine ? "连不上检索服务，页面上还是先前的内容。" : "网络断开了，页面上还是先前的内容。";
  };

  /** Ask for *address*; ``arrive`` gets its page. While ``typing``, a query that cannot be read yet leaves all as it is. */
  const ask = async (address, { typing = false, arrive }) => {
    drop();
    const own = new AbortController();
    asking = own;
    const again = () => ask(address, { typing, arrive });
    const slow = setTimeout(waiting, PATIENCE, true);
    const limit = setTimeout(() => own.abort(new DOMException("", "TimeoutError")), LIMIT);
    try {
      const response = await fetch(address, {
        headers: typing ? { Accept: "text/html", "Fanwen-Typing": "1" } : { Accept: "text/html" },
        signal: own.signal,
      });
      const source = new DOMParser().parseFromString(await response.text(), "text/html");
      if (asking !== own) return;
      if (response.status === 429 || response.status >= 500) return show(refusal(response, source), again);
      if (response.status === 400 && typing) return show(source.querySelector(".failed p")?.textContent ?? "", null);
      const page = pageOf(source, address);
      // To be signed in again, say: whatever it is, the browser shows it.
      if (!page || response.redirected || [401, 403].includes(response.status)) return location.assign(address);
      await bring(source);
      if (asking === own) arrive(page);
    } catch (error) {
      if (asking === own) show(reason(own.signal.reason ?? error), again);
    } finally {
      clearTimeout(slow);
      clearTimeout(limit);
      if (asking === own) drop();
    }
  };

  const addressOf = (form) => {
    const fields = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    return results + (fields.length ? `?${new URLSearchParams(fields)}` : "");
  };

  const followTyping = () => {
    const arrive = (page) => enter(page, true);
    const address = box.value.trim() ? addressOf(box.form) : home;
    // An empty box asks for nothing, unless the first page is what it was empty on.
    if (address === shown.address || (address === home && !history.state?.home)) return calm();
    if (address === home && kept.has(home)) enter(kept.get(home), true);
    else ask(address, { typing: true, arrive });
  };

  const typed = () => {
    drop();
    clearTimeout(telling);
    // The first page makes room at once: what moves while a key is pressed surprises nobody.
    document.body.classList.toggle("typing", Boolean(box.value.trim()));
    pausing = setTimeout(followTyping, PAUSE);
  };

  const search = () => {
    const address = addressOf(box.form);
    if (address === shown.address && history.state?.draft) {
      drop();
      settle();
      // What somebody typed on the way is not counted as a search; now it was meant. Nothing waits for this.
      fetch(address, { method: "HEAD" }).catch(() => undefined);
    } else {
      ask(address, { arrive: (page) => (enter(page, false), settle()) });
    }
  };

  /** The link of the page in place that does what *link* did on the page before: the same filter, the same order. */
  const counterpart = (link) => {
    const chosen = (each) => (each.querySelector(".name") ?? each).lastChild.textContent;
    const alike = ".choice, .sorts a";
    return link.matches(alike) && [...main.querySelectorAll(alike)].find((other) => chosen(other) === chosen(link));
  };

  const followLink = (link) => {
    const arrive = (page) => {
      // What was typed and then filtered is an entry of its own.
      remember({ draft: false });
      enter(page, false);
      box.value = page.query;
      const same = counterpart(link);
      if (same) same.focus();
      else main.focus({ preventScroll: true });
    };
    ask(link.pathname + link.search, { arrive });
  };

  // --- what happens

  box.addEventListener("compositionstart", () => {
    composing = true;
    drop();
  });
  box.addEventListener("compositionend", () => {
    composing = false;
    typed();
  });
  box.addEventListener("input", (event) => {
    if (!composing && !event.isComposing) typed();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || new URL(form.action).pathname !== results) return;
    event.preventDefault();
    if (composing) return;
    if (form === box.form) search();
    else ask(addressOf(form), { arrive: (page) => (remember({ draft: false }), enter(page, false), settle()) });
  });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.hasAttribute("download") || link.hash) return;
    if (link.origin !== location.origin || !ours(link.pathname)) return;
    event.preventDefault();
    followLink(link);
  });

  addEventListener("popstate", () => {
    drop();
    const { y = 0 } = history.state ?? {};
    const address = here();
    // The link that skips to the results leads nowhere else.
    if (address === shown.address && location.hash) return;
    if (address === shown.address) comeBack(shown, y);
    else if (kept.has(address)) comeBack(kept.get(address), y);
    else ask(address, { arrive: (page) => comeBack(page, y) });
  });

  let scrolling;
  addEventListener(
    "scroll",
    () => {
      clearTimeout(scrolling);
      // While a page is on its way back, the place that counts is the one it was left at.
      scrolling = setTimeout(() => here() === shown.address && remember(), 150);
    },
    { passive: true },
  );
  addEventListener("pagehide", () => here() === shown.address && remember());
  addEventListener("online", () => retry?.());

  history.scrollRestoration = "manual";
  if (history.state?.y) scrollTo(0, history.state.y);
})();
