// The agent's phone in the browser: WebRTC with the hotline itself, signalled over the console's
// WebSocket.
//
// In:  {type: 'offer', leg, sdp}   ring;   {type: 'end', leg}   the leg is over
// Out: {type: 'answer', leg, sdp}, {type: 'reject', leg}, {type: 'hangup', leg}
//
// Events (CustomEvent, `detail` always has `leg`):
//   ringing                 a call is offered
//   up                      sound goes both ways
//   ended  {reason, error}  it is over: 'remote', 'rejected', 'hangup', 'microphone' or 'failed'
//   lost / found            the media path broke and may come back / came back

const GATHER_LIMIT_MS = 500;
const DTMF_MS = 120;

// The far end keeps its own gain and cannot take echo: what the headset hears must not come back.
const MICROPHONE = {
  audio: {echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1},
  video: false,
};

export class Phone extends EventTarget {
  // `send` takes a message for the WebSocket; `constraints` gives those of the microphone;
  // `play` puts a remote stream on a loudspeaker and returns what `stop` is to be called on.
  constructor({send, constraints = () => MICROPHONE, play = playStream}) {
    super();
    this.send = send;
    this.constraints = constraints;
    this.play = play;
    this.legs = new Map();
    this.muted = false;
  }

  // The ids of the legs that ring or talk.
  get active() {
    return [...this.legs.keys()];
  }

  // Takes one message from the WebSocket; others than its own are left alone (returns false).
  handle(message) {
    if (message.type === 'offer' && typeof message.sdp === 'string') {
      if (!this.legs.has(message.leg)) {
        const call = {sdp: message.sdp, state: 'ringing'};
        call.over = new Promise((resolve) => (call.finish = resolve));
        this.legs.set(message.leg, call);
        this.#tell('ringing', message.leg);
      }
      return true;
    }
    if (message.type === 'end') {
      this.#drop(message.leg, 'remote');
      return true;
    }
    return false;
  }

  // Takes a ringing call. The promise is fulfilled when the answer is sent or the call is over.
  async answer(leg) {
    const call = this.legs.get(leg);
    if (!call || call.state !== 'ringing') return;
    call.state = 'answering';
    try {
      call.microphone = await navigator.mediaDevices.getUserMedia(this.constraints());
    } catch (error) {
      this.#refuse(leg, 'microphone', error);
      return;
    }
    if (!this.#alive(leg, call)) return;
    try {
      // The promises of a connection that is closed meanwhile stay open for ever.
      const sdp = await Promise.race([this.#negotiate(leg, call), call.over]);
      if (!this.#alive(leg, call)) return;
      this.send({type: 'answer', leg, sdp});
    } catch (error) {
      this.#refuse(leg, 'failed', error);
    }
  }

  // Declines a ringing call.
  reject(leg) {
    if (!this.legs.has(leg)) return;
    this.send({type: 'reject', leg});
    this.#drop(leg, 'rejected');
  }

  // Ends a call.
  hangup(leg) {
    if (!this.legs.has(leg)) return;
    this.send({type: 'hangup', leg});
    this.#drop(leg, 'hangup');
  }

  // Lets go of a leg of which the hotline no longer knows, as after an outage.
  forget(leg) {
    this.#drop(leg, 'remote');
  }

  // Turns the microphone off and on, for this call and the next ones.
  mute(on) {
    this.muted = Boolean(on);
    for (const call of this.legs.values()) {
      call.microphone?.getAudioTracks().forEach((track) => (track.enabled = !this.muted));
    }
  }

  // Sends digits (0-9 * # A-D) as RFC 4733 events; returns false where the call cannot.
  sendDtmf(leg, digits) {
    const sender = this.legs.get(leg)?.connection?.getSenders().find((one) => one.dtmf);
    if (!sender || !sender.dtmf.canInsertDTMF) return false;
    sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + digits, DTMF_MS);
    return true;
  }

  // Ends everything, as when the page is left.
  close() {
    for (const leg of this.active) this.hangup(leg);
  }

  async #negotiate(leg, call) {
    // No 'max-bundle' and no ICE servers: the hotline offers one stream on addresses that it has.
    const connection = (call.connection = new RTCPeerConnection({iceServers: []}));
    connection.ontrack = (event) => {
      const stream = event.streams[0] ?? new MediaStream([event.track]);
      call.stream = stream;
      call.speaker = this.play(stream);
    };
    connection.onconnectionstatechange = () => this.#moved(leg, call);
    await connection.setRemoteDescription({type: 'offer', sdp: call.sdp});
    for (const track of call.microphone.getAudioTracks()) {
      track.enabled = !this.muted;
      connection.addTrack(track, call.microphone);
    }
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered(connection);
    return connection.localDescription.sdp;
  }

  #moved(leg, call) {
    if (this.legs.get(leg) !== call) return;
    const state = call.connection.connectionState;
    if (state === 'connected') {
      const first = call.state !== 'up';
      call.state = 'up';
      this.#tell(first ? 'up' : 'found', leg);
    } else if (state === 'disconnected') {
      this.#tell('lost', leg);
    } else if (state === 'failed') {
      this.send({type: 'hangup', leg});
      this.#drop(leg, 'failed');
    }
  }

  #alive(leg, call) {
    if (this.legs.get(leg) === call) return true;
    release(call);
    return false;
  }

  #refuse(leg, reason, error) {
    if (!this.legs.has(leg)) return;
    console.warn('phone:', reason, error);
    this.send({type: 'reject', leg});
    this.#drop(leg, reason, {error});
  }

  #drop(leg, reason, more = {}) {
    const call = this.legs.get(leg);
    if (!call) return;
    this.legs.delete(leg);
    release(call);
    this.#tell('ended', leg, {reason, ...more});
  }

  #tell(event, leg, more = {}) {
    this.dispatchEvent(new CustomEvent(event, {detail: {leg, ...more}}));
  }
}

function release(call) {
  call.finish();
  call.microphone?.getTracks().forEach((track) => track.stop());
  call.connection?.close();
  call.speaker?.stop();
}

// Waits until the browser knows its own addresses: the hotline takes no later ones.
function gathered(connection) {
  if (connection.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_LIMIT_MS);
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') resolve();
    });
  });
}

export function playStream(stream, to = () => {}) {
  const audio = new Audio();
  to(audio);
  audio.autoplay = true;
  audio.srcObject = stream;
  audio.play().catch((error) => console.warn('phone: the loudspeaker does not play', error));
  return {
    stop() {
      audio.pause();
      audio.srcObject = null;
    },
  };
}
