"""A synthetic citizen: places one call over SIP and RTP, follows a script, and notes what happens.

Pure Python on the reactor, sharing nothing with the line that it calls: what works with it works
with a standards-abiding phone.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import CannotListenError

from asr.port import Final, Heard, Recogniser, RecogniserUnavailable, Stream
from core.clock import DelayedCall
from telephony.caller import hearing
from telephony.caller.address import SipUri, parse_uri
from telephony.caller.audio import Audio
from telephony.caller.dialog import Phase, Plan
from telephony.caller.digest import Credentials
from telephony.caller.events import CallEvent, CallResult, EventLog
from telephony.caller.net import Reactor
from telephony.caller.recording import write_stereo
from telephony.caller.rtp import Pacer
from telephony.caller.script import Act, Cue, Press, Script, Speak, Step, advance
from telephony.caller.sdp import NearMedia
from telephony.caller.signalling import Signalling, Told
from telephony.caller.turn import (
    Answered,
    FarInfo,
    HangUp,
    InfoDone,
    Media,
    Over,
    PressInfo,
    Progress,
    Reoffer,
)


def local_address(peer: tuple[str, int]) -> str:
    """The address of this machine that packets to `peer` leave from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(peer)
        return str(probe.getsockname()[0])


class Caller:
    """One call.

    `target` is a SIP URI with an IP address; `caller` a number or a SIP URI (the From), empty for
    an anonymous call (RFC 3323). `script` runs from the answer on. `on_event` gets every
    CallEvent. `record` names a stereo WAV (left: what we said, right: what we heard) written at
    the end. `ear` turns what the far end says into text. `keep_audio` fills `CallResult.said` and
    `heard`. `headers` are added to the INVITE. Many callers may share one `pacer`. All times in
    seconds. `linger` is for how long after the end the socket still answers retransmissions (the
    letter of RFC 3261 17 is 32 s).
    """

    def __init__(
        self,
        reactor: Reactor,
        target: str | SipUri,
        *,
        caller: str = "+8675500000001",
        caller_name: str = "",
        script: Sequence[Step] = (),
        on_event: Callable[[CallEvent], None] | None = None,
        record: Path | None = None,
        ear: Recogniser | None = None,
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
        codecs: tuple[str, ...] = ("PCMA", "PCMU"),
        hangup_after: float | None = None,
        max_seconds: float = 120.0,
        patience: float = 8.0,
        session_expires: int = 0,
        keep_audio: bool = False,
        pacer: Pacer | None = None,
        linger: float = 2.0,
    ) -> None:
        self._reactor = reactor
        self._target = parse_uri(target) if isinstance(target, str) else target
        self._from = caller
        self._from_name = caller_name
        self._script = Script(tuple(script), patience_s=patience, hangup_after_s=hangup_after)
        self._record = record
        self._recogniser = ear
        self._credentials = credentials
        self._headers = tuple(headers)
        self._codecs = codecs
        self._max_seconds = max_seconds
        self._session_expires = session_expires
        self._linger = linger
        self._log = EventLog(reactor, on_event)
        self._sip = Signalling(reactor, self._told)
        seed = (secrets.randbits(32), secrets.randbits(15), secrets.randbits(31))
        self._audio = Audio(
            pacer or Pacer(reactor),
            lambda: self.ms,
            self._heard_sound,
            lambda: self._cue(Cue.TICK),
            lambda digit: self._note("far_dtmf", digit=digit),
            seed,
            keep_audio or record is not None,
        )
        self._keep = keep_audio
        self._abandoned = False
        self._began = 0.0
        self._stream: Stream | None = None
        self._stream_from = 0.0
        self._said_at: float | None = None
        self._answered_ms: float | None = None
        self._first_audio: float | None = None
        self._infos: list[str] = []
        self._limit: DelayedCall | None = None
        self._over: Over | None = None
        self._done: Deferred[CallResult] = Deferred()
        self._ear_done: DelayedCall | None = None

    # ---- for the owner ---------------------------------------------------------------------------

    @property
    def ms(self) -> float:
        """Milliseconds since the INVITE was sent."""
        return (self._reactor.seconds() - self._began) * 1000

    @property
    def phase(self) -> Phase:
        """Where the call is."""
        return self._sip.phase

    @property
    def events(self) -> list[CallEvent]:
        """What has happened so far."""
        return self._log.events

    def call(self) -> Deferred[CallResult]:
        """Place the call; fires when it is over, whatever became of it. May be called once.

        Dials when `ear` has loaded its model. Fails with OSError when there is no way to the
        target, with CannotListenError when no port is free.
        """
        settled = self._recogniser.when_settled() if self._recogniser else succeed(None)
        settled.addCallback(lambda _: self._dial())
        settled.addErrback(self._done.errback)
        return self._done

    def _dial(self) -> None:
        if self._abandoned:
            self._ended(Over(0, "never dialled", "us"))
            return
        peer = (socket.gethostbyname(self._target.host), self._target.port)
        host = local_address(peer)
        sip_port = self._sip.listen(self._reactor, host)
        try:
            near = NearMedia(host, self._audio.listen(self._reactor, host), self._codecs)
        except CannotListenError:
            self._sip.close()
            raise
        self._began = self._reactor.seconds()
        self._limit = self._reactor.callLater(self._max_seconds, self._too_long)
        self._sip.dial(self._plan(near, sip_port), peer)

    def hangup(self) -> None:
        """End the call: CANCEL before the answer, BYE after it. Safe in any state."""
        self._abandoned = True
        self._sip.take(HangUp())

    def say_pcm(self, pcm: bytes, text: str = "") -> None:
        """Send 8 kHz 16-bit samples now, after those that wait."""
        self._speak(Speak(pcm, text), lambda: None)

    def hush(self) -> None:
        """Stop speaking."""
        self._audio.sender.stop()

    def send_dtmf(self, digits: str, info: bool = False) -> None:
        """Press keys now: telephone events, or SIP INFO. A comma is a pause of half a second."""
        self._press(Press(digits, info))

    def reoffer(self, direction: str) -> None:
        """Send a re-INVITE: "sendonly" holds the far end, "sendrecv" takes it back."""
        self._sip.take(Reoffer(direction))

    def wait_for(
        self, event: str, timeout: float = 10.0, after_ms: float = 0.0
    ) -> Deferred[CallEvent]:
        """The next event of this name that no earlier `wait_for` returned; see EventLog."""
        return self._log.wait_for(event, timeout, after_ms)

    def trace(self, sink: Callable[[str, bytes], None]) -> None:
        """Give every SIP datagram ("in" or "out", bytes) to `sink`."""
        self._sip.trace = sink

    # ---- signalling ------------------------------------------------------------------------------

    def _plan(self, near: NearMedia, sip_port: int) -> Plan:
        headers, name = self._headers, self._from_name
        if not self._from:
            uri, name = "sip:anonymous@anonymous.invalid", "Anonymous"
            headers = (("Privacy", "id"), *headers)
        elif self._from.startswith(("sip:", "sips:")):
            uri = str(parse_uri(self._from))
        else:
            uri = f"sip:{self._from}@{near.host}"
        seed = secrets.token_hex(12)
        return Plan(
            self._target,
            near,
            sip_port,
            seed,
            uri,
            name,
            headers,
            self._credentials,
            self._session_expires,
        )

    def _told(self, news: Told) -> None:
        match news:
            case Progress(code, reason):
                self._note("ringing" if code == 180 else "progress", code=code, reason=reason)
            case Media(far, direction):
                self._audio.point(far, direction)
            case Answered():
                self._up()
            case InfoDone(code):
                digit = self._infos.pop(0)
                self._note("dtmf", digits=digit, how="info", code=code)
                self._next_info()
            case FarInfo(kind, body):
                self._note("far_info", type=kind, body=body.decode("utf-8", "replace"))
            case Over():
                self._ended(news)

    def _up(self) -> None:
        self._answered_ms = self.ms
        self._audio.reset_ear()
        self._note("answered", code=200)
        if self._recogniser is not None:
            self._open_ear(self._recogniser)
        self._cue(Cue.UP)

    def _too_long(self) -> None:
        self._limit = None
        self._note("limit", seconds=self._max_seconds)
        self.hangup()

    def _ended(self, over: Over) -> None:
        self._over = over
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        self._audio.stop()
        if self._stream is not None:
            # The last words may still be with the recogniser.
            self._ear_done = self._reactor.callLater(2.0, self._ear_finished)
            self._stream.finish()
        else:
            self._finish()

    def _ear_finished(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._finish()

    def _finish(self) -> None:
        over = self._over
        assert over is not None
        extra: dict[str, Any] = {"retry_after": over.retry_after} if over.retry_after else {}
        ended = self._note("hangup", code=over.code, reason=over.reason, by=over.by, **extra)
        said, heard = self._audio.said, self._audio.heard
        if self._record is not None and said is not None and heard is not None:
            try:
                write_stereo(self._record, said.pcm, heard.pcm)
            except OSError as error:
                self._note("problem", text=f"{self._record} cannot be written: {error.strerror}")
        self._log.close()
        self._audio.close()
        self._reactor.callLater(self._linger, self._sip.close)
        self._done.callback(
            CallResult(
                self._answered_ms is not None,
                over.code,
                over.reason,
                over.by,
                tuple(self._log.events),
                self._answered_ms,
                self._first_audio,
                ended.ms,
                self._audio.sender.sent,
                self._audio.received,
                said.pcm if self._keep and said else b"",
                heard.pcm if self._keep and heard else b"",
            )
        )

    # ---- the script ------------------------------------------------------------------------------

    def _cue(self, cue: Cue) -> None:
        self._script, act = advance(self._script, cue, self._reactor.seconds())
        if act is Act.HANG_UP:
            self.hangup()
        elif isinstance(act, Speak):
            self._speak(act, lambda: self._cue(Cue.DONE))
        elif isinstance(act, Press):
            self._press(act)
            self._cue(Cue.DONE)

    def _speak(self, step: Speak, done: Callable[[], None]) -> None:
        text = {"text": step.text} if step.text else {}

        def begun() -> None:
            self._said_at = None
            self._note("say", **text)

        def spoken() -> None:
            self._said_at = self._note("said", **text).ms
            done()

        self._audio.play(step.pcm, begun, spoken)

    def _press(self, step: Press) -> None:
        if not step.info:
            if self._audio.sender.event_type is None:
                self._note("problem", text="the far end takes no telephone events (RFC 4733)")
                return
            self._note("dtmf", digits=step.digits, how="rfc4733")
            self._audio.sender.press(step.digits)
            return
        idle = not self._infos
        self._infos += [digit for digit in step.digits if digit != ","]
        if idle:
            self._next_info()

    def _next_info(self) -> None:
        if self._infos:
            self._sip.take(PressInfo(self._infos[0]))

    # ---- hearing ---------------------------------------------------------------------------------

    def _heard_sound(self, sound: hearing.Began | hearing.Ended) -> None:
        if self._answered_ms is None:
            return
        if isinstance(sound, hearing.Ended):
            span = {"start_ms": round(sound.start_ms, 1), "end_ms": round(sound.end_ms, 1)}
            if self._stream is None:
                self._note("heard", **span, level_db=sound.level_db)
            self._note("silence", since_ms=span["end_ms"], spoke_from_ms=span["start_ms"])
            self._cue(Cue.SILENT)
            return
        if self._first_audio is None:
            self._first_audio = sound.at_ms
            packet = self._audio.first_packet_ms
            self._note(
                "first_audio",
                at_ms=round(sound.at_ms, 1),
                after_answer_ms=round(sound.at_ms - self._answered_ms, 1),
                first_packet_ms=None if packet is None else round(packet, 1),
            )
        if self._said_at is not None and sound.at_ms >= self._said_at:
            latency = round(sound.at_ms - self._said_at, 1)
            self._said_at = None
            self._note("reply", at_ms=round(sound.at_ms, 1), latency_ms=latency)
        self._cue(Cue.BEGAN)

    def _open_ear(self, recogniser: Recogniser) -> None:
        try:
            stream = recogniser.open(self._understood)
        except RecogniserUnavailable as error:
            self._note("problem", text=str(error))
            return
        self._stream = stream
        self._stream_from = -1.0

        def feed(pcm: bytes) -> None:
            if self._stream_from < 0:
                self._stream_from = self.ms
            stream.feed(pcm)

        self._audio.on_pcm = feed

    def _understood(self, what: Heard) -> None:
        if not isinstance(what, Final):
            return
        if what.text:
            start, end = self._stream_from + what.start_ms, self._stream_from + what.end_ms
            span = {"start_ms": round(start, 1), "end_ms": round(end, 1)}
            self._note("heard", text=what.text, confidence=round(what.confidence, 3), **span)
        if self._ear_done is not None and self._ear_done.active():
            self._ear_done.cancel()
            self._reactor.callLater(0, self._ear_finished)

    def _note(self, name: str, **data: Any) -> CallEvent:
        return self._log.add(name, self.ms, **data)
