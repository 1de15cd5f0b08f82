// Callers who wait, first served first, and why they still wait.

import { clock, fill, line, refill } from "./page.js";
import { order, showFault } from "./order.js";

const page = document.getElementById("queue-page");
const table = document.getElementById("waiting");
const body = table.tBodies[0];
const PILLS = { alarm: "alarm", emergency: "alarm", elder: "wait" };
const rows = new Map();
let ahead = 0;

function show({ rows: found, decisions }) {
  const here = new Set(found.map((each) => each.call));
  for (const [call, known] of rows) {
    if (here.has(call)) continue;
    known.row.remove();
    rows.delete(call);
  }
  found.forEach((each, index) => {
    const row = rows.get(each.call)?.row ?? fill(document.getElementById("waiting-row"), {});
    rows.set(each.call, { row, since: Date.parse(each.since) });
    refill(row, { ...each, tried_words: each.tried && `已派过：${each.tried}`, place: each.moved ? `${each.place}（提前）` : each.place });
    row.dataset.call = each.call;
    row.querySelector(".pill").className = `pill ${PILLS[each.class] ?? ""}`;
    const move = row.querySelector("[data-move]");
    move.hidden = !page.dataset.mayMove;
    move.disabled = index === 0;
    move.setAttribute("aria-label", `把${each.caller}移到最前`);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  document.getElementById("counts").textContent = found.length ? `${found.length}人在等` : "";
  table.hidden = !found.length;
  document.getElementById("none").hidden = found.length > 0;
  const list = document.getElementById("decisions");
  list.replaceChildren(
    ...decisions.map((each) => fill(document.getElementById("decision-row"), { ...each, when: time(each.at) })),
  );
  document.getElementById("no-decisions").hidden = decisions.length > 0;
  tick();
}

function time(at) {
  const moment = new Date(/^\d+(\.\d+)?$/.test(at) ? Number(at) * (at.length > 11 ? 1 : 1000) : at);
  return Number.isNaN(moment.getTime()) ? "" : moment.toLocaleTimeString("zh-CN", { hour12: false });
}

function tick() {
  for (const { row, since } of rows.values()) refill(row, { waited: clock((Date.now() + ahead - since) / 1000) });
}

body.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  button.disabled = true;
  showFault("queue-fault", "");
  const why = await order({ type: "move", call: button.closest("tr").dataset.call });
  button.disabled = false;
  showFault("queue-fault", why);
});
line.addEventListener("open", () => line.send({ type: "show", view: "queue" }));
line.addEventListener("clock", ({ detail }) => (ahead = Date.parse(detail.now) - Date.now()));
line.addEventListener("queue", ({ detail }) => show(detail));
setInterval(tick, 1000);
