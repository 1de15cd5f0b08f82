// Missed calls: the list is fetched anew when the line says so, and every clock runs down.

import { clock, line } from "./page.js";

const list = document.getElementById("missed");
const TOGETHER_MS = 250;
let waiting = 0;

function refresh() {
  waiting = 0;
  htmx.ajax("GET", "/missed", { target: "#missed", swap: "innerHTML" });
}

// Several calls that change at once fetch the list once.
function changed() {
  waiting ||= setTimeout(refresh, TOGETHER_MS);
}

function tick() {
  const now = Date.now();
  for (const pill of list.querySelectorAll("[data-due]")) {
    const left = (Number(pill.dataset.due) - now) / 1000;
    pill.textContent = left > 0 ? `还剩 ${clock(left)}` : `已超时 ${clock(-left)}`;
    pill.className = `pill due ${left > 0 ? "wait" : "alarm"}`;
  }
}

// Whoever works with the keyboard stays at the button they were at.
let focused = "";
list.addEventListener("htmx:beforeSwap", () => {
  focused = list.contains(document.activeElement) ? document.activeElement.id : "";
});
list.addEventListener("htmx:afterSettle", () => {
  if (focused) document.getElementById(focused)?.focus();
  tick();
});

let known = false;
line.addEventListener("snapshot", () => {
  // What happened while the line was cut is not told again.
  if (known) changed();
  known = true;
});
line.addEventListener("missed.changed", changed);
setInterval(tick, 1000);
tick();
