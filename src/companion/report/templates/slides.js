"use strict";
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const LARGEST = { text: 2.7, table: 1.6 }, LEAST = 0.7; // times the size of plain text, 20 pixels of 720
  const HALF = 0.54; // of a picture's height, in each of its halves

  function fitText(room) {
    const inner = room.querySelector(".fit");
    const spills = () => inner.offsetHeight > room.clientHeight || inner.scrollWidth > room.clientWidth;
    let size = inner.matches(".text") ? LARGEST.text : LARGEST.table;
    do inner.style.fontSize = `${size}rem`; while (spills() && (size -= 0.05) > LEAST);
  }

  function fitPicture(room) {
    const image = room.querySelector("img"), half = room.querySelector(".half"), part = half ? HALF : 1;
    const width = room.closest(".beside") ? innerWidth * 0.6 : room.clientWidth;
    const scale = Math.min(width / image.naturalWidth, room.clientHeight / image.naturalHeight / part);
    const rem = scale / parseFloat(getComputedStyle(document.documentElement).fontSize); // so that print scales it, too
    image.style.width = `${image.naturalWidth * rem}rem`;
    if (half) Object.assign(half.style, { width: image.style.width, height: `${image.naturalHeight * rem * part}rem` });
  }

  function fit() {
    document.querySelectorAll(".picture").forEach(fitPicture);
    document.querySelectorAll(".words").forEach(fitText);
  }

  const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity };
  addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const at = Math.round(scrollY / innerHeight) + STEPS[event.key];
    const next = slides[Math.min(Math.max(at, 0), slides.length - 1)];
    next.scrollIntoView({ behavior: "instant" });
    next.focus({ preventScroll: true });
    history.replaceState(null, "", `#${next.id}`);
  });
  addEventListener("resize", fit);
  addEventListener("load", fit);
})();
