"use strict";
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const byId = (id) => document.getElementById(id);
  let at = 0;

  function show(number, focus) {
    at = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, i) => slide.classList.toggle("current", i === at));
    byId("at").textContent = `${at + 1} of ${slides.length}`;
    history.replaceState(null, "", `#${at + 1}`);
    scrollTo(0, 0);
    if (focus) slides[at].focus({ preventScroll: true });
  }

  function onward() {
    const slide = slides[at];
    if (!slide.querySelector(".answer") || slide.classList.contains("told")) return at + 1;
    slide.classList.add("told");
    return at;
  }

  function turnNotes() {
    const noted = document.documentElement.classList.toggle("noted");
    byId("notes").setAttribute("aria-pressed", String(noted));
  }

  const keys = {
    ArrowRight: onward, ArrowDown: onward, PageDown: onward, " ": onward,
    ArrowLeft: () => at - 1, ArrowUp: () => at - 1, PageUp: () => at - 1,
    Home: () => 0, End: () => slides.length - 1,
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target.closest("button, .notes");
    if (inside && [" ", "ArrowUp", "ArrowDown"].includes(event.key)) return;
    if (event.key.toLowerCase() === "n") turnNotes();
    else if (event.key in keys) { event.preventDefault(); show(keys[event.key](), true); }
  });
  byId("back").addEventListener("click", () => show(at - 1));
  byId("on").addEventListener("click", () => show(onward()));
  byId("notes").addEventListener("click", turnNotes);
  addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));
  show(Number(location.hash.slice(1)) - 1 || 0);
})();
