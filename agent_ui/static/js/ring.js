// The ringing tone: 450 Hz, one second on and four off, the usual one in China.

const ON_S = 1;
const PERIOD_S = 5;

export class Ring {
  #context = null;
  #tone = null;
  #timer = 0;

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
    this.#once();
    this.#timer = setInterval(() => this.#once(), PERIOD_S * 1000);
  }

  #once() {
    const context = this.#context;
    if (context?.state !== "running") return;
    const gain = new GainNode(context, { gain: 0.08 });
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
