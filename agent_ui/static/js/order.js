// Orders to telephony over the WebSocket: each is answered, or refused after three seconds.

import { line } from "./page.js";

const LIMIT_MS = 5000;
const NO_ANSWER = "与服务器的连接断开，没有执行，请再试一次。";
const open = new Map();

// Sends an order; fulfilled with '' when it was carried out, else with why not.
export function order(message) {
  const id = crypto.randomUUID();
  return new Promise((settle) => {
    const timer = setTimeout(() => done(id, NO_ANSWER), LIMIT_MS);
    open.set(id, { settle, timer });
    line.send({ ...message, id });
  });
}

function done(id, why) {
  const waiting = open.get(id);
  if (!waiting) return;
  clearTimeout(waiting.timer);
  open.delete(id);
  waiting.settle(why);
}

line.addEventListener("ordered", ({ detail }) => done(detail.id, detail.ok ? "" : detail.why));

// Opens a dialog that asks for a reason; fulfilled with it, or with null.
export function askReason(dialog) {
  const field = dialog.querySelector("[name=reason]");
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((settle) => {
    const closed = () => settle(dialog.returnValue === "yes" ? field.value.trim() : null);
    dialog.addEventListener("close", closed, { once: true });
  });
}

export function showFault(id, words) {
  const fault = document.getElementById(id);
  fault.hidden = !words;
  fault.textContent = words;
}
