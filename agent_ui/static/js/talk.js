// A transcript that grows while a call runs.

import { clock, line } from "./page.js";

let watched = null;

// Follow the words of a call; "" of none. Asked again after each reconnection. `suggest`: articles
// and values for the form are wanted, too.
export function follow(call, suggest = false) {
  watched = { type: "watch", call, suggest };
  line.send(watched);
}

line.addEventListener("open", () => {
  if (watched?.call) line.send(watched);
});

line.addEventListener("call.line", ({ detail }) => {
  const talk = document.getElementById("talk");
  if (talk?.dataset.call === detail.line.id) say(talk, detail.line);
});

function say(talk, said) {
  document.getElementById("silent")?.remove();
  const partial = talk.querySelector(`.partial.${CSS.escape(said.speaker)}`);
  // What the page was made with may come once more over the socket.
  const known = talk.querySelector(
    `.said.${CSS.escape(said.speaker)}[data-start="${said.start_ms}"]:not(.partial)`,
  );
  if (known) return;
  const item = partial ?? make(talk, said);
  item.dataset.start = said.start_ms;
  item.dataset.end = said.end_ms;
  item.querySelector("p").textContent = said.text;
  item.querySelector(".at").textContent = clock(said.start_ms / 1000);
  item.classList.toggle("partial", !said.final);
  if (said.final && !said.text) item.remove();
  // Only the transcript moves: scrollIntoView would move the page under somebody's hands.
  const panel = talk.closest(".panel");
  if (!panel) item.scrollIntoView({ block: "nearest" });
  else if (!panel.matches(":hover")) panel.scrollTop = panel.scrollHeight;
}

function make(talk, said) {
  const item = document.createElement("li");
  item.className = `said ${said.speaker}`;
  const who = document.createElement("div");
  who.className = "who";
  const name = document.createElement("span");
  name.textContent = said.speaker_name;
  const at = document.createElement("span");
  at.className = "at";
  who.append(name, at);
  item.append(who, document.createElement("p"));
  talk.append(item);
  return item;
}
