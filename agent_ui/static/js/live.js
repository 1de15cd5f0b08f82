// Running calls and agents, kept as the WebSocket tells.

import { clock, fill, line, refill, user } from "./page.js";

const table = document.getElementById("calls");
const body = table.tBodies[0];
const callRow = document.getElementById("call-row");
const people = document.getElementById("people");
const personRow = document.getElementById("person-row");
const PILLS = { queued: "wait", connected: "good", message: "wait" };

const calls = new Map();
const agents = new Map();

function showCall(call) {
  const known = calls.get(call.id);
  const values = {
    ...call,
    state_name: call.emergency ? "紧急求助" : call.state_name,
    caller: call.caller || "无号码",
    where: [call.node_name, call.topic].filter(Boolean).join(" · "),
    link: `/calls/${encodeURIComponent(call.id)}`,
  };
  const row = known?.row ?? fill(callRow, values);
  if (known) refill(row, values);
  row.dataset.call = call.id;
  const listen = row.querySelector("[data-listen]");
  if (listen) {
    listen.hidden = call.state !== "connected" || call.agent === user;
    listen.setAttribute("aria-label", `监听${values.caller}`);
  }
  row.className = call.emergency ? "alarm" : "";
  row.querySelector(".pill").className = `pill ${call.emergency ? "alarm" : (PILLS[call.state] ?? "")}`;
  const started = Date.parse(call.started_at);
  calls.set(call.id, { call, row, started });
  if (known?.call.emergency !== call.emergency) place(row, call, started);
  tick();
}

// Emergencies first, then whoever has been there longest.
function place(row, call, started) {
  const after = [...calls.values()].filter(
    (other) =>
      other.row !== row &&
      other.row.isConnected &&
      (call.emergency !== other.call.emergency ? call.emergency : started < other.started),
  );
  after.sort((a, b) => a.row.rowIndex - b.row.rowIndex);
  body.insertBefore(row, after[0]?.row ?? null);
}

function dropCall(id) {
  calls.get(id)?.row.remove();
  calls.delete(id);
  count();
}

function showAgent(agent) {
  let row = agents.get(agent.agent);
  if (agent.state === "away") {
    row?.remove();
    agents.delete(agent.agent);
  } else {
    const name = agent.state === "idle" ? agent.status_name : agent.state_name;
    const values = { ...agent, state_name: name };
    if (row) refill(row, values);
    else {
      row = fill(personRow, values);
      agents.set(agent.agent, row);
      people.append(row);
    }
    const busy = agent.state === "talking" || agent.state === "offered";
    row.querySelector(".pill").className = `pill ${busy ? "wait" : agent.status === "ready" ? "good" : ""}`;
  }
  document.getElementById("nobody").hidden = agents.size > 0;
}

function count() {
  const all = [...calls.values()].map((each) => each.call);
  const parts = [["", all.length, "个通话"]];
  const waiting = all.filter((call) => call.state === "queued").length;
  const urgent = all.filter((call) => call.emergency).length;
  if (waiting) parts.push(["，", waiting, "个在等人工"]);
  if (urgent) parts.push(["，", urgent, "个紧急"]);
  const shown = document.getElementById("counts");
  const nodes = parts.flatMap(([before, number, after]) => {
    const bold = document.createElement("b");
    bold.textContent = number;
    return [before, bold, ` ${after}`];
  });
  const words = nodes.map((node) => node.textContent ?? node).join("");
  if (shown.textContent !== words) shown.replaceChildren(...nodes);
  table.hidden = all.length === 0;
  document.getElementById("none").hidden = all.length > 0;
}

function tick() {
  const now = Date.now();
  for (const { row, started } of calls.values()) {
    refill(row, { lasted: clock((now - started) / 1000), link: row.querySelector("a").href });
  }
  count();
}

line.addEventListener("snapshot", ({ detail }) => {
  const running = new Set(detail.calls.map((call) => call.id));
  [...calls.keys()].filter((id) => !running.has(id)).forEach(dropCall);
  detail.calls.forEach(showCall);
  const here = new Set(detail.agents.map((agent) => agent.agent));
  [...agents.keys()].filter((name) => !here.has(name)).forEach((name) => showAgent({ agent: name, state: "away" }));
  detail.agents.forEach(showAgent);
  count();
});
line.addEventListener("call.changed", ({ detail }) => showCall(detail.call));
line.addEventListener("call.gone", ({ detail }) => dropCall(detail.id));
line.addEventListener("agent.state", ({ detail }) => showAgent(detail.agent));
setInterval(tick, 1000);
