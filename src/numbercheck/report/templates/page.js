"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const plain = (text) => text.replaceAll("\u2060", "").replace(/[‐‑–—−]/g, "-");
  const root = document.documentElement;
  const sections = all("main > section");
  const rows = all("#claims .claim");
  const filters = byId("filters");
  const choices = byId("choices");
  const whyOf = (row) => byId(row.querySelector("button").getAttribute("aria-controls"));
  const isOpen = (row) => row.classList.contains("opened");

  // Words to search for: those of a row, and the synonyms of what it names.
  const synonyms = JSON.parse(byId("synonyms").textContent).map((group) => group.map((w) => w.toLowerCase()));
  const texts = new Map(rows.map((row) => {
    const text = plain(row.textContent + " " + whyOf(row).textContent).toLowerCase();
    const own = plain(row.querySelector(".what").textContent).toLowerCase();
    const named = synonyms.filter((group) => group.some((word) => new RegExp(`(^|\\W)${word}(\\W|$)`).test(own)));
    return [row, text + " " + named.flat().join(" ")];
  }));

  function open(row, wanted) {
    row.querySelector("button").setAttribute("aria-expanded", String(wanted));
    row.classList.toggle("opened", wanted);
    whyOf(row).classList.toggle("open", wanted);
  }

  function setFilters(valueOf) {
    for (const field of filters.elements) if (field.name) field.value = valueOf(field.name) || "";
  }

  function filter() {
    const wanted = Object.fromEntries(new FormData(filters));
    const words = plain(wanted.text).toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const kept = ["part", "verdict", "basis", "measure"].every((f) => !wanted[f] || row.dataset[f] === wanted[f])
        && words.every((word) => texts.get(row).includes(word));
      row.hidden = whyOf(row).hidden = !kept;
      shown += kept;
    }
    byId("shown").textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
    byId("nothing").hidden = shown > 0;
  }

  // Order of the ledger's rows: by a column, or as in the article.
  const places = new Map(rows.map((row, i) => [row, i]));
  const keys = {
    printed: (row) => parseFloat((/-?\d+(\.\d+)?/.exec(row.querySelector(".token").textContent) || [Infinity])[0]),
    what: (row) => row.querySelector(".what").textContent.toLowerCase(),
    verdict: (row) => row.dataset.verdict + row.dataset.basis,
  };
  let sorted = "";

  function sort(column) {
    const wanted = column in keys ? column : "";
    if (wanted === sorted) return;  // else each load and each step back would move every row
    sorted = wanted;
    const key = keys[sorted] || (() => 0);
    const order = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : places.get(a) - places.get(b));
    const body = byId("claims").tBodies[0];
    for (const row of [...rows].sort(order)) body.append(row, whyOf(row));
    for (const button of all("#claims [data-sort]")) {
      if (button.dataset.sort === sorted) button.closest("th").setAttribute("aria-sort", "ascending");
      else button.closest("th").removeAttribute("aria-sort");
    }
  }

  // What if: texts of the chosen methods, looked up.
  const variants = JSON.parse(byId("variants").textContent);
  const badges = { yes: "match", no: "mismatch", possible: "unchecked", "–": "given" };

  function choose() {
    const c = Object.fromEntries(new FormData(choices));
    const chosen = { intervals: `${c.level}|${c.interval}`, survival: `${c.level}|${c.survival}`, tests: c.test };
    const nouns = { intervals: "intervals of proportions", survival: "intervals of survival", tests: "P values" };
    const said = Object.entries(chosen).map(([name, key]) => {
      const lines = all(`[data-variants="${name}"] tr`);
      let fitting = 0;
      lines.forEach((line, i) => {
        const [text, state] = variants[name][i][key];
        line.querySelector(".value").textContent = text;
        const badge = line.querySelector(".badge");
        badge.textContent = state;
        badge.className = `badge ${badges[state]}`;
        fitting += state === "yes";
      });
      return lines.length ? `${fitting} of ${lines.length} ${nouns[name]}` : "";
    }).filter(Boolean);
    byId("agreement").textContent = said.length ? `These methods reproduce ${said.join(", ")}.` : "This ledger prints no interval and no P value that could be computed.";
  }

  const themes = byId("theme");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  function paint(theme) {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    themes.textContent = isDark() ? "Light" : "Dark";
  }

  // The address holds the part or row, filters, order, open rows, methods, theme and place.
  const idOf = (hash) => decodeURIComponent(hash.slice(1).split("?")[0]);
  let at = "";

  function save() {
    const state = new URLSearchParams();
    for (const [name, value] of new FormData(filters)) if (value) state.set(name, value);
    for (const select of all("select", choices)) {
      if (!select.selectedOptions[0].defaultSelected) state.set(select.name, select.value);
    }
    const opened = rows.filter(isOpen).map((row) => row.id.slice("claim-".length));
    if (opened.length) state.set("open", opened.join(","));
    if (sorted) state.set("sort", sorted);
    if (root.dataset.theme) state.set("theme", root.dataset.theme);
    if (scrollY > 0) state.set("y", String(Math.round(scrollY)));
    const text = state.toString();
    history.replaceState("saved", "", `#${at}${text && "?" + text}`);
  }

  const settle = () => { if (history.state === "saved") save(); };  // else a link is on its way

  function restore(state) {
    setFilters((name) => state.get(name));
    for (const select of all("select", choices)) {
      const usual = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
      select.value = state.get(select.name) ?? usual.value;
    }
    const opened = (state.get("open") || "").split(",");
    for (const row of rows) open(row, opened.includes(row.id.slice("claim-".length)));
    sort(state.get("sort") || "");
    paint(state.get("theme") || "");
    filter();
    choose();
  }

  function reveal(target) {
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (!target.matches(".claim")) return;
    if (target.hidden) { setFilters(() => ""); filter(); }
    open(target, true);
  }

  function show(id) {
    at = id;
    const target = byId(id);
    const section = (target && target.closest("main > section")) || sections[0];
    for (const s of sections) s.classList.toggle("current", s === section);
    for (const a of all(".top nav a")) {
      if (a.hash === "#" + section.id) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    }
    for (const marked of all(".target")) marked.classList.remove("target");
    if (!target || target === section) {
      scrollTo({ top: 0, behavior: "instant" });
      return byId(section.id + "-title");
    }
    reveal(target);
    target.classList.add("target");
    target.scrollIntoView({ block: "start", behavior: "instant" });
    const focus = target.querySelector("button, [tabindex], a") || target;
    if (focus === target) target.tabIndex = -1;
    return focus;
  }

  function go(moveFocus) {
    const [, query] = location.hash.split("?");
    if (query !== undefined || history.state === "saved") restore(new URLSearchParams(query));
    if (idOf(location.hash) === "main") { byId("main").focus(); return; }
    const focus = show(idOf(location.hash));
    if (moveFocus) focus.focus({ preventScroll: true });
    const y = new URLSearchParams(query).get("y");
    if (y) scrollTo({ top: Number(y), behavior: "instant" });
    save();
  }

  for (const row of rows) {
    open(row, false);
    const button = row.querySelector("button");
    button.addEventListener("click", () => { open(row, !isOpen(row)); save(); });
    whyOf(row).addEventListener("keydown", (event) => {
      if (event.key === "Escape") { open(row, false); button.focus(); save(); }
    });
  }
  filters.addEventListener("input", () => { filter(); save(); });
  filters.addEventListener("reset", () => setTimeout(() => { filter(); settle(); }));
  filters.addEventListener("submit", (event) => event.preventDefault());
  choices.addEventListener("input", () => { choose(); save(); });
  choices.addEventListener("reset", () => setTimeout(() => { choose(); settle(); }));
  for (const button of all("#claims [data-sort]")) button.addEventListener("click", () => {
    sort(sorted === button.dataset.sort ? "" : button.dataset.sort);
    save();
  });
  for (const link of all("a.filter")) link.addEventListener("click", () => {
    setFilters((name) => link.dataset[name]);
    filter();
  });
  themes.hidden = false;
  themes.addEventListener("click", () => { paint(isDark() ? "light" : "dark"); save(); });

  // Copying: without the marks that keep numbers in one line.
  addEventListener("copy", (event) => {
    const box = document.createElement("div");
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    box.append(selection.getRangeAt(0).cloneContents());
    event.clipboardData.setData("text/html", box.innerHTML.replaceAll("\u2060", ""));
    event.clipboardData.setData("text/plain", String(selection).replaceAll("\u2060", ""));
    event.preventDefault();
  });

  function copy(node, button) {
    getSelection().selectAllChildren(node);
    document.execCommand("copy");
    getSelection().removeAllRanges();
    button.textContent = "Copied";
  }

  addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button && button.dataset.table !== undefined) copy(button.closest("figure").querySelector("table").parentNode, button);
    else if (button) {
      const source = byId("citation");
      const citation = source ? source.textContent.trim().replace(/\s+/g, " ") : "";
      const line = document.createElement("p");
      line.textContent = `${button.dataset.cite} ${citation} ${location.href.split("#")[0]}#${button.dataset.aim}`;
      document.body.append(line);
      copy(line, button);
      line.remove();
    }
    const press = event.target.closest("button.enlarge"), drawn = event.target.closest("figure:not(.large) .paper");
    const enlarge = press || (drawn && drawn.parentNode.querySelector(".enlarge"));
    if (enlarge && enlarge.offsetParent) {  // a phone, where marks are too small to press
      enlarge.setAttribute("aria-pressed", String(enlarge.closest("figure").classList.toggle("large")));
      if (drawn) drawn.scrollLeft = (event.clientX / innerWidth) * (drawn.scrollWidth - drawn.clientWidth);
      return event.preventDefault();
    }
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    save();
    if (link.hash === "#" + at) { event.preventDefault(); show(at).focus({ preventScroll: true }); }
  });

  // A printed page has its answers open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("#club details").filter((d) => !d.open);
    for (const d of closed) d.open = true;
  });
  addEventListener("afterprint", () => { for (const d of closed) d.open = false; });

  let waiting = 0;
  addEventListener("scroll", () => { clearTimeout(waiting); waiting = setTimeout(settle, 200); });
  addEventListener("popstate", () => { if (history.state === "saved") go(false); });
  addEventListener("hashchange", () => { if (history.state !== "saved") go(true); });  // a link
  history.scrollRestoration = "manual";
  filter();
  choose();
  paint("");
  go(false);
  addEventListener("load", () => go(false));  // after the browser's own jump to the hash
})();
