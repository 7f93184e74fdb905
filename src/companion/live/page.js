"use strict";
const find = (selector, from = document) => from.querySelector(selector);
const SIGNS = { match: "✓", mismatch: "✗", given: "▪", unchecked: "○" };
const SAYS = { // of one claim, of several
  match: ["follows from other printed numbers", "follow from other printed numbers"],
  fitted: ["is reproduced by a method chosen to fit it", "are reproduced by methods chosen to fit them"],
  mismatch: ["contradicts them, or is not supported", "contradict them, or are not supported"],
  given: ["is a premise", "are premises"], unchecked: ["cannot be checked", "cannot be checked"],
};
const pretty = (printed) => printed.replace(">=", "≥").replace("<=", "≤");
const NO_EDITS = () => ({ printed: {}, drop: [], without: [], methods: {}, levels: {} });

// An element; text stays text, whatever a ledger holds.
function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// ---- Python, in a worker -------------------------------------------------------------------

async function embedded(name) {
  const text = find(`#embedded-${name}`).textContent;
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Python {
  constructor() { this.waiting = new Map(); this.asked = 0; }

  async start() {
    const names = ["wasm", "library", "code", "scripts"];
    const [wasm, library, code, scripts] = await Promise.all(names.map(embedded));
    // Pyodide refuses classic workers, which are the ones that a page opened from disk can start.
    const source = new Blob(["self.importScripts = undefined;\n", scripts], { type: "text/javascript" });
    this.worker = new Worker(URL.createObjectURL(source));
    this.worker.onmessage = ({ data }) => { this.waiting.get(data.id)(data.answer); this.waiting.delete(data.id); };
    const lock = JSON.parse(find("#known").textContent).lock;
    return this.ask("start", { wasm, library, code, lock });
  }

  ask(what, more) {
    const id = ++this.asked;
    return new Promise((resolve) => { this.waiting.set(id, resolve); this.worker.postMessage({ id, ask: what, ...more }); });
  }
}

const known = JSON.parse(find("#known").textContent);
const python = new Python();
const ready = python.start().then((answer) => {
  find("#engine").textContent = answer.error ? `Python did not start: ${answer.error}` : "Ready: select a number to change it.";
  document.documentElement.dataset.engine = answer.error ? "failed" : "ready";
  if (answer.error) throw new Error(answer.error);
});

// ---- One ledger on the page ----------------------------------------------------------------

class Bench {
  constructor(place, ledger, folder, tab) {
    Object.assign(this, { place, ledger, folder, tab });
    this.edits = NO_EDITS(); this.past = []; this.controls = []; this.turn = ready;
    this.before = ledger.audit; this.now = ledger.audit;
    this.claims = new Map(ledger.claims.map((claim) => [claim.claim, claim]));
    this.changes = make("section", { className: "changes" });
    this.detail = make("aside", { className: "detail", tabIndex: -1 });
    this.detail.setAttribute("aria-label", "The number selected");
    this.chips = make("div", { className: "chips" });
    const side = make("div", { className: "side" }, this.changes, this.detail);
    this.summary = make("section", { className: "summary" });
    this.summary.setAttribute("aria-label", "What was found");
    place.append(this.summary, this.settings(), make("div", { className: "split" }, this.chips, side));
    if (ledger.conflicts) place.append(this.solver());
    this.draw();
  }

  verdict(claim, audit = this.now) { return audit.verdicts.find((v) => v.claim === claim); }

  // -- asking --
  // One change after the other: each is made to the edits that the one before it has left.
  change(edited, field) {
    const go = () => this.judge(edited(), field);
    this.turn = this.turn.then(go, go);
    return this.turn;
  }

  async judge(edits, field) {
    const started = performance.now();
    const answer = await python.ask("judge", { folder: this.folder, edits });
    const told = answer.error ? answer : JSON.parse(answer.text);
    if (told.error) { this.refuse(field, told.error); return false; }
    this.past.push(this.edits); this.edits = edits; this.now = told;
    document.documentElement.dataset.took = performance.now() - started;
    this.draw(); this.remember();
    return true;
  }

  refuse(field, sentence) {
    const place = field?.closest(".field") ?? this.changes;
    find("[role=alert]", place)?.remove();
    const told = make("p", { role: "alert", className: "refused" }, sentence);
    place.append(told); told.scrollIntoView({ block: "nearest" });
  }

  edited(part, key, value) {
    const edits = structuredClone(this.edits);
    if (Array.isArray(edits[part])) {
      edits[part] = edits[part].filter((name) => name !== key);
      if (value) edits[part].push(key);
    } else if (value === null) delete edits[part][key];
    else edits[part][key] = value;
    return edits;
  }

  async undo() {
    if (await this.change(() => this.past.at(-1) ?? this.edits)) { this.past.splice(-2); this.drawChanges(); }
  }

  reset() { return this.change(NO_EDITS); }

  remember() {
    const kept = Object.fromEntries(Object.entries(this.edits).filter(([, v]) => Object.keys(v).length));
    if (this.tab !== "article") return;
    history.replaceState(null, "", Object.keys(kept).length ? `#edits=${encodeURIComponent(JSON.stringify(kept))}` : "#");
  }

  // -- drawing --
  draw() {
    this.drawSummary(); this.drawChips(); this.drawChanges();
    for (const told of this.place.querySelectorAll(".settings [role=alert]")) told.remove();
    for (const follow of this.controls) follow();  // an undone change is undone here, too
    if (this.selected) this.select(this.selected, false);
    this.place.classList.toggle("edited", this.list().length > 0);
  }

  drawSummary() {
    const kindOf = (v) => (v.verdict === "match" && v.basis === "fitted" ? "fitted" : v.verdict);
    const told = Object.entries(SAYS).flatMap(([kind, [one, more]]) => {
      const n = this.now.verdicts.filter((v) => kindOf(v) === kind).length, sign = SIGNS[kind] ?? SIGNS.match;
      return n || kind !== "fitted" ? [`${sign}\u00a0${n} ${n === 1 ? one : more}`] : [];
    });
    const wrong = this.ledger.claims.filter((claim) => this.verdict(claim.claim)?.verdict === "mismatch");
    this.summary.replaceChildren(make("p", {}, `${told.join("; ")}.`), make("ul", { className: "plain" }, ...wrong.map((claim) => make("li", {},
      make("button", { type: "button", className: "link", onclick: () => this.show(claim.claim) },
        `${pretty(this.verdict(claim.claim).printed)}, ${claim.label}`), make("span", { className: "where" }, ` ${claim.place}`)))));
  }

  show(slug) {
    this.select(slug);
    const chip = find(`[data-claim="${CSS.escape(slug)}"]`, this.chips);
    chip.scrollIntoView({ block: "center" }); chip.focus({ preventScroll: true });
  }

  drawChips() {
    const focused = document.activeElement?.dataset?.claim;
    const groups = Map.groupBy ? Map.groupBy(this.ledger.claims, (c) => c.place) : this.ledger.claims.reduce(
      (m, c) => m.set(c.place, [...(m.get(c.place) ?? []), c]), new Map());
    this.chips.replaceChildren(...[...groups].map(([place, claims]) => make("section", {},
      make("h3", {}, place || "Elsewhere"),
      make("ul", {}, ...claims.map((claim) => make("li", {}, this.chip(claim)))))));
    if (focused) find(`[data-claim="${CSS.escape(focused)}"]`, this.chips)?.focus();
  }

  chip(claim) {
    const verdict = this.verdict(claim.claim), before = this.verdict(claim.claim, this.before);
    const printed = verdict?.printed ?? claim.printed, kind = verdict?.verdict ?? "dropped";
    const changed = kind !== before.verdict, button = make("button", { type: "button" },
      make("b", {}, pretty(printed)), make("span", { className: "sign", ariaHidden: "true" }, SIGNS[kind] ?? "–"),
      make("span", { className: "what" }, claim.label),
      make("span", { className: "hidden" }, `: ${kind}${changed ? `, was ${before.verdict}` : ""}`));
    button.className = `chip ${kind}${changed ? " changed" : ""}${printed !== claim.printed ? " reprinted" : ""}`;
    button.dataset.claim = claim.claim;
    button.onclick = () => this.edit(claim, button);
    return button;
  }

  // The chip becomes a field, in place.
  edit(claim, button) {
    this.select(claim.claim);
    const printed = this.verdict(claim.claim)?.printed ?? claim.printed;
    const input = make("input", { value: printed, size: Math.max(6, printed.length + 1), autocomplete: "off" });
    input.setAttribute("aria-label", `${claim.label}, as printed`);
    const field = make("form", { className: "field", onsubmit: (event) => { event.preventDefault(); submit(); } },
      input, make("button", { type: "submit" }, "Apply"),
      make("button", { type: "button", onclick: () => this.change(() => this.edited("drop", claim.claim, true), input) }, "Leave out"),
      make("button", { type: "button", onclick: () => close() }, "Cancel"));
    const close = () => { this.drawChips(); find(`[data-claim="${CSS.escape(claim.claim)}"]`, this.chips)?.focus(); };
    const submit = async () => {
      const text = input.value.trim();
      const edited = () => {
        const edits = this.edited("printed", claim.claim, text === claim.printed ? null : text);
        edits.drop = edits.drop.filter((name) => name !== claim.claim);
        return edits;
      };
      if (await this.change(edited, input)) close();
    };
    input.onkeydown = (event) => { if (event.key === "Escape") close(); };
    button.replaceWith(field); input.focus(); input.select();
  }

  select(slug) {
    this.selected = slug;
    const claim = this.claims.get(slug), verdict = this.verdict(slug), before = this.verdict(slug, this.before);
    const rows = verdict ? verdict.candidates.map((c) => make("tr", { className: c.fits ? "fits" : "" },
      make("td", {}, known.methods[c.method] ?? c.method), make("td", {}, c.value), make("td", {}, c.fits ? "as printed" : "differs"))) : [];
    this.detail.replaceChildren(
      make("h3", {}, claim.label), make("p", { className: "where" }, claim.locus),
      make("p", {}, "The article prints ", make("b", {}, claim.printed),
        verdict && verdict.printed !== claim.printed ? make("span", {}, "; changed to ", make("b", {}, verdict.printed)) : ""),
      verdict ? make("p", {}, this.badge(verdict.verdict), verdict.verdict !== before.verdict ? ` was ${before.verdict}. ` : " ", verdict.reason)
        : make("p", {}, "Left out."),
      rows.length ? make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Methods tried" }, make("table", {}, make("thead", {}, make("tr", {},
        ...["Tried", "Gives", "Printed?"].map((t) => make("th", { scope: "col" }, t)))), make("tbody", {}, ...rows))) : "",
      make("p", { className: "where" }, "In a terminal: ", make("code", {}, `numbercheck explain ${slug}`)));
  }

  badge(verdict) { return make("span", { className: `badge ${verdict}` }, `${SIGNS[verdict]} ${verdict}`); }

  list() {
    const e = this.edits, label = (slug) => { const c = this.claims.get(slug); return `${c.label} (${c.locus})`; };
    return [
      ...Object.entries(e.printed).map(([c, text]) => ["printed", c, `${label(c)}: ${this.claims.get(c).printed} → ${text}`]),
      ...e.drop.map((c) => ["drop", c, `${label(c)} left out`]),
      ...e.without.map((a) => ["without", a, `without “${this.ledger.assumptions.find((x) => x.assumption === a)?.statement ?? a}”`]),
      ...Object.entries(e.methods).map(([f, m]) => ["methods", f, `${f}: ${known.methods[m] ?? m}`]),
      ...Object.entries(e.levels).map(([f, l]) => ["levels", f, `${f}: confidence level ${l}`]),
    ];
  }

  drawChanges() {
    const edits = this.list(), moved = this.ledger.claims.flatMap((claim) => {
      const before = this.verdict(claim.claim, this.before), now = this.verdict(claim.claim);
      return now && before.verdict !== now.verdict ? [[claim, before, now]] : [];
    });
    const many = moved.length === 1 ? "1 verdict changes" : `${moved.length} verdicts change`;
    this.changes.replaceChildren(
      make("h3", {}, "Your changes"),
      edits.length ? make("ul", { className: "plain" }, ...edits.map(([part, key, text]) => make("li", {}, text, " ",
        make("button", { type: "button", className: "small", onclick: () => this.change(() => this.edited(part, key, Array.isArray(this.edits[part]) ? false : null)) }, "Take back"))))
        : make("p", {}, "None yet."),
      make("p", { className: "row" },
        make("button", { type: "button", disabled: !this.past.length, onclick: () => this.undo() }, "Undo"),
        make("button", { type: "button", disabled: !edits.length, onclick: () => this.reset() }, "Reset"),
        this.tab === "article" ? make("button", { type: "button", disabled: !edits.length, onclick: (event) => this.copy(event.target) }, "Copy a link") : "",
        this.tab === "own" ? make("button", { type: "button", onclick: () => this.save() }, "Save as .zip") : ""),
      make("p", { role: "status", className: "moved" }, edits.length ? `${many}.` : ""),
      make("ul", { className: "plain movements" }, ...moved.map(([claim, before, now]) => make("li", {},
        make("button", { type: "button", className: "link", onclick: () => { this.select(claim.claim); this.detail.focus(); } }, `${claim.locus}: ${now.printed}`), " ",
        this.badge(before.verdict), " → ", this.badge(now.verdict), make("br"), now.reason))));
  }

  async copy(button) {
    try { await navigator.clipboard.writeText(location.href); button.textContent = "Copied"; }
    catch { prompt("The link to these changes:", location.href); }
  }

  async save() {
    const { archive, error } = await python.ask("save", { folder: this.folder, edits: this.edits });
    if (error) { this.refuse(null, error); return; }
    const link = make("a", { href: URL.createObjectURL(new Blob([archive], { type: "application/zip" })), download: "ledger.zip" });
    link.click();
  }

  // A control of the settings: what it shows is always what the edits say.
  setting(control, part, key, given, shown) {
    control.onchange = () => {
      const value = given();  // now: the change before this one draws the controls
      this.change(() => this.edited(part, key, value), control);
    };
    this.controls.push(shown);
    return control;
  }

  settings() {
    const families = this.ledger.families.map(({ family, method, methods, levels, note }) => {
      const select = make("select", {}, ...methods.map((m) => make("option", { value: m }, known.methods[m] ?? m)));
      this.setting(select, "methods", family, () => (select.value === method ? null : select.value),
        () => { select.value = this.edits.methods[family] ?? method; });
      const level = make("input", { size: 5, placeholder: levels });
      this.setting(level, "levels", family, () => level.value.trim() || null, () => { level.value = this.edits.levels[family] ?? ""; });
      return make("div", { className: "field" }, make("p", {}, note || family),
        make("label", {}, "Method or reading", select), levels ? make("label", {}, "Level", level) : "");
    });
    const assumptions = this.ledger.assumptions.filter((a) => a.switchable === "yes").map(({ assumption, statement }) => {
      const box = make("input", { type: "checkbox" });
      this.setting(box, "without", assumption, () => !box.checked, () => { box.checked = !this.edits.without.includes(assumption); });
      return make("label", { className: "field check" }, box, statement);
    });
    return make("details", { className: "settings" }, make("summary", {}, "Methods, levels and assumptions"),
      make("div", { className: "families" }, ...families), make("div", { className: "assumptions" }, ...assumptions));
  }

  solver() {
    return make("section", { className: "solver" }, make("h3", {}, "Can one group of patients satisfy them all?"),
      make("p", { className: "stale" }, "These answers are those of the article as printed; after a change, ask numbercheck conflicts in a terminal."),
      make("ul", {}, ...this.ledger.conflicts.map((text) => make("li", {}, text))));
  }
}

// ---- The two tabs --------------------------------------------------------------------------

const article = new Bench(find("#article"), known.article, null, "article");
ready.then(async () => {
  article.folder = (await python.ask("place", { files: await carried("article") })).folder;
  await python.ask("judge", { folder: article.folder, edits: NO_EDITS() }); // the first edit finds all imported
  const asked = new URLSearchParams(location.hash.slice(1)).get("edits");
  if (asked) await article.change(() => ({ ...NO_EDITS(), ...JSON.parse(asked) }));
  document.documentElement.dataset.article = "ready";
});

// A ledger that the page carries: one archive, opened by Python like any other.
async function carried(name) { return { "ledger.zip": await embedded(name) }; }

for (const button of document.querySelectorAll("[data-tab]")) button.onclick = () => {
  for (const other of document.querySelectorAll("[data-tab]")) other.setAttribute("aria-pressed", String(other === button));
  for (const id of ["article", "own"]) find(`#${id}`).hidden = id !== button.dataset.tab;
};

async function show(files) {
  await ready;
  find("#refused").textContent = "";
  const placed = await python.ask("place", { files });
  const opened = placed.error ? placed : await python.ask("describe", placed);
  if (opened.error) { find("#refused").textContent = opened.error; return; }
  find("#own .bench")?.remove();
  const place = make("div", { className: "bench" });
  find("#own").append(place);
  window.own = new Bench(place, opened, placed.folder, "own");
}

const read = async (list) => Object.fromEntries(await Promise.all([...list].map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())])));
find("#folder").onchange = async (event) => show(await read(event.target.files));
find("#file").onchange = async (event) => show(await read(event.target.files));
find("#example").onclick = async () => show(await carried("example"));
find("#drop").ondragover = (event) => { event.preventDefault(); find("#drop").classList.add("over"); };
find("#drop").ondragleave = () => find("#drop").classList.remove("over");
find("#drop").ondrop = async (event) => {
  event.preventDefault(); find("#drop").classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const listed = (folder) => new Promise((resolve) => folder.createReader().readEntries(resolve));
  const inside = (await Promise.all(entries.map((e) => e.isDirectory ? listed(e) : [e]))).flat().filter((e) => e.isFile);
  show(await read(await Promise.all(inside.map((e) => new Promise((resolve) => e.file(resolve))))));
};
