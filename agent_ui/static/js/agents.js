// Agents' day lines: what each did, as a line over the hours; a change is drawn as it comes.

import { clock, fill, line, refill } from "./page.js";
import { askReason, order, showFault } from "./order.js";

const page = document.getElementById("agents-page");
const table = document.getElementById("days");
const body = table.tBodies[0];
const SVG = "http://www.w3.org/2000/svg";
const NAMES = { free: "空闲", offered: "振铃", talking: "通话", wrapup: "整理", break: "小休", away: "离线" };
const STATUS = { ready: "就绪", break: "小休", off: "离线" };
const PILLS = { free: "good", offered: "wait", talking: "wait" };
const PAUSES = { break: "小休", meal: "用餐", training: "培训", meeting: "会议", restroom: "卫生" };
// top and height of each state's bar in a line of 16: told apart without colour
const SHAPES = { free: [10, 6], offered: [4, 12], talking: [0, 16], wrapup: [4, 12], break: [13, 3] };
const HOUR = 3_600_000;
const rows = new Map();
const known = new Map();
const changed = new Set();
let start = 0;
let kinds = {};
let from = 8 * HOUR;
let to = 18 * HOUR;

function show(found) {
  start = found.start;
  kinds = found.pauses;
  const starts = found.rows.flatMap((row) => row.stretches.filter((each) => each[2] !== "away").map((each) => each[0]));
  from = Math.min(8 * HOUR, ...starts.map((start) => Math.floor(start / HOUR) * HOUR));
  to = Math.max(18 * HOUR, Math.ceil(found.end / HOUR) * HOUR);
  hours();
  const here = new Set(found.rows.map((row) => row.agent));
  for (const [agent, row] of rows) {
    if (here.has(agent)) continue;
    row.remove();
    rows.delete(agent);
    known.delete(agent);
  }
  found.rows.forEach(showRow);
  table.hidden = found.rows.length === 0;
  document.getElementById("none").hidden = found.rows.length > 0;
}

function showRow(found) {
  known.set(found.agent, found);
  const row = rows.get(found.agent) ?? fill(document.getElementById("day-row"), {});
  if (!rows.has(found.agent)) {
    rows.set(found.agent, row);
    body.append(row);
    row.dataset.agent = found.agent;
  }
  const last = found.stretches.at(-1);
  const doing = page.dataset.today ? now(found) : (last?.[2] ?? "away");
  const pauses = Object.entries(found.sums).filter(([key]) => key.startsWith("break:"));
  refill(row, {
    agent_name: found.agent_name,
    doing_name: NAMES[doing],
    why: [found.reason, found.forced_by && `由${found.forced_by}设置`].filter(Boolean).join("，"),
    talked: clock(found.sums.talking ?? 0),
    paused: clock(found.sums.break ?? 0),
    pauses: pauses.map(([key, seconds]) => quota(key.slice(6), seconds)).join(" "),
  });
  row.querySelector(".pill").className = `pill ${PILLS[doing] ?? ""}`;
  draw(row.querySelector(".line"), found);
  forces(row, found, doing);
}

function pauseName(key) {
  return kinds[key]?.title ?? PAUSES[key] ?? key;
}

// A kind of break with how much of it was taken, of how much, and whether that is too much.
function quota(key, seconds) {
  const minutes = kinds[key]?.minutes ?? 0;
  const over = minutes && seconds > minutes * 60;
  return `${pauseName(key)}${clock(seconds)}${minutes ? `/${minutes}分` : ""}${over ? "（超时）" : ""}`;
}

function now({ state, status }) {
  if (["offered", "talking", "wrapup"].includes(state)) return state;
  if (state !== "idle" || status === "off") return "away";
  return status === "ready" ? "free" : "break";
}

function draw(svg, found) {
  svg.setAttribute("viewBox", `0 0 ${(to - from) / 1000} 16`);
  const bars = found.stretches
    .filter(([, , doing]) => doing in SHAPES)
    .map(([start, end, doing, pause, by, reason]) => {
      const bar = document.createElementNS(SVG, "rect");
      const [top, height] = SHAPES[doing];
      const put = { x: (start - from) / 1000, y: top, width: Math.max(1, (end - start) / 1000), height, class: `s-${doing}` };
      for (const [name, value] of Object.entries(put)) bar.setAttribute(name, value);
      const words = document.createElementNS(SVG, "title");
      words.textContent = [`${at(start)}–${at(end)} ${NAMES[doing]}`, pause && pauseName(pause), reason, by && `由${by}设置`].filter(Boolean).join("，");
      bar.append(words);
      return bar;
    });
  svg.setAttribute("aria-label", `${found.agent_name}：${said(found.sums)}`);
  svg.replaceChildren(...bars);
}

function said(sums) {
  const parts = Object.keys(SHAPES).filter((key) => sums[key]);
  return parts.map((key) => `${NAMES[key]}${clock(sums[key])}`).join("，") || "没有记录";
}

function at(ms) {
  return clock(ms / 60_000).padStart(5, "0");
}

function hours() {
  const svg = document.getElementById("hours");
  svg.setAttribute("viewBox", `0 0 1000 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  const marks = [];
  for (let hour = from; hour < to; hour += HOUR * (to - from > 12 * HOUR ? 2 : 1)) {
    const mark = document.createElementNS(SVG, "svg");
    mark.setAttribute("x", `${((hour - from) / (to - from)) * 100}%`);
    const words = document.createElementNS(SVG, "text");
    words.setAttribute("y", "15");
    words.textContent = String(hour / HOUR);
    mark.append(words);
    marks.push(mark);
  }
  svg.removeAttribute("viewBox");
  svg.replaceChildren(...marks);
}

// Ready, break or off, whichever the agent is not.
function forces(row, found, doing) {
  const cell = row.querySelector(".force");
  const wanted = !page.dataset.mayForce || !page.dataset.today || found.state === "away" ? [] : ["ready", "break", "off"].filter((status) => status !== found.status);
  const shape = wanted.join();
  if (cell.dataset.shape === shape) return;
  cell.dataset.shape = shape;
  cell.replaceChildren(
    ...wanted.map((status) => {
      const button = document.createElement("button");
      button.className = "small";
      button.textContent = `设为${STATUS[status]}`;
      button.setAttribute("aria-label", `把${found.agent_name}设为${STATUS[status]}`);
      button.addEventListener("click", () => force(found, status));
      return button;
    }),
  );
}

async function force({ agent, agent_name }, status) {
  document.getElementById("force-title").textContent = `把${agent_name}设为${STATUS[status]}`;
  const reason = await askReason(document.getElementById("force"));
  if (!reason) return;
  tell("");
  showFault("agents-fault", "");
  const why = await order({ type: "force", agent, status, reason });
  if (why) showFault("agents-fault", why);
  else tell(`${agent_name}已设为${STATUS[status]}。`);
}

function tell(words) {
  const done = document.getElementById("agents-done");
  done.hidden = !words;
  done.textContent = words;
}

// The last stretch of each line grows until something changes.
function grow() {
  const end = Date.now() - start;
  if (end > to) {
    loadAll();
    return;
  }
  for (const found of known.values()) {
    const last = found.stretches.at(-1);
    if (!last || last[2] === "away") continue;
    const more = Math.max(0, end - last[1]) / 1000;
    for (const key of [last[2], last[3] && `${last[2]}:${last[3]}`].filter(Boolean)) found.sums[key] = (found.sums[key] ?? 0) + more;
    last[1] = Math.max(last[1], end);
    showRow(found);
  }
}

async function load(agent) {
  const asked = new URLSearchParams({ day: page.dataset.day, agent });
  const answer = await fetch(`/agents/lines?${asked}`);
  return answer.ok ? answer.json() : null;
}

async function loadAll() {
  const found = await load("").catch(() => null);
  if (found) show(found);
}

async function loadChanged() {
  const names = [...changed];
  changed.clear();
  const found = await Promise.all(names.map((name) => load(name).catch(() => null)));
  found.flatMap((each) => each?.rows ?? []).forEach(showRow);
  table.hidden = rows.size === 0;
  document.getElementById("none").hidden = rows.size > 0;
}

line.addEventListener("open", () => line.send({ type: "show", view: "agents" }));
line.addEventListener("snapshot", loadAll);
line.addEventListener("agents", ({ detail }) => {
  if (!page.dataset.today) return;
  if (!changed.size) setTimeout(loadChanged, 200);
  changed.add(detail.agent);
});
if (page.dataset.today) setInterval(grow, 20_000);
