// The wall: figures come over the WebSocket; only durations are counted here.

import { clock, line } from "./page.js";

const wall = document.getElementById("wall");
const part = (id) => document.getElementById(id);
const MOST_TRUNKS = 3;
let figures = null;
let ahead = 0;

function put(id, figure, under, level = "") {
  const tile = part(id);
  set(tile.querySelector("[data-f=figure]"), figure);
  set(tile.querySelector("[data-f=under]"), under);
  tile.dataset.level = level;
}

function set(element, text) {
  const shown = String(text);
  if (element.textContent !== shown) element.textContent = shown;
}

function since(moment) {
  return moment ? clock((Date.now() + ahead - Date.parse(moment)) / 1000) : "0:00";
}

function seconds(moment) {
  return moment ? (Date.now() + ahead - Date.parse(moment)) / 1000 : 0;
}

function level(id, found) {
  const ended = found.answered + found.abandoned + found.unanswered;
  const share = found.share === null ? "–" : `${(found.share * 100).toFixed(1)}%`;
  const low = found.share !== null && found.share < 0.8;
  const words = ended ? `${found.in_time}/${ended} 挂断${found.abandoned} 没等到${found.unanswered}` : "还没有人等候过";
  put(id, share, low ? `低于80%：${words}` : words, low ? "warn" : "");
}

function show() {
  const f = figures;
  put("waiting", f.waiting, f.waiting ? "人在等" : "没有人在等", f.waiting ? "warn" : "");
  level("level-now", f.now);
  level("level-today", f.today);
  for (const [state, count] of Object.entries(f.agents)) set(part("agents").querySelector(`[data-f=${state}]`), count);
  put("calls", f.calls, `自动服务${f.with_machine}，人工${f.talking}`);
  trunks(f.trunks);
  const heard = f.recogniser;
  const words = !heard.known ? "还没有收到情况" : heard.up ? `路，负荷${Math.round(heard.load * 100)}%` : "不可用，来电改用按键";
  put("recogniser", heard.known ? heard.streams : "–", words, heard.known && !heard.up ? "alarm" : heard.load > 0.8 ? "warn" : "");
  part("recogniser").querySelector("meter").value = heard.load;
  const none = f.devices_offline === null;
  put("devices", none ? "–" : f.devices_offline, none ? "没有登记设备" : "台", f.devices_offline ? "warn" : "");
  wall.removeAttribute("aria-busy");
  tick();
}

function trunks(found) {
  const shown = found.slice(0, MOST_TRUNKS).map((trunk) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const meter = document.createElement("meter");
    const count = document.createElement("b");
    name.textContent = trunk.name;
    count.textContent = `${trunk.calls}/${trunk.limit}`;
    Object.assign(meter, { min: 0, max: trunk.limit || 1, value: trunk.calls, high: trunk.limit * 0.9 });
    item.append(name, meter, count);
    return item;
  });
  if (found.length > MOST_TRUNKS) shown.push(text(`还有${found.length - MOST_TRUNKS}条`));
  if (!found.length) shown.push(text("还没有收到中继的情况"));
  part("trunks").querySelector("ul").replaceChildren(...shown);
}

function text(words) {
  const item = document.createElement("li");
  item.className = "none";
  item.textContent = words;
  return item;
}

function tick() {
  set(part("wall-clock"), new Date(Date.now() + ahead).toLocaleTimeString("zh-CN", { hour12: false }));
  if (!figures) return;
  const f = figures;
  const long = seconds(f.longest_since) > 15;
  put("longest", since(f.longest_since), f.longest_since ? (long ? "超过15秒" : "分:秒") : "没有人在等", long ? "warn" : "");
  const urgent = f.emergencies_alone ? `${f.emergencies_alone}个还没有人接，已${since(f.emergency_since)}` : f.emergencies ? "都有人在处理" : "没有紧急来电";
  put("emergencies", f.emergencies, urgent, f.emergencies_alone ? "alarm" : f.emergencies ? "warn" : "");
  put("overdue", f.overdue, f.overdue ? `最久的超时${since(f.overdue_since)}` : "未接来电都在15分钟内回电", f.overdue ? "warn" : "");
}

line.addEventListener("open", () => line.send({ type: "show", view: "wallboard" }));
line.addEventListener("cut", () => wall.setAttribute("aria-busy", "true"));
line.addEventListener("clock", ({ detail }) => (ahead = Date.parse(detail.now) - Date.now()));
line.addEventListener("wallboard", ({ detail }) => {
  figures = detail;
  show();
});
part("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else wall.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => set(part("full"), document.fullscreenElement ? "退出全屏" : "全屏"));
setInterval(tick, 1000);
tick();
