// Plays a recording together with its transcript: click a word to hear it.

import { Channels } from "./channels.js";
import { clock } from "./page.js";
import { Wave } from "./wave.js";

const STEP_S = 5;
const TYPING = "input, textarea, select, [contenteditable], .map";
let unbind = () => {};

// Set up the player of the page, if it has one; called again when the page's body was replaced.
export function setUp() {
  unbind();
  const root = document.getElementById("player");
  if (root) unbind = bind(root, document.getElementById("talk"));
}

function bind(root, talk) {
  const audio = root.querySelector("audio");
  const canvas = root.querySelector("canvas");
  const play = root.querySelector("#play");
  const wave = new Wave(canvas);
  const channels = new Channels(audio);
  const words = [...talk.querySelectorAll(".word")];
  const lines = [...talk.querySelectorAll(".said")];
  const off = new AbortController();
  const on = (target, name, act) => target.addEventListener(name, act, { signal: off.signal });
  let followed = null;
  let length = Number(canvas.getAttribute("aria-valuemax")) || 1;

  fetch(root.dataset.waveform, { signal: off.signal })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((shape) => {
      if (!shape) return;
      length = shape.duration_ms / 1000;
      wave.show(shape);
    })
    .catch(() => {});

  const seek = (seconds) => {
    audio.currentTime = Math.min(Math.max(0, seconds), length);
    follow();
  };
  const toggle = () => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
  const follow = () => {
    const at = audio.currentTime;
    wave.draw(Math.min(1, at / length));
    root.querySelector("#clock").textContent = clock(at);
    canvas.setAttribute("aria-valuenow", Math.round(at));
    canvas.setAttribute("aria-valuetext", clock(at));
    mark(words, "now", at * 1000, "at", "until");
    const spoken = mark(lines, "speaking", at * 1000, "start", "end");
    if (spoken && spoken !== followed && !audio.paused) {
      followed = spoken;
      spoken.scrollIntoView({ block: "nearest" });
    }
    if (!noting()) showNoteAt(at);
  };
  const run = () => {
    if (off.signal.aborted || audio.paused) return;
    follow();
    requestAnimationFrame(run);
  };
  const nextLine = (direction) => {
    const now = audio.currentTime * 1000;
    const starts = lines.map((each) => Number(each.dataset.start));
    const before = starts.filter((start) => start < now - 700).at(-1);
    const target = direction > 0 ? starts.find((start) => start > now + 50) : (before ?? 0);
    if (target !== undefined) seek(target / 1000);
  };

  on(audio, "play", () => {
    play.textContent = "暂停";
    play.setAttribute("aria-pressed", "true");
    run();
  });
  on(audio, "pause", () => {
    play.textContent = "播放";
    play.setAttribute("aria-pressed", "false");
    follow();
  });
  on(audio, "seeked", follow);
  on(play, "click", toggle);
  on(root.querySelector("#back5"), "click", () => seek(audio.currentTime - STEP_S));
  on(root.querySelector("#ahead5"), "click", () => seek(audio.currentTime + STEP_S));
  on(root.querySelector("#rate"), "change", (event) => (audio.playbackRate = Number(event.target.value)));
  on(root, "change", (event) => {
    if (event.target.name === "which") channels.hear(event.target.value);
  });
  on(document, "click", (event) => {
    const note = event.target.closest("#recording-notes [data-at]");
    if (note) seek(Number(note.dataset.at) / 1000);
  });
  on(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    seek((event.offsetX / canvas.clientWidth) * length);
  });
  on(canvas, "pointermove", (event) => {
    if (event.buttons) seek((event.offsetX / canvas.clientWidth) * length);
  });
  on(talk, "click", (event) => {
    const place = event.target.closest("[data-at]");
    if (!place) return;
    seek(Number(place.dataset.at) / 1000);
    audio.play().catch(() => {});
  });
  on(document, "keydown", (event) => {
    if (event.target.closest(TYPING) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    const keys = {
      " ": toggle,
      ArrowLeft: () => seek(audio.currentTime - STEP_S),
      ArrowRight: () => seek(audio.currentTime + STEP_S),
      ArrowUp: () => nextLine(-1),
      ArrowDown: () => nextLine(1),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  wave.draw(0);
  return () => {
    off.abort();
    audio.pause();
    channels.close();
  };
}

// While a note is being written its moment stays.
function noting() {
  const text = document.querySelector("#recording-notes [name=text]");
  return text !== null && (text === document.activeElement || text.value !== "");
}

function showNoteAt(seconds) {
  const form = document.querySelector("#recording-notes .add-note");
  if (!form) return;
  form.elements.at_ms.value = Math.round(seconds * 1000);
  form.querySelector(".note-at").textContent = clock(seconds);
}

// Marks what is said at a moment and returns the last of it.
function mark(elements, name, ms, start, end) {
  let found = null;
  for (const element of elements) {
    const here = ms >= Number(element.dataset[start]) && ms < Number(element.dataset[end]);
    element.classList.toggle(name, here);
    if (here) found = element;
  }
  return found;
}
