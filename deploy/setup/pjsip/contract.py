"""What the project needs from PJSIP's Python binding, tried out on a real call over loopback.

Run by the set-up right after a build, and by tests/setup/test_pjsip_binding.py. A process of its
own, since a process can hold one SIP endpoint only. Prints one line per point; exits with 1 at
the first that does not hold.
"""

from __future__ import annotations

import math
import os
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

RATE = 8000
WANTED_CODECS = ("PCMA/8000", "PCMU/8000", "G722/16000", "opus/48000")
CALLS = 500
KEPT: list[Any] = []
TONE = struct.pack(
    "<160h", *(int(8000 * math.sin(2 * math.pi * 400 * i / RATE)) for i in range(160))
)


def hold(point: str, kept: bool, seen: object = "") -> None:
    """Print a point of the contract and whether it holds; end the process if it does not."""
    print(f"{'ok  ' if kept else 'FAIL'} {point} {seen}".rstrip(), flush=True)
    if not kept:
        os._exit(1)


class Tone(pj.AudioMediaPort):  # type: ignore[misc]
    """A port that plays a 400 Hz tone out of Python."""

    def onFrameRequested(self, frame: Any) -> None:
        frame.fromBytes(TONE)


class Tap(pj.AudioMediaPort):  # type: ignore[misc]
    """A port that keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[bytes] = []
        self.faults: list[str] = []

    def onFrameReceived(self, frame: Any) -> None:
        heard = frame.toBytes()
        self.frames.append(heard)
        if not isinstance(heard, bytes) or heard != bytes(frame.buf):
            self.faults.append(repr(heard)[:40])


class Leg(pj.Call):  # type: ignore[misc]
    """One side of the call; records its state and joins its port to the media."""

    def __init__(self, account: Any, call_id: int, attach: Callable[[Any], None]) -> None:
        super().__init__(account, call_id)
        self.attach = attach
        self.media: Any = None
        self.ended = False

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        self.ended = info.state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()
        media = info.media[0]
        if media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
            self.media = self.getAudioMedia(0)
            self.attach(self.media)


class Account(pj.Account):  # type: ignore[misc]
    """Answers its own call, and keeps the offer for inspection."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self.tap = tap
        self.offer = ""
        self.answerer: Leg | None = None

    def onIncomingCall(self, prm: Any) -> None:
        self.offer = prm.rdata.wholeMsg
        self.answerer = Leg(self, prm.callId, lambda media: media.startTransmit(self.tap))
        accept = pj.CallOpParam()
        accept.statusCode = 200
        self.answerer.answer(accept)


def start() -> Any:
    """Start the endpoint as the hotline does: no threads of its own, room for many calls."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = CALLS
    config.medConfig.clockRate = RATE
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    config.logConfig.level = config.logConfig.consoleLevel = 1
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    transport.port = 0
    made = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    port = endpoint.transportGetInfo(made).localName.rpartition(":")[2]
    return endpoint, f"127.0.0.1:{port}"


def account_config(user: str, address: str, encrypted: bool) -> Any:
    """Return an account; an encrypted one insists on DTLS-SRTP and ICE, as a browser's leg does."""
    config = pj.AccountConfig()
    config.idUri = f"sip:{user}@{address}"
    media = config.mediaConfig
    media.transportConfig.boundAddress = "127.0.0.1"
    if encrypted:
        media.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        media.srtpSecureSignaling = 0
        keying = media.srtpOpt
        kinds = pj.IntVector()
        kinds.append(pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP)
        keying.keyings = kinds
        media.srtpOpt = keying
        media.rtcpMuxEnabled = True
        config.natConfig.iceEnabled = True
    return config


def wait(endpoint: Any, done: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Serve the endpoint until `done` is true or the time is up; return whether it is true."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        endpoint.libHandleEvents(20)
    return done()


def check_lock(endpoint: Any) -> None:
    """Waiting for events must let other Python threads run, or audio would stall."""
    turns = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal turns
        while not stop.wait(0.005):
            turns += 1

    counter = threading.Thread(target=count)
    counter.start()
    # Nothing arrives between calls, so that each of these waits its full time in C.
    for _ in range(3):
        endpoint.libHandleEvents(100)
    stop.set()
    counter.join()
    hold("other Python threads run while the library waits", turns >= 20, f"{turns} turns")


def try_call(endpoint: Any, address: str, codec: str, encrypted: bool) -> None:
    """Call ourselves with one codec; the tone that Python plays must come back to Python."""
    for known in endpoint.codecEnum2():
        priority = 255 if known.codecId.startswith(codec) else 0
        endpoint.codecSetPriority(known.codecId, priority)
    sound = pj.MediaFormatAudio()
    sound.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, 20000, 16)
    tone, tap = Tone(), Tap()
    tone.createPort("tone", sound)
    tap.createPort("tap", sound)
    account = Account(tap)
    account.create(account_config(codec, address, encrypted))
    caller = Leg(account, pj.PJSUA_INVALID_ID, tone.startTransmit)
    offer = pj.CallOpParam(True)
    offer.opt.textCount = 0
    offer.opt.videoCount = 0
    caller.makeCall(f"sip:{codec}@{address}", offer)

    def peaks() -> list[int]:
        recent = [frame for frame in tap.frames[-60:] if frame]
        return [max(struct.unpack(f"<{len(f) // 2}h", f)) for f in recent]

    heard = wait(endpoint, lambda: sum(7000 < peak < 9000 for peak in peaks()) >= 20)
    if encrypted:
        hold("DTLS-SRTP is offered", "a=fingerprint:" in account.offer)
        candidates = account.offer.partition("a=candidate:")[2]
        hold("ICE offers loopback", " 127.0.0.1 " in candidates)
    how = "DTLS-SRTP" if encrypted else "plain RTP"
    hold(f"audio from Python to Python, {codec}, {how}", heard, f"last peaks {peaks()[-3:]}")
    hold("toBytes() gives what buf holds", not tap.faults, tap.faults[:2] or "")
    sizes = {len(frame) for frame in tap.frames if frame}
    hold("a frame has 20 ms", sizes == {RATE // 50 * 2}, sizes)

    caller.hangup(pj.CallOpParam())
    answerer = account.answerer
    gone = wait(endpoint, lambda: caller.ended and answerer is not None and answerer.ended)
    hold("both legs end", gone)
    # The library's own thread may be in one of these; they stay until the process ends.
    KEPT.append((tone, tap, account, caller, answerer))


def main() -> None:
    """Try every point, and end the process."""
    endpoint, address = start()
    hold(f"room for {CALLS} calls", pj.callMaxCount() == CALLS, pj.callMaxCount())
    codecs = [codec.codecId for codec in endpoint.codecEnum2()]
    for wanted in WANTED_CODECS:
        hold(f"codec {wanted}", any(codec.startswith(wanted) for codec in codecs))
    check_lock(endpoint)
    # Packets sent while DTLS still agrees on keys are lost, and a codec that predicts from its
    # own past (Opus, Speex, GSM) was seen to stay wrong after that on a steady tone. So
    # encryption is tried with A-law, and Opus without encryption.
    try_call(endpoint, address, "PCMA", encrypted=True)
    try_call(endpoint, address, "G722", encrypted=False)
    try_call(endpoint, address, "opus", encrypted=False)
    sys.stdout.flush()
    # A clean shutdown needs every object to go in order; this process has nothing to save.
    os._exit(0)


if __name__ == "__main__":
    main()
