"use strict";
const slides = [...document.querySelectorAll("section")];
const LARGEST = 2.5;

function fit() {
  for (const slide of slides) {
    const inner = slide.querySelector(".fit"), room = inner.parentElement;
    inner.style.transform = "";
    const scale = Math.min(room.clientWidth / inner.offsetWidth, room.clientHeight / inner.offsetHeight);
    const most = inner.querySelector("img, table") ? LARGEST : 1;
    if (Number.isFinite(scale)) inner.style.transform = `scale(${Math.min(scale, most)}) translateX(-50%)`;
  }
}

function go(step) {
  const at = slides.findIndex((slide) => slide.getBoundingClientRect().bottom > innerHeight / 2);
  const next = slides[Math.min(Math.max(at + step, 0), slides.length - 1)];
  next.scrollIntoView();
  next.focus({ preventScroll: true });
  history.replaceState(null, "", `#${next.id}`);
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  const step = { ...STEPS, Home: -slides.length, End: slides.length }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  go(step);
});
addEventListener("resize", fit);
addEventListener("load", fit);
fit();
