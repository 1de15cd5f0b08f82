// The ringing tone: 450 Hz, one second on and four off, the usual one in China.

const ON_S = 1;
const PERIOD_S = 5;
const LOUDEST = 0.2;

export class Ring {
  #context = null;
  #tone = null;
  #timer = 0;
  #chosen;

  // `chosen` gives where it rings (`ring`, a device's id or "") and how loud (`volume`, 0..100).
  constructor(chosen) {
    this.#chosen = chosen;
  }

  // Browsers let a page sound only after its user has touched it.
  allow() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  sound(on) {
    if (on === Boolean(this.#timer)) return;
    clearInterval(this.#timer);
    this.#timer = 0;
    if (!on) {
      this.#stop();
      return;
    }
    this.once();
    this.#timer = setInterval(() => this.once(), PERIOD_S * 1000);
  }

  once() {
    const context = this.#context;
    if (!context || context.state === "closed") return;
    const { ring, volume } = this.#chosen();
    // A device that was unplugged must not silence the bell.
    context.setSinkId?.(ring).catch(() => context.setSinkId("").catch(() => {}));
    const gain = new GainNode(context, { gain: (LOUDEST * volume) / 100 });
    const tone = new OscillatorNode(context, { frequency: 450 });
    tone.connect(gain).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + ON_S);
    this.#tone = tone;
  }

  #stop() {
    this.#tone?.stop();
    this.#tone = null;
  }
}
