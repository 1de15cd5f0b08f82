// The agent's desk: puts together the phone, call control, the screen pop, the form and the keys.

import { Control, reasons } from "./control.js";
import * as devices from "./devices.js";
import { setUpKeys } from "./keys.js";
import { flush, setUpNotes } from "./notes.js";
import { clock, line, user } from "./page.js";
import { Phone, playStream } from "./phone.js";
import { Ring } from "./ring.js";
import * as suggest from "./suggest.js";
import { follow } from "./talk.js";

const desk = document.getElementById("desk");
const part = (id) => document.getElementById(id);
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
const WORDS = {
  away: "正在连接…",
  idle: { ready: "等待来电", break: "小休中，不会有电话进来", off: "离线，点“就绪”开始接电话" },
  offered: "来电",
  talking: "通话中",
  wrapup: "通话结束，请填写处理结果",
};
const ENDINGS = { failed: "电话没有接通，来电人会重新排队。" };
const DONE = {
  hold: "已保持，来电人在听音乐。", resume: "已取回，继续通话。", transfer: "已转出。",
  consult: "正在呼叫，来电人在听音乐。", complete: "转接完成。", join: "三方通话中。",
  drop: "已结束咨询，回到来电人。", park: "已驻留。", retrieve: "正在取回。", digits: "",
};
const CONSULT = { ringing: "正在呼叫", talking: "正在咨询" };

const phone = new Phone({
  send: (message) => line.send(message),
  constraints: devices.constraints,
  play: (stream) => playStream(stream, devices.toSpeaker),
});
const ring = new Ring(devices.chosen);
const control = new Control(line);
const tab = crypto.randomUUID();
let me = { state: "away", status: "off", call: "" };
let calls = new Map();
let agents = new Map();
let leg = "";
let up = false;
let since = 0;
let muted = false;
let connected = false;
let shownCall = "";
let active = false;
let result = "";
let undoable = false;

const row = () => calls.get(me.call);
const talking = () => up || me.state === "talking";
const finished = () => shownCall !== "" && (me.state === "wrapup" || me.call !== shownCall);

// ---- what is shown -----------------------------------------------------------------------------

function show() {
  const state = up ? "talking" : leg ? "offered" : me.state;
  const call = row();
  const words = WORDS[state] ?? "";
  desk.dataset.state = state;
  desk.toggleAttribute("data-emergency", Boolean(call?.emergency) && state !== "idle");
  const idle = typeof words === "string" ? words : words[me.status];
  const paused = state === "idle" && me.status === "break" && me.pause_name ? `小休中（${me.pause_name}）` : idle;
  setText("phone-state", state === "offered" && call?.emergency ? "紧急来电" : (talkWords(call) || paused));
  const inCall = state === "offered" || state === "talking";
  setText("phone-caller", inCall && call ? call.caller || "无号码" : "");
  setText("phone-facts", facts(state, call));
  part("answer").hidden = part("reject").hidden = state !== "offered" || !leg;
  part("mute").hidden = part("hangup").hidden = !talking();
  part("mute").textContent = muted ? "取消静音" : "静音";
  part("mute").setAttribute("aria-pressed", String(muted));
  showStatus();
  showCommands(call);
  showParked();
  showResults();
  tick();
  document.title = state === "offered" ? "来电！· 12349" : "我的电话 · 12349民政服务热线";
  ring.sound(state === "offered" && leg !== "" && !up);
  setMediaSession(state);
  showCard();
}

function setText(id, words) {
  if (part(id).textContent !== words) part(id).textContent = words;
}

function talkWords(call) {
  if (!talking() || !call) return "";
  if (call.conference) return `三方通话：${call.conference.split(" ").map(called).join("、")}`;
  if (call.consult) return `${CONSULT[call.consult_state] ?? "正在咨询"}：${called(call.consult)}`;
  return call.held ? "通话保持中" : "";
}

function called(name) {
  const [kind, who] = name.includes(":") ? name.split(":", 2) : ["agent", name];
  return kind === "agent" ? (agents.get(who)?.agent_name ?? who) : who || "普通队列";
}

function facts(state, call) {
  if (state === "wrapup" || !call || !(state === "offered" || state === "talking")) {
    return state === "idle" && me.status === "break" ? reasonOf(me) : "";
  }
  const supervised = call.supervised_by ? `主管在听：${call.supervised_by}` : "";
  const parts = [supervised, call.language && `讲${call.language}`, call.area_name, call.topic, call.heard && `“${call.heard}”`];
  return parts.filter(Boolean).join(" · ");
}

function reasonOf(agent) {
  if (agent.forced_by) return `由 ${agents.get(agent.forced_by)?.agent_name ?? agent.forced_by} 设置`;
  return { "no answer": "上一个电话没有接，已转为小休。", rejected: "上一个电话被拒接，已转为小休。" }[agent.reason] ?? "";
}

function showStatus() {
  for (const button of desk.querySelectorAll("[data-status]")) {
    button.setAttribute("aria-pressed", String(button.dataset.status === me.status));
    button.disabled = !active;
  }
  part("pause").disabled = !active;
  if (me.pause && document.activeElement !== part("pause")) part("pause").value = me.pause;
}

function showCommands(call) {
  const why = reasons({ connected, talking: talking(), row: call });
  for (const button of desk.querySelectorAll("[data-command]")) {
    const reason = why[button.dataset.command] ?? "";
    button.setAttribute("aria-disabled", String(Boolean(reason)));
    button.title = reason;
  }
  const hold = desk.querySelector("[data-command=hold]");
  hold.textContent = call?.held && talking() ? "取回" : "保持";
  hold.setAttribute("aria-pressed", String(Boolean(call?.held) && talking()));
}

function showParked() {
  const parked = [...calls.values()].filter((call) => call.parked);
  const key = parked.map((call) => `${call.id}${call.parked}`).join();
  const place = part("parked");
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...parked.map((call) => {
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = `取回驻留 ${call.parked}（${call.caller || "无号码"}）`;
    button.addEventListener("click", () => run("retrieve", { slot: call.parked }));
    return button;
  }));
}

function showResults() {
  const can = finished();
  for (const button of desk.querySelectorAll("[data-code]")) {
    button.setAttribute("aria-disabled", String(!can));
    button.setAttribute("aria-pressed", String(button.dataset.code === result));
  }
  part("undo").hidden = !undoable;
  setText("results-hint", can && !result ? "按数字键选一项，选了才能接下一个电话" : can ? "" : "通话结束后按数字键选一项");
}

function tick() {
  const left = me.state === "wrapup" && me.wrapup_until ? me.wrapup_until - Date.now() : 0;
  const bar = part("wrapup-left");
  bar.hidden = !(me.state === "wrapup" && me.wrapup_until);
  if (!bar.hidden) {
    bar.max = Math.max(1, me.wrapup_until - (me.since || me.wrapup_until - 60_000));
    bar.value = Math.max(0, left);
  }
  if (up) setText("phone-time", clock((Date.now() - since) / 1000));
  else if (!bar.hidden) setText("phone-time", `还剩 ${clock(left / 1000)}`);
  else setText("phone-time", me.since && me.state !== "away" ? clock((Date.now() - me.since) / 1000) : "");
}

function say(words, wrong = false) {
  setText("bar-said", words);
  part("bar-said").classList.toggle("wrong", wrong);
}

function fault(words) {
  part("phone-fault").hidden = !words;
  setText("phone-fault", words);
}

// ---- the screen pop ----------------------------------------------------------------------------

// What belongs to a call comes with its offer and stays until the next one.
function showCard() {
  if (!me.call || me.call === shownCall) return;
  flush();
  shownCall = me.call;
  result = "";
  undoable = false;
  setText("result-said", "");
  performance.mark("offered");
  follow(shownCall, true);
  loadCard(shownCall, 0);
  showResults();
}

async function loadCard(call, tries) {
  const answer = await fetch(`/calls/${encodeURIComponent(call)}/card`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (call !== shownCall) return;
  if (answer?.ok) {
    const text = await answer.text();
    if (call === shownCall) putCard(call, text);
  } else if (tries < 8) {
    // The ticket's record may still be on its way into the database, or the network is away.
    setTimeout(() => loadCard(call, tries + 1), 300 * (tries + 1));
  } else {
    say("来电资料没有取到，通话不受影响。刷新页面可以再试。", true);
  }
}

function putCard(call, text) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  for (const slot of parsed.querySelectorAll("section[data-slot]")) {
    const place = desk.querySelector(`.panel[data-slot="${slot.dataset.slot}"]`);
    const scrolled = slot.dataset.slot === "talk";
    place.replaceChildren(...slot.childNodes);
    place.scrollTop = scrolled ? place.scrollHeight : 0;
    htmx.process(place);
    if (slot.dataset.slot === "form") begun(call, place, slot);
  }
  performance.measure("screen-pop", "offered");
  showResults();
}

function begun(call, place, slot) {
  const fields = setUpNotes(place);
  result = slot.dataset.result ?? "";
  const ticket = place.querySelector("#notes").dataset.ticket;
  suggest.begin(call, { fields, ticket, noText: slot.dataset.noText });
  desk.querySelector(".panel[data-slot=caller]").onclick = ({ target }) => callerClicked(target, fields);
  // Asked again, now that there is a place for what is suggested.
  follow(call, true);
}

function callerClicked(target, fields) {
  const button = target.closest("button");
  if (button?.dataset.person) {
    fields.get("name")?.set(button.dataset.person);
    say(`已填入姓名：${button.dataset.person}，请向来电人核对。`);
  } else if (button?.dataset.dial) {
    post(`/tickets/${button.dataset.dial}/dial`).then(({ ok, why }) => say(ok ? "正在回拨，请等电话接通。" : why, !ok));
  } else if (button?.dataset.map) {
    showMap(button.dataset.map);
  }
}

async function showMap(call) {
  const place = part("home-map");
  try {
    const answer = await fetch(`/calls/${encodeURIComponent(call)}/home`);
    const home = await answer.json();
    if (!answer.ok) throw new Error(home.why);
    place.hidden = false;
    const { streetMap } = await import("./street_map.js");
    const { L, map } = await streetMap(place);
    map.setView(home.position, 16, { animate: false });
    L.marker(home.position, { icon: L.divIcon({ className: "pin to", html: "家", iconSize: [30, 30] }), title: home.address }).addTo(map);
  } catch (error) {
    place.hidden = true;
    say(error.message || "地图没有取到。", true);
  }
}

async function post(path, values = {}) {
  const options = { method: "POST", headers: { "X-CSRF-Token": csrf }, body: new URLSearchParams(values) };
  const answer = await fetch(path, options).catch(() => null);
  if (!answer) return { ok: false, why: "没有连上服务器，请再试一次。" };
  const told = await answer.json().catch(() => ({}));
  return { ...told, ok: answer.ok, why: told.why ?? "没有做成，请再试一次。" };
}

// ---- what the agent does -----------------------------------------------------------------------

function answer() {
  if (!leg || up) return;
  fault("");
  ring.sound(false);
  phone.answer(leg);
}

async function run(command, more = {}, call = me.call) {
  say("请稍候…");
  const { ok, why } = await control.ask(command, call, more);
  say(ok ? (DONE[command] ?? "") : why, !ok);
  return ok;
}

function press(command) {
  const button = desk.querySelector(`[data-command=${command}]`);
  if (button.getAttribute("aria-disabled") === "true") {
    say(button.title, true);
  } else if (command === "hold") {
    run(row()?.held ? "resume" : "hold");
  } else if (command === "digits") {
    setText("keypad-sent", "");
    part("keypad").showModal();
  } else if (command === "transfer" || command === "consult") {
    openTo(command);
  } else {
    run(command);
  }
}

function openTo(command) {
  const title = command === "transfer" ? "转接" : "咨询";
  part("to").dataset.command = command;
  setText("to-title", `${title}给`);
  setText("to-go", title);
  part("to-number").value = "";
  part("to-queue").value = "";
  part("to-queue").disabled = command === "consult";
  part("to-fault").hidden = true;
  const others = [...agents.values()].filter((each) => each.agent !== user && each.state !== "away");
  const options = others.map((each) => {
    const state = each.state === "idle" ? each.status_name : each.state_name;
    return new Option(`${each.agent_name}（${state}）`, `agent:${each.agent}`);
  });
  part("to-agent").replaceChildren(new Option(others.length ? "（不选）" : "没有其他同事在线", ""), ...options);
  part("to").showModal();
}

part("to-form").addEventListener("submit", (event) => {
  if (event.submitter?.value !== "go") return;
  const number = part("to-number").value.replace(/[\s-]/g, "");
  const targets = [part("to-agent").value, part("to-queue").value, number && `number:${number}`].filter(Boolean);
  const why = targets.length !== 1 ? "请在同事、队列、号码里选一种。"
    : number && !/^\+?\d{2,20}$/.test(number) ? "号码只能是数字，前面可以有 +。" : "";
  part("to-fault").hidden = !why;
  setText("to-fault", why);
  if (why) event.preventDefault();
  else run(part("to").dataset.command, { to: targets[0] });
});
part("to-120").addEventListener("click", () => {
  part("to").close();
  run(part("to").dataset.command, { to: "agency:120" });
});

function digit(key) {
  setText("keypad-sent", part("keypad-sent").textContent + key);
  control.ask("digits", me.call, { digits: key }).then(({ ok, why }) => {
    if (!ok) say(why, true);
  });
}
for (const button of part("keypad").querySelectorAll("[data-digit]")) {
  button.addEventListener("click", () => digit(button.dataset.digit));
}
part("keypad").addEventListener("keydown", (event) => {
  if (/^[0-9*#]$/.test(event.key)) digit(event.key);
});

function toggleMute() {
  if (!talking()) return;
  muted = !muted;
  // The microphone itself is off at once; the row that others see follows.
  phone.mute(muted);
  control.ask(muted ? "mute" : "unmute", me.call);
  say(muted ? "已静音，来电人听不到您。" : "已取消静音。");
  show();
}

function hangUp() {
  if (leg) phone.hangup(leg);
  else if (talking()) run("hangup");
}

async function choose(button) {
  if (button.getAttribute("aria-disabled") === "true") {
    setText("result-said", "通话结束后再选处理结果。");
    return;
  }
  await flush();
  const number = part("notes")?.dataset.ticket;
  if (!number) return;
  const call = shownCall;
  const told = await post(`/tickets/${number}/disposition`, { code: button.dataset.code });
  if (call !== shownCall) return;
  setText("result-said", told.ok ? `已记录：${told.text}。` : told.why);
  part("result-said").classList.toggle("wrong", !told.ok);
  if (told.ok) {
    result = told.code;
    undoable = true;
  } else if (part("note-summary")) {
    part("note-summary").focus();
  }
  show();
}

async function undo() {
  const number = part("notes")?.dataset.ticket;
  if (!number || !undoable) return;
  const told = await post(`/tickets/${number}/disposition/undo`);
  setText("result-said", told.ok ? "已撤销，请重新选择。" : told.why);
  if (told.ok) {
    result = "";
    undoable = false;
  }
  show();
}

function want(status) {
  ring.allow();
  const pause = status === "break" ? part("pause").value : "";
  line.send({ type: "status", status, pause });
}

// ---- what happens ------------------------------------------------------------------------------

function takeAgent(agent) {
  agents.set(agent.agent, agent);
  if (agent.agent !== user) return;
  me = agent;
  show();
}

line.addEventListener("open", () => {
  connected = true;
  line.send({ type: "hello", tab });
});
line.addEventListener("cut", () => {
  connected = false;
  me = { ...me, state: "away" };
  show();
});
line.addEventListener("phone", ({ detail }) => {
  active = detail.active;
  part("elsewhere").hidden = active;
  desk.hidden = !active;
  show();
});
line.addEventListener("snapshot", ({ detail }) => {
  calls = new Map(detail.calls.map((call) => [call.id, call]));
  agents = new Map(detail.agents.map((agent) => [agent.agent, agent]));
  const mine = agents.get(user);
  // An outage may have hidden the end of a leg.
  if (leg && mine && !["offered", "talking"].includes(mine.state)) phone.forget(leg);
  if (mine) takeAgent(mine);
  show();
});
line.addEventListener("call.changed", ({ detail }) => {
  calls.set(detail.call.id, detail.call);
  show();
});
line.addEventListener("call.gone", ({ detail }) => {
  calls.delete(detail.id);
  show();
});
line.addEventListener("agent.state", ({ detail }) => takeAgent(detail.agent));
line.addEventListener("agent.signal", ({ detail }) => {
  if (detail.signal.type === "offer") leg = detail.signal.leg;
  phone.handle(detail.signal);
  show();
});
document.addEventListener("desk-says", ({ detail }) => say(detail.words, detail.wrong));

phone.addEventListener("ringing", () => {
  fault("");
  show();
});
phone.addEventListener("up", () => {
  up = true;
  since = Date.now();
  show();
});
phone.addEventListener("lost", () => fault("通话的网络断了，正在恢复…"));
phone.addEventListener("found", () => fault(""));
phone.addEventListener("ended", ({ detail }) => {
  if (detail.leg !== leg) return;
  leg = "";
  up = false;
  if (muted) {
    muted = false;
    phone.mute(false);
  }
  for (const dialog of [part("keypad"), part("to")]) dialog.close();
  fault(detail.reason === "microphone" ? devices.why(detail.error) : (ENDINGS[detail.reason] ?? ""));
  show();
});

// Headset and media keys, where browser and headset give them.
function setMediaSession(state) {
  const session = navigator.mediaSession;
  if (!session) return;
  session.playbackState = state === "talking" ? "playing" : "none";
  session.setMicrophoneActive?.(talking() && !muted);
}
for (const [action, act] of [
  ["play", answer],
  ["hangup", () => (leg && !up ? phone.reject(leg) : hangUp())],
  ["togglemicrophone", toggleMute],
]) {
  try {
    navigator.mediaSession?.setActionHandler(action, act);
  } catch {
    // An action that this browser does not know.
  }
}

part("answer").addEventListener("click", answer);
part("reject").addEventListener("click", () => phone.reject(leg));
part("hangup").addEventListener("click", hangUp);
part("mute").addEventListener("click", toggleMute);
part("take").addEventListener("click", () => line.send({ type: "take" }));
part("undo").addEventListener("click", undo);
for (const button of desk.querySelectorAll("[data-status]")) {
  button.addEventListener("click", () => want(button.dataset.status));
}
for (const button of desk.querySelectorAll("[data-command]")) {
  button.addEventListener("click", () => press(button.dataset.command));
}
for (const button of desk.querySelectorAll("[data-code]")) {
  button.addEventListener("click", () => choose(button));
}
addEventListener("keydown", (event) => {
  if (event.altKey && event.key === "Enter" && suggest.takeHeard(event.target)) event.preventDefault();
});
devices.setUpDevices(ring);
setUpKeys(
  [
    ["a", "接听", answer],
    ["r", "拒接", () => leg && !up && phone.reject(leg)],
    ["h", "保持、取回", () => press("hold")],
    ["m", "静音、取消静音", toggleMute],
    ["k", "拨号盘", () => press("digits")],
    ["t", "转接", () => press("transfer")],
    ["c", "咨询", () => press("consult")],
    ["f", "完成转接", () => press("complete")],
    ["j", "三方通话", () => press("join")],
    ["d", "结束咨询", () => press("drop")],
    ["p", "驻留", () => press("park")],
    ["x", "挂断", hangUp],
    ["g", "就绪", () => want("ready")],
    ["b", "小休", () => want("break")],
    ["e", "写诉求", () => part("note-request")?.focus()],
    ["s", "写小结", () => part("note-summary")?.focus()],
    ["n", "更新推荐条目", suggest.update],
    ["u", "撤销处理结果", undo],
    ["v", "设备测试", devices.openDevices],
    ...[...desk.querySelectorAll("[data-code]")].map((button) => [
      button.dataset.key,
      `处理结果：${button.textContent.replace(/^\S+\s/, "").trim()}`,
      () => choose(button),
    ]),
  ],
  [
    ["?", "显示这张表"],
    ["Alt+Enter", "在一栏里：采用听到的内容"],
    ["Esc", "关闭窗口，回到页面"],
  ],
);
addEventListener("keydown", (event) => {
  // Out of a field, back to where single keys work.
  if (event.key === "Escape" && event.target.matches?.("input, textarea, select")) event.target.blur();
});
setInterval(tick, 500);
new Worker("/static/js/beat.js").addEventListener("message", () => line.send({ type: "heartbeat" }));
show();
