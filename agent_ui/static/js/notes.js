// The form of a ticket, saved as it is typed. Each field has a version: when somebody else wrote
// meanwhile, both texts are shown and the agent chooses. What cannot be sent is kept in this
// browser until it is.

import { line, user } from "./page.js";

const WAIT_MS = 500;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];

let form = null;
const fields = new Map();

class NoteField {
  #timer = 0;
  #sending = null;
  #retry = FIRST_RETRY_MS;

  constructor(element, ticket) {
    this.element = element;
    this.name = element.dataset.field;
    this.ticket = ticket;
    this.input = element.querySelector("input, textarea");
    this.version = Number(element.dataset.version);
    this.saved = this.input.value;
    this.key = `hotline-note:${user}:${ticket}:${this.name}`;
    this.input.addEventListener("input", () => this.changed());
    this.#recall();
  }

  get dirty() {
    return this.input.value !== this.saved;
  }

  // The text was typed or taken from speech: keep it here, and send it soon.
  changed(wait = WAIT_MS) {
    if (!this.element.isConnected) return;
    const kept = JSON.stringify({ text: this.input.value, base: this.version });
    try {
      localStorage.setItem(this.key, kept);
    } catch {
      this.say("浏览器存不下了，请不要关闭页面。", true);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), wait);
  }

  set(text) {
    this.input.value = text;
    this.changed(0);
  }

  // One request at a time; `leaving` is for a page that goes away.
  async send(leaving = false) {
    clearTimeout(this.#timer);
    if (!this.dirty) {
      localStorage.removeItem(this.key);
      return;
    }
    if (this.#sending && !leaving) {
      await this.#sending;
      if (!this.conflict) this.changed(0);
      return;
    }
    this.#sending = this.#post(leaving);
    await this.#sending;
    this.#sending = null;
  }

  async #post(leaving) {
    const text = this.input.value;
    const body = new URLSearchParams({ field: this.name, text, base: this.version });
    const options = { method: "POST", headers: { "X-CSRF-Token": csrf }, body, keepalive: leaving };
    let answer;
    try {
      answer = await fetch(`/tickets/${this.ticket}/notes`, options);
      if (answer.status >= 500) throw new Error(answer.statusText);
    } catch {
      this.say("没有连上服务器，已存在本机，连上后自动保存。", true);
      this.#timer = setTimeout(() => this.send(), this.#retry);
      this.#retry = Math.min(LAST_RETRY_MS, this.#retry * 2);
      return;
    }
    this.#retry = FIRST_RETRY_MS;
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) {
      this.#kept(text, told);
    } else if (answer.status === 409) {
      this.#clash(told);
    } else {
      this.say(told.why ?? "没有保存，请刷新页面后再试。", true);
    }
  }

  #kept(text, told) {
    this.version = told.version;
    this.saved = text;
    if (!this.dirty) localStorage.removeItem(this.key);
    this.conflict = false;
    this.say(text ? "已保存" : "");
    this.element.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
  }

  // Somebody else was there first. Their text stands; ours is in the field and set aside.
  #clash(theirs) {
    this.conflict = true;
    const mine = this.input.value;
    const settle = (text) => {
      this.version = theirs.version;
      this.saved = theirs.text;
      this.conflict = false;
      this.input.value = text;
      this.say("");
      this.changed(0);
      this.input.focus();
    };
    const choices = [
      ["保留我的", () => settle(this.input.value)],
      ["改用对方的", () => settle(theirs.text)],
    ];
    if (this.input instanceof HTMLTextAreaElement) {
      choices.push(["两段都留", () => settle(`${theirs.text}\n${mine}`)]);
    }
    const who = theirs.by === user ? "您在另一个窗口" : theirs.by_name;
    this.say(`${who}刚写了：“${theirs.text}”。两段都还在，请选一段：`, true, choices);
  }

  // Somebody else wrote; what is being typed here is left alone.
  theirs(told) {
    if (told.version <= this.version || this.dirty) return;
    this.version = told.version;
    this.saved = told.text;
    this.input.value = told.text;
    this.say(`${told.by === user ? "您在另一个窗口" : told.by_name}刚改了这一栏`);
  }

  say(words, wrong = false, choices = []) {
    const said = this.element.querySelector(".note-said");
    const buttons = choices.map(([title, run]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.textContent = title;
      button.addEventListener("click", run);
      return button;
    });
    said.replaceChildren(words, ...buttons);
    said.classList.toggle("wrong", wrong);
    this.input.toggleAttribute("aria-invalid", wrong);
  }

  // What an earlier page could not send.
  #recall() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(this.key));
    } catch {
      kept = null;
    }
    if (!kept || kept.text === this.saved) return;
    this.input.value = kept.text;
    this.version = Math.min(kept.base, this.version);
    this.changed(0);
  }
}

// Take over the form in an element. Returns the fields by name.
export function setUpNotes(element) {
  flush();
  fields.clear();
  form = element.querySelector("#notes");
  if (!form) return fields;
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const each of form.querySelectorAll(".note")) {
    const field = new NoteField(each, form.dataset.ticket);
    fields.set(field.name, field);
  }
  return fields;
}

// Send everything that is not saved; resolves when that is done or has failed.
export function flush(leaving = false) {
  return Promise.all([...fields.values()].filter((each) => each.dirty && !each.conflict).map((each) => each.send(leaving)));
}

async function refresh() {
  if (!form) return;
  const ticket = form.dataset.ticket;
  const answer = await fetch(`/tickets/${ticket}/notes`).catch(() => null);
  if (!answer?.ok || form?.dataset.ticket !== ticket) return;
  const told = await answer.json();
  for (const [name, note] of Object.entries(told)) fields.get(name)?.theirs(note);
}

line.addEventListener("ticket.note", ({ detail }) => {
  const field = fields.get(detail.field);
  if (detail.number === form?.dataset.ticket && field && detail.version > field.version) refresh();
});
// After an outage: what others wrote comes here, what was written here goes there.
line.addEventListener("open", () => {
  refresh();
  flush();
});
addEventListener("pagehide", () => flush(true));
