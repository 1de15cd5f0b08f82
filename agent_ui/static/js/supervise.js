// Listening to a running call, whispering, stepping in and taking over. The leg that telephony
// rings for it is answered at once.

import { clock, line } from "./page.js";
import { askReason, order, showFault } from "./order.js";
import { Phone } from "./phone.js";

const panel = document.getElementById("stepped-in");
const told = document.getElementById("listening");
const buttons = [...panel.querySelectorAll("[data-command]")];
const IDLE = "点通话右边的“监听”，双方听不到您。";
const WORDS = {
  listen: "正在监听，双方听不到您",
  whisper: "正在对话务员说话，来电人听不到",
  barge: "三方通话中，双方都听得到您",
  takeover: "已接管，由您和来电人通话",
};

const phone = new Phone({ send: (message) => line.send(message) });
const calls = new Map();
let call = "";
let whose = "";
let state = "none";
let asking = "";
let leg = "";
let sound = false;
let since = 0;

function show() {
  panel.dataset.state = state;
  for (const button of buttons) {
    const command = button.dataset.command;
    button.setAttribute("aria-pressed", String(state === command));
    // Who took over leads the call: it ends with them.
    if (command === "leave") button.textContent = state === "takeover" ? "挂断" : "退出";
    button.disabled = !call || asking !== "" || state === command || (state === "takeover" && command !== "leave");
  }
  if (!call) told.textContent = IDLE;
  else if (state === "none") told.textContent = `正在接入 ${whose}…`;
  else told.textContent = `${WORDS[state]}：${whose}${sound ? `，${clock((Date.now() - since) / 1000)}` : "，声音接通中…"}`;
  phone.mute(state === "listen" || state === "none");
}

async function ask(command, reason = "") {
  if (asking) return;
  asking = command;
  showFault("supervise-fault", "");
  show();
  const why = await order({ type: "supervise", call, command, reason });
  asking = "";
  if (why) showFault("supervise-fault", why);
  else state = command === "leave" ? "none" : command;
  if (command === "leave" ? !why : why && state === "none") end();
  show();
}

function end() {
  if (leg) phone.hangup(leg);
  call = leg = "";
  sound = false;
  state = "none";
  show();
}

export function listenTo(shown) {
  if (call || asking) {
    showFault("supervise-fault", call === shown.id ? "" : "您正在另一个通话里，请先退出。");
    return;
  }
  call = shown.id;
  whose = [shown.caller || "无号码", shown.agent_name && `话务员${shown.agent_name}`].filter(Boolean).join("，");
  panel.scrollIntoView({ block: "nearest" });
  ask("listen");
}

for (const button of buttons) {
  button.addEventListener("click", async () => {
    const command = button.dataset.command;
    if (command !== "takeover") {
      ask(command);
      return;
    }
    const reason = await askReason(document.getElementById("takeover"));
    if (reason) ask(command, reason);
  });
}

document.getElementById("calls").addEventListener("click", (event) => {
  const button = event.target.closest("[data-listen]");
  const shown = button && calls.get(button.closest("tr").dataset.call);
  if (shown) listenTo(shown);
});

line.addEventListener("agent.signal", ({ detail }) => {
  const signal = detail.signal;
  if (!call && signal.type === "offer") return;
  if (signal.type === "offer") leg = signal.leg;
  phone.handle(signal);
  if (signal.type === "offer") phone.answer(signal.leg);
});
phone.addEventListener("up", () => {
  sound = true;
  since = Date.now();
  show();
});
phone.addEventListener("ended", ({ detail }) => {
  if (detail.leg !== leg) return;
  leg = "";
  if (detail.reason === "microphone") showFault("supervise-fault", "不能使用麦克风，请接好耳麦，并在浏览器中允许使用。");
  if (detail.reason === "failed") showFault("supervise-fault", "声音没有接通，请再试一次。");
  end();
});
line.addEventListener("snapshot", ({ detail }) => {
  calls.clear();
  detail.calls.forEach((each) => calls.set(each.id, each));
});
line.addEventListener("call.changed", ({ detail }) => calls.set(detail.call.id, detail.call));
line.addEventListener("call.gone", ({ detail }) => {
  calls.delete(detail.id);
  if (detail.id === call) {
    showFault("supervise-fault", "这个通话已经结束。");
    end();
  }
});
line.addEventListener("cut", () => {
  if (!call) return;
  showFault("supervise-fault", "与服务器的连接断开，监听已经停止，可以重新开始。");
  end();
});
setInterval(() => {
  if (sound) show();
}, 1000);
show();
