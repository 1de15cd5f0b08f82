// Lets one hear both channels of a recording, or one of them alone in both ears.

const GAINS = { both: [1, 1], left: [1, 0], right: [0, 1] };

export class Channels {
  #audio;
  #context = null;
  #gains = [];

  constructor(audio) {
    this.#audio = audio;
  }

  // which: both, left (the caller) or right (everyone else)
  hear(which) {
    if (!this.#context) {
      if (which === "both") return;
      this.#open();
    }
    this.#context.resume();
    GAINS[which].forEach((gain, channel) => (this.#gains[channel].gain.value = gain));
    const alone = which !== "both";
    this.#route(alone);
  }

  close() {
    this.#context?.close();
    this.#context = null;
  }

  #open() {
    this.#context = new AudioContext();
    const source = this.#context.createMediaElementSource(this.#audio);
    this.split = new ChannelSplitterNode(this.#context, { numberOfOutputs: 2 });
    this.merge = new ChannelMergerNode(this.#context, { numberOfInputs: 2 });
    source.connect(this.split);
    this.#gains = [0, 1].map((channel) => {
      const gain = new GainNode(this.#context);
      this.split.connect(gain, channel);
      return gain;
    });
    this.merge.connect(this.#context.destination);
  }

  // One channel alone is heard in both ears; both together each in its own.
  #route(alone) {
    this.#gains.forEach((gain, channel) => {
      gain.disconnect();
      for (const ear of alone ? [0, 1] : [channel]) gain.connect(this.merge, 0, ear);
    });
  }
}
