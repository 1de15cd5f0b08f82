// Which microphone, loudspeaker and bell: chosen once in this browser, tested before the first call.

const KEY = "hotline-devices";
const part = (id) => document.getElementById(id);
const DENIED =
  "浏览器不允许使用麦克风。请点地址栏左边的图标，把“麦克风”改为“允许”，再刷新页面；也可以改用桌面话机接电话。";
const NONE = "没有找到麦克风，请插好耳麦；也可以改用桌面话机接电话。";

let kept = read();
let stream = null;
let context = null;
let drawing = 0;

function read() {
  try {
    return { microphone: "", speaker: "", ring: "", volume: 60, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { microphone: "", speaker: "", ring: "", volume: 60 };
  }
}

export function chosen() {
  return kept;
}

// The sentence for what a browser said when the microphone was asked for.
export function why(error) {
  return error?.name === "NotFoundError" || error?.name === "OverconstrainedError" ? NONE : DENIED;
}

// The far end keeps its own gain and cannot take echo: what the headset hears must not come back.
export function constraints() {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  if (kept.microphone) audio.deviceId = { ideal: kept.microphone };
  return { audio, video: false };
}

// Send what an <audio> plays to the chosen loudspeaker, or the usual one when that is gone.
export function toSpeaker(audio) {
  if (kept.speaker) audio.setSinkId?.(kept.speaker).catch(() => {});
}

async function open() {
  part("devices").showModal();
  part("device-volume").value = kept.volume;
  await listen();
  await list();
}

async function listen() {
  quiet();
  part("device-fault").hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia(constraints());
  } catch (error) {
    part("device-fault").hidden = false;
    part("device-fault").textContent = why(error);
    return;
  }
  context = new AudioContext();
  const meter = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  const draw = () => {
    meter.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    part("device-level").value = Math.min(1, loud * 4);
    if (loud > 0.02) part("device-heard").textContent = "听到声音了";
    drawing = requestAnimationFrame(draw);
  };
  part("device-heard").textContent = "还没有听到声音";
  draw();
}

function quiet() {
  cancelAnimationFrame(drawing);
  stream?.getTracks().forEach((track) => track.stop());
  context?.close();
  stream = context = null;
}

async function list() {
  const all = await navigator.mediaDevices.enumerateDevices();
  for (const [id, kind, name] of [
    ["device-microphone", "audioinput", "microphone"],
    ["device-speaker", "audiooutput", "speaker"],
    ["device-ring", "audiooutput", "ring"],
  ]) {
    const options = all.filter((each) => each.kind === kind && each.deviceId);
    const made = [["", "系统默认"], ...options.map((each) => [each.deviceId, each.label || "没有名字的设备"])];
    part(id).replaceChildren(...made.map(([value, text]) => new Option(text, value, false, value === kept[name])));
  }
}

function keep(changes) {
  kept = { ...kept, ...changes };
  localStorage.setItem(KEY, JSON.stringify(kept));
}

async function beep() {
  const out = new AudioContext();
  if (kept.speaker) await out.setSinkId?.(kept.speaker).catch(() => {});
  const tone = new OscillatorNode(out, { frequency: 1000 });
  tone.connect(new GainNode(out, { gain: 0.2 })).connect(out.destination);
  tone.start();
  tone.stop(out.currentTime + 0.6);
  tone.addEventListener("ended", () => out.close());
}

// `ring` sounds once with the settings as they are.
export function setUpDevices(ring) {
  part("devices-open").addEventListener("click", open);
  part("devices").addEventListener("close", quiet);
  part("device-microphone").addEventListener("change", (event) => {
    keep({ microphone: event.target.value });
    listen();
  });
  part("device-speaker").addEventListener("change", (event) => keep({ speaker: event.target.value }));
  part("device-ring").addEventListener("change", (event) => keep({ ring: event.target.value }));
  part("device-volume").addEventListener("change", (event) => keep({ volume: Number(event.target.value) }));
  part("device-tone").addEventListener("click", beep);
  part("device-try").addEventListener("click", () => {
    ring.allow();
    ring.once();
  });
  navigator.mediaDevices?.addEventListener("devicechange", () => part("devices").open && list());
}

export { open as openDevices };
