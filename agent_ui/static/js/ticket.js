// A ticket: its player, and its live transcript while the call runs.

import { line } from "./page.js";
import { setUp } from "./player.js";
import { follow } from "./talk.js";
import { showWays } from "./way.js";

const ticket = document.getElementById("ticket");

function refresh() {
  htmx.ajax("GET", `/tickets/${ticket.dataset.number}`, { target: "#ticket", swap: "innerHTML" });
}

setUp();
showWays();
if (ticket.querySelector("[data-state='draft']")) {
  follow(ticket.dataset.call);
  line.addEventListener("call.gone", ({ detail }) => {
    if (detail.id === ticket.dataset.call) refresh();
  });
}
ticket.addEventListener("htmx:afterSettle", (event) => {
  if (event.target !== ticket) return;
  setUp();
  showWays();
});
