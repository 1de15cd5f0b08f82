// The one WebSocket of a page: tells what happens, shows warnings and the user's own status.

export const user = document.body.dataset.user ?? "";
const RETRY_MS = [300, 1000, 2000, 5000];
const SESSION_OVER = 4401;

class Line extends EventTarget {
  #socket = null;
  #tries = 0;

  open() {
    const socket = new WebSocket(`wss://${location.host}/ws`);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#tries = 0;
      showCut(false);
      this.dispatchEvent(new Event("open"));
    });
    socket.addEventListener("message", (event) => this.#take(event.data));
    socket.addEventListener("close", (event) => this.#closed(event.code));
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #take(text) {
    const message = JSON.parse(text);
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  #closed(code) {
    if (code === SESSION_OVER) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    if (this.#tries > 0) showCut(true);
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.dispatchEvent(new Event("cut"));
    setTimeout(() => this.open(), wait);
  }
}

export const line = new Line();

// Fills the elements marked data-f of a copied template; values are text, never HTML.
export function fill(template, values) {
  const row = template.content.firstElementChild.cloneNode(true);
  refill(row, values);
  return row;
}

export function refill(row, values) {
  for (const element of row.querySelectorAll("[data-f]")) {
    const value = values[element.dataset.f];
    if (element instanceof HTMLAnchorElement) element.href = value;
    else if (value !== undefined && element.textContent !== value) element.textContent = value;
  }
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

let cut = false;
let warnings = [];

function showCut(now) {
  cut = now;
  showStrip();
}

function showStrip() {
  const strip = document.getElementById("strip");
  const lines = warnings.map((each) => text(each.text, ""));
  if (cut) lines.unshift(text("与服务器的连接断开，正在重新连接。", "cut"));
  strip.replaceChildren(...lines);
}

function text(words, name) {
  const element = document.createElement("p");
  element.textContent = words;
  element.className = name;
  return element;
}

function showMe(agent) {
  if (agent.agent !== user) return;
  const pill = document.getElementById("my-status");
  pill.hidden = agent.state === "away";
  pill.textContent = agent.state === "idle" ? agent.status_name : agent.state_name;
  pill.className = `pill ${agent.state === "idle" && agent.status !== "ready" ? "" : "good"}`;
}

line.addEventListener("snapshot", ({ detail }) => {
  warnings = detail.warnings;
  showStrip();
  detail.agents.forEach(showMe);
});
line.addEventListener("warnings", ({ detail }) => {
  warnings = detail.warnings;
  showStrip();
});
line.addEventListener("agent.state", ({ detail }) => showMe(detail.agent));

// After the page's own modules have set their listeners.
addEventListener("DOMContentLoaded", () => line.open());
