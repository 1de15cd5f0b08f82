// The agent's phone page: status, ringing, talking, wrapping up.

import { clock, line, user } from "./page.js";
import { Phone } from "./phone.js";
import { Ring } from "./ring.js";
import { follow } from "./talk.js";

const desk = document.getElementById("desk");
const part = (id) => document.getElementById(id);
const WORDS = {
  away: "正在连接…",
  idle: { ready: "等待来电", break: "小休中，不会有电话进来", off: "离线，点“就绪”开始接电话" },
  offered: "来电",
  talking: "通话中",
  wrapup: "通话结束，请填写处理结果",
};

const ENDINGS = {
  microphone: "不能使用麦克风，请接好耳麦，并在浏览器中允许使用。",
  failed: "电话没有接通，来电人会重新排队。",
};

const phone = new Phone({ send: (message) => line.send(message) });
const ring = new Ring();
const tab = crypto.randomUUID();
let me = { state: "away", status: "off", call: "" };
let calls = new Map();
let leg = "";
let up = false;
let since = 0;
let muted = false;
let shownCall = "";
let active = false;

function show() {
  const state = up ? "talking" : leg ? "offered" : me.state;
  const call = calls.get(me.call);
  const words = WORDS[state] ?? "";
  desk.dataset.state = state;
  desk.toggleAttribute("data-emergency", Boolean(call?.emergency));
  part("phone-state").textContent =
    state === "offered" && call?.emergency ? "紧急来电" : typeof words === "string" ? words : words[me.status];
  const inCall = state === "offered" || state === "talking";
  part("phone-caller").textContent = inCall && call ? call.caller || "无号码" : "";
  part("phone-facts").textContent =
    inCall && call ? [call.language && `讲${call.language}`, call.area_name, call.topic, call.heard && `“${call.heard}”`].filter(Boolean).join(" · ") : "";
  part("answer").hidden = part("reject").hidden = state !== "offered" || !leg;
  part("mute").hidden = part("hangup").hidden = !up;
  part("mute").textContent = muted ? "取消静音" : "静音";
  part("mute").setAttribute("aria-pressed", String(muted));
  for (const button of desk.querySelectorAll("[data-status]")) {
    button.setAttribute("aria-pressed", String(button.dataset.status === me.status));
    button.disabled = !active;
  }
  document.title = state === "offered" ? "来电！· 12349" : "我的电话 · 12349民政服务热线";
  ring.sound(state === "offered" && leg !== "" && !up);
  showCard();
}

// The ticket's card comes with the call and stays until the next one.
function showCard() {
  if (!me.call || me.call === shownCall) return;
  shownCall = me.call;
  follow(shownCall);
  loadCard(shownCall, 0);
}

function loadCard(call, tries) {
  fetch(`/calls/${encodeURIComponent(call)}/card`, { headers: { "HX-Request": "true" } }).then(async (answer) => {
    if (call !== shownCall) return;
    if (answer.ok) {
      part("card").innerHTML = await answer.text();
      part("card").hidden = false;
      htmx.process(part("card"));
    } else if (answer.status === 404 && tries < 5) {
      // The ticket's record may still be on its way into the database.
      setTimeout(() => loadCard(call, tries + 1), 300 * (tries + 1));
    }
  });
}

function fault(words) {
  part("phone-fault").hidden = !words;
  part("phone-fault").textContent = words;
}

function answer() {
  if (!leg || up) return;
  fault("");
  ring.sound(false);
  phone.answer(leg);
}

function takeAgent(agent) {
  if (agent.agent !== user) return;
  me = agent;
  show();
}

line.addEventListener("open", () => line.send({ type: "hello", tab }));
line.addEventListener("cut", () => {
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
  detail.agents.forEach(takeAgent);
  show();
});
line.addEventListener("call.changed", ({ detail }) => {
  calls.set(detail.call.id, detail.call);
  if (detail.call.id === me.call) show();
});
line.addEventListener("call.gone", ({ detail }) => calls.delete(detail.id));
line.addEventListener("agent.state", ({ detail }) => takeAgent(detail.agent));
line.addEventListener("agent.signal", ({ detail }) => {
  if (detail.signal.type === "offer") leg = detail.signal.leg;
  phone.handle(detail.signal);
  show();
});

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
  part("phone-time").textContent = "";
  fault(ENDINGS[detail.reason] ?? "");
  show();
});

part("answer").addEventListener("click", answer);
part("reject").addEventListener("click", () => phone.reject(leg));
part("hangup").addEventListener("click", () => phone.hangup(leg));
part("mute").addEventListener("click", () => {
  muted = !muted;
  phone.mute(muted);
  show();
});
part("take").addEventListener("click", () => line.send({ type: "take" }));
for (const button of desk.querySelectorAll("[data-status]")) {
  button.addEventListener("click", () => {
    ring.allow();
    line.send({ type: "status", status: button.dataset.status });
  });
}
addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "a" && leg && !up) answer();
  if (event.key === "m" && up) part("mute").click();
});
setInterval(() => {
  if (up) part("phone-time").textContent = clock((Date.now() - since) / 1000);
}, 500);
new Worker("/static/js/beat.js").addEventListener("message", () => line.send({ type: "heartbeat" }));
show();
