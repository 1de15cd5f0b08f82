// Draws the waveform of two channels and where the player is.

const COLOURS = { left: "#0b7a70", right: "#5a6f93", cursor: "#a81c1c", middle: "#d8dfdb" };

export class Wave {
  #canvas;
  #shape = { duration_ms: 1, left: [], right: [] };

  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw(this.share)).observe(canvas);
    this.share = 0;
  }

  show(shape) {
    this.#shape = shape;
    this.draw(this.share);
  }

  // share: how much of the recording has been played, 0..1
  draw(share) {
    this.share = share;
    const canvas = this.#canvas;
    const scale = devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (!width) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = COLOURS.middle;
    pen.fillRect(0, Math.round(height / 2), width, scale);
    this.#channel(pen, this.#shape.left, COLOURS.left, width, height / 4, height / 4, share);
    this.#channel(pen, this.#shape.right, COLOURS.right, width, (height * 3) / 4, height / 4, share);
    pen.fillStyle = COLOURS.cursor;
    pen.fillRect(Math.round(share * (width - 2 * scale)), 0, 2 * scale, height);
  }

  #channel(pen, peaks, colour, width, middle, room, share) {
    const loudest = Math.max(10, ...peaks);
    const bar = Math.max(2, Math.round(3 * (devicePixelRatio || 1)));
    for (let x = 0; x < width; x += bar) {
      const from = Math.floor((x / width) * peaks.length);
      const to = Math.max(from + 1, Math.floor(((x + bar) / width) * peaks.length));
      let peak = 0;
      for (let at = from; at < to && at < peaks.length; at += 1) peak = Math.max(peak, peaks[at]);
      const half = Math.max(1, (peak / loudest) * room * 0.9);
      pen.fillStyle = x / width < share ? colour : mix(colour);
      pen.fillRect(x, middle - half, bar - 1, half * 2);
    }
  }
}

// What has not been played yet is paler.
function mix(colour) {
  return `${colour}80`;
}
