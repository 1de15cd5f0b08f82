// Call control: what can be done now and why not, and commands with their answers. No page here.

const IDLE = "没有正在进行的通话。";
const CUT = "与服务器的连接断开了，连上后才能用。";
const CONSULTING = "正在咨询，请先完成转接、三方通话或结束咨询。";
const ALONE = "没有正在咨询的一方，先点“咨询”。";
const RINGING = "对方还没有接听。";

export const COMMANDS = ["hold", "digits", "transfer", "consult", "complete", "join", "drop", "park"];

// Why each command cannot be used, "" where it can. `row` is the call as the live page shows it.
export function reasons({ connected, talking, row }) {
  const first = !connected ? CUT : !talking ? IDLE : "";
  const consult = row?.consult ?? "";
  const ringing = consult && row.consult_state === "ringing";
  const joined = Boolean(row?.conference);
  const found = Object.fromEntries(COMMANDS.map((command) => [command, first]));
  if (first) return found;
  if (consult) for (const command of ["transfer", "consult", "park", "hold"]) found[command] = CONSULTING;
  if (joined) for (const command of ["transfer", "consult", "park", "hold"]) found[command] ||= "正在三方通话，先请第三方离开。";
  for (const command of ["complete", "join"]) found[command] = !consult ? ALONE : ringing ? RINGING : "";
  found.drop = consult || joined ? "" : ALONE;
  if (row?.held) found.digits = "通话保持中，先点“取回”。";
  return found;
}

// Sends commands over the line and gives promises of { ok, why }.
export class Control {
  #line;
  #waiting = new Map();

  constructor(line) {
    this.#line = line;
    line.addEventListener("controlled", ({ detail }) => {
      this.#waiting.get(detail.id)?.(detail);
      this.#waiting.delete(detail.id);
    });
    line.addEventListener("cut", () => {
      for (const done of this.#waiting.values()) done({ ok: false, why: CUT });
      this.#waiting.clear();
    });
  }

  ask(command, call, more = {}) {
    const id = crypto.randomUUID();
    return new Promise((done) => {
      this.#waiting.set(id, done);
      this.#line.send({ type: "control", id, command, call, ...more });
    });
  }
}
