"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const sections = all("main > section");
  const rows = all("#claims .claim");
  const filters = byId("filters");
  const texts = new Map(rows.map((row) => [row, (row.textContent + " " + whyOf(row).textContent).toLowerCase().replaceAll("\u2060", "")]));

  function whyOf(row) { return byId(row.querySelector("button").getAttribute("aria-controls")); }

  function open(row, wanted) {
    row.querySelector("button").setAttribute("aria-expanded", String(wanted));
    row.classList.toggle("opened", wanted);
    whyOf(row).classList.toggle("open", wanted);
  }

  function passes(row, wanted, words) {
    const fields = ["part", "verdict", "basis", "measure"];
    return fields.every((f) => !wanted[f] || row.dataset[f] === wanted[f])
      && words.every((word) => texts.get(row).includes(word));
  }

  function filter() {
    const wanted = Object.fromEntries(new FormData(filters));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const kept = passes(row, wanted, words);
      row.hidden = whyOf(row).hidden = !kept;
      shown += kept;
    }
    byId("shown").textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
  }

  function reveal(target) {
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (!target.matches(".claim")) return;
    if (target.hidden) { filters.reset(); filter(); }
    open(target, true);
  }

  function go(moveFocus) {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = byId(id);
    if (id === "main") { byId("main").focus(); return; }
    const section = (target && target.closest("main > section")) || sections[0];
    for (const s of sections) s.classList.toggle("current", s === section);
    for (const a of all(".top nav a")) {
      if (a.hash === "#" + section.id) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    }
    if (!target || target === section) {
      scrollTo({ top: 0, behavior: "instant" });
      if (moveFocus) byId(section.id + "-title").focus({ preventScroll: true });
      return;
    }
    reveal(target);
    target.scrollIntoView({ block: "start", behavior: "instant" });
    if (!moveFocus) return;
    const focus = target.querySelector("button, [tabindex], a") || target;
    if (focus === target) target.tabIndex = -1;
    focus.focus({ preventScroll: true });
  }

  for (const row of rows) {
    open(row, false);
    const button = row.querySelector("button");
    button.addEventListener("click", () => open(row, button.getAttribute("aria-expanded") !== "true"));
    whyOf(row).addEventListener("keydown", (event) => {
      if (event.key === "Escape") { open(row, false); button.focus(); }
    });
  }
  filters.addEventListener("input", filter);
  filters.addEventListener("reset", () => setTimeout(filter));
  filters.addEventListener("submit", (event) => event.preventDefault());
  for (const link of all("a.filter")) link.addEventListener("click", () => {
    filters.reset();
    filters.elements.verdict.value = link.dataset.verdict;
    filters.elements.basis.value = link.dataset.basis;
    filter();
  });

  const choices = byId("choices");
  const variants = JSON.parse(byId("variants").textContent);
  const badges = { yes: "match", no: "mismatch", possible: "unchecked", "–": "given" };

  function keys() {
    const c = Object.fromEntries(new FormData(choices));
    return { intervals: `${c.level}|${c.interval}`, survival: `${c.level}|${c.survival}`, tests: c.test };
  }

  function choose() {
    const said = Object.entries(keys()).map(([name, key]) => {
      const rows = all(`[data-variants="${name}"] tr`);
      let fitting = 0;
      rows.forEach((row, i) => {
        const [text, state] = variants[name][i][key];
        row.querySelector(".value").textContent = text;
        const badge = row.querySelector(".badge");
        badge.textContent = state;
        badge.className = `badge ${badges[state]}`;
        fitting += state === "yes";
      });
      const nouns = { intervals: "intervals of proportions", survival: "intervals of survival", tests: "P values" };
      return `${fitting} of ${rows.length} ${nouns[name]}`;
    });
    byId("agreement").textContent = `These methods reproduce ${said.join(", ")}.`;
  }
  choices.addEventListener("input", choose);
  choices.addEventListener("reset", () => setTimeout(choose));
  choose();

  const theme = byId("theme");
  const isDark = () => document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; name(); });
  name();

  addEventListener("hashchange", () => go(true));
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) setTimeout(() => go(true));
  });
  go(false);
})();
