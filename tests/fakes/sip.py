"""A line in memory that behaves like `telephony.sip.line`; the test plays the far ends.

Time is a `task.Clock`; nothing happens until it is advanced (by 0 for what is due at once).
`tests/sip/test_line_contract*.py` hold this and the real line to one contract.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock

from telephony.sip.audio import FRAME_BYTES, FRAME_MS, RATE
from telephony.sip.port import BrowserGate, Invitation, Leg, LegEvents, LegState, Line, SipFacts
from telephony.sip.wavs import WavError, header, read_header, samples


@dataclass
class Track:
    """A recording in the making: pieces of sound and when (s) they were heard."""

    path: Path
    begun: float
    pieces: list[tuple[float, np.ndarray]] = field(default_factory=list)

    def write(self, now: float) -> None:
        """Write the WAV file as of `now`."""
        sound = np.zeros(max(0, round((now - self.begun) * RATE)), np.int32)
        for at, piece in self.pieces:
            start = round((at - self.begun) * RATE)
            piece = piece[max(0, -start) :][: max(0, len(sound) - max(0, start))]
            start = max(0, start)
            sound[start : start + len(piece)] += piece
        data = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
        self.path.write_bytes(header(len(data)) + data)


class FakeLeg(Leg):
    """A leg whose far end a test plays with the `far_…` methods."""

    def __init__(
        self, line: FakeLine, leg_id: str, incoming: bool, owner: LegEvents | None
    ) -> None:
        self.id = leg_id
        self.state = LegState.RINGING
        self.remote = ""
        self.codec = ""
        self.owner = owner
        self.uri = ""
        self.caller = ""
        self.headers: dict[str, str] = {}
        self.agent = ""
        self.invitation: Invitation | None = None
        self.ringing = False
        self.code = 0
        self.retry_after = 0
        self.played: list[tuple[Path, ...]] = []
        self.playing: tuple[Path, ...] = ()
        self.sent_dtmf = ""
        self.hears: list[FakeLeg] = []
        self._line = line
        self._clock = line.clock
        self._incoming = incoming
        self._answered = False
        self._listener: Callable[[bytes], None] | None = None
        self._tracks: tuple[Track, Track] | None = None
        self.hidden = False
        self._play_timer: IDelayedCall | None = None
        self._play_begun = 0.0
        self._play_from_ms = 0
        self._play_sound = np.zeros(0, np.int16)
        self._looping = False

    @property
    def peers(self) -> list[FakeLeg]:
        """The legs that this one hears and is heard by."""
        return [leg for leg in self.hears if self in leg.hears]

    # ---- the port ----------------------------------------------------------------------------

    def ring(self) -> None:
        self.ringing = self.ringing or (self._incoming and self.state is LegState.RINGING)

    def answer(self) -> None:
        if self._incoming and self.state is LegState.RINGING and not self._answered:
            self._answered = True
            self.code = 200
            self._clock.callLater(0, self._up)

    def refuse(self, code: int, retry_after: int = 0) -> None:
        if self._incoming and self.state is LegState.RINGING and not self._answered:
            self._answered = True
            self.code = max(300, min(code, 699))
            self.retry_after = retry_after
            self._clock.callLater(0, self._end, self.code, "refused")

    def hangup(self) -> None:
        answered = self.state is LegState.UP
        code = 200 if answered else 480 if self._incoming else 487
        self._clock.callLater(0, self._end, code, "hung up")

    def play(self, files: Sequence[Path], done: Callable[[], None], from_ms: int = 0) -> None:
        self._play(files, done, from_ms)

    def play_loop(self, file: Path) -> None:
        self._play([file], None)

    def _play(
        self, files: Sequence[Path], done: Callable[[], None] | None, from_ms: int = 0
    ) -> None:
        self.stop_playing()
        if self.state is LegState.ENDED:
            return
        parts = []
        for file in files:
            try:
                parts.append(np.frombuffer(samples(read_header(Path(file))), "<i2"))
            except WavError as error:
                self._line.not_played.append(str(error))
        self.playing = tuple(Path(file) for file in files)
        self.played.append(self.playing)
        self._looping = done is None
        sound = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        self._play_from_ms = min(from_ms, len(sound) * 1000 // RATE)
        self._play_sound = sound[self._play_from_ms * RATE // 1000 :]
        self._play_begun = self._clock.seconds()
        if done is not None:
            self._play_timer = self._clock.callLater(
                len(self._play_sound) / RATE, self._played, done
            )

    def _played(self, done: Callable[[], None]) -> None:
        self._play_timer = None
        self.stop_playing()
        done()

    def stop_playing(self) -> int:
        if not self.playing:
            return 0
        if self._play_timer is not None:
            self._play_timer.cancel()
            self._play_timer = None
        passed = self._clock.seconds() - self._play_begun
        count = round(passed * RATE)
        sound = self._play_sound
        if self._looping and len(sound):
            sound = np.resize(sound, count)
        if self._tracks is not None:
            self._tracks[1].pieces.append((self._play_begun, sound[:count]))
        self.playing = ()
        played = int(passed * 1000)
        if not self._looping:
            played = min(played, len(sound) * 1000 // RATE)
        return self._play_from_ms + played

    def listen(self, on_audio: Callable[[bytes], None] | None) -> None:
        self._listener = on_audio if self.state is not LegState.ENDED else None

    def record(self, said: Path, heard: Path) -> None:
        self.stop_recording()
        if self.state is LegState.ENDED:
            return
        now = self._clock.seconds()
        for path in (said, heard):
            path.write_bytes(header(0))
        self._tracks = (Track(said, now), Track(heard, now))

    def hide(self, on: bool) -> None:
        self.hidden = on and self._tracks is not None

    def stop_recording(self, done: Callable[[], None] | None = None) -> None:
        tracks, self._tracks = self._tracks, None
        self.hidden = False
        if tracks is not None:
            if self.playing:
                count = round((self._clock.seconds() - self._play_begun) * RATE)
                tracks[1].pieces.append((self._play_begun, self._play_sound[:count]))
            for track in tracks:
                track.write(self._clock.seconds())
        if done is not None:
            self._clock.callLater(0, done)

    def send_dtmf(self, digits: str) -> None:
        if self.state is LegState.UP:
            self.sent_dtmf += digits

    # ---- the far end -------------------------------------------------------------------------

    def far_rings(self) -> None:
        """The far end of an outgoing leg rings."""
        if not self._incoming and self.state is LegState.RINGING:
            self.state = LegState.EARLY
            self._tell("leg_ringing")

    def far_answers(self) -> None:
        """The far end of an outgoing leg answers."""
        if not self._incoming and self.state in (LegState.RINGING, LegState.EARLY):
            self._up()

    def far_refuses(self, code: int = 486) -> None:
        """The far end of an outgoing leg refuses."""
        if not self._incoming and self.state in (LegState.RINGING, LegState.EARLY):
            self._end(code, "refused")

    def far_hangs_up(self) -> None:
        """The far end ends the leg, answered or not."""
        self._end(200 if self.state is LegState.UP else 487, "hung up")

    def far_presses(self, digits: str) -> None:
        """The far end presses keys."""
        for digit in digits:
            if self.state is LegState.UP:
                self._tell("leg_dtmf", digit)

    def far_says(self, pcm: bytes) -> None:
        """The far end speaks; time goes on by as long as it lasts, frame by frame."""
        for start in range(0, len(pcm), FRAME_BYTES):
            frame = pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            now = self._clock.seconds()
            sound = np.frombuffer(frame, "<i2")
            if self._tracks is not None and not self.hidden:
                self._tracks[0].pieces.append((now, sound))
            for leg in self._line.listeners(self):
                if leg._tracks is not None:
                    leg._tracks[1].pieces.append((now, sound))
            self._clock.advance(FRAME_MS / 1000)
            if self._listener is not None:
                self._listener(frame)

    # ---- inside ------------------------------------------------------------------------------

    def _up(self) -> None:
        if self.state in (LegState.RINGING, LegState.EARLY):
            self.state = LegState.UP
            self.codec = "PCMA"
            self._tell("leg_up")

    def _end(self, code: int, reason: str) -> None:
        if self.state is LegState.ENDED:
            return
        self.stop_playing()
        self.stop_recording()
        self._listener = None
        for leg in self._line.listeners(self):
            leg.hears.remove(self)
        self.hears.clear()
        self.state = LegState.ENDED
        self._line.forget(self)
        self._tell("leg_ended", code, reason)
        self.owner = None

    def _tell(self, event: str, *values: object) -> None:
        if self.owner is not None:
            getattr(self.owner, event)(self, *values)


class FakeLine(Line):
    """The line; `invite` is a caller, `dialled` has the outgoing legs for the test to play."""

    def __init__(
        self,
        clock: Clock,
        on_call: Callable[[Leg, Invitation], None],
        gate: BrowserGate | None = None,
    ) -> None:
        self.clock = clock
        self.gate = gate
        self.dialled: list[FakeLeg] = []
        self.not_played: list[str] = []
        self._on_call = on_call
        self._alive: dict[str, FakeLeg] = {}
        self._ids = itertools.count(1)

    @property
    def legs(self) -> int:
        return len(self._alive)

    def facts(self) -> SipFacts:
        """Return what a line without a library can say."""
        return SipFacts(version="fake", codecs=["PCMA/8000/1"], max_calls=500)

    def invite(
        self, caller: str = "+8613800138000", called: str = "12349", **more: object
    ) -> FakeLeg:
        """Let a caller in; return the leg after the owner of the line has seen it.

        `more` goes into the Invitation (trunk, withheld, diversion, geolocation, raw …).
        """
        leg = self._leg(incoming=True, owner=None)
        values: dict[str, object] = {
            "sip_call_id": f"{leg.id}@fake",
            "source": "127.0.0.1:5062",
            "trunk": "loopback",
            "caller": caller,
            "caller_name": "",
            "called": called,
        }
        leg.invitation = Invitation(**{**values, **more})  # type: ignore[arg-type]
        leg.remote = caller
        self._on_call(leg, leg.invitation)
        return leg

    def bridge(self, a: Leg, b: Leg) -> None:
        if a is b or a.id not in self._alive or b.id not in self._alive:
            return
        a.stop_playing()
        b.stop_playing()
        self.hear(a, b)
        self.hear(b, a)

    def unbridge(self, a: Leg, b: Leg) -> None:
        self.unhear(a, b)
        self.unhear(b, a)

    def hear(self, listener: Leg, speaker: Leg) -> None:
        one, other = self._alive.get(listener.id), self._alive.get(speaker.id)
        if one is not None and other is not None and one is not other and other not in one.hears:
            one.hears.append(other)

    def unhear(self, listener: Leg, speaker: Leg) -> None:
        one, other = self._alive.get(listener.id), self._alive.get(speaker.id)
        if one is not None and other in one.hears:
            one.hears.remove(other)

    def listeners(self, speaker: FakeLeg) -> list[FakeLeg]:
        """The legs that hear this one."""
        return [leg for leg in self._alive.values() if speaker in leg.hears]

    def dial(
        self, uri: str, owner: LegEvents, caller: str = "", headers: dict[str, str] | None = None
    ) -> Leg:
        leg = self._leg(incoming=False, owner=owner)
        leg.uri = leg.remote = uri
        leg.caller = caller
        leg.headers = dict(headers or {})
        self.dialled.append(leg)
        if not uri.lower().startswith(("sip:", "sips:", "<sip")):
            self.clock.callLater(0, leg._end, 400, "the address cannot be dialled")
        return leg

    def dial_browser(self, agent: str, owner: LegEvents) -> Leg:
        leg = self._leg(incoming=False, owner=owner)
        leg.agent = leg.remote = agent
        self.dialled.append(leg)
        self.clock.callLater(0, self._offer, leg)
        return leg

    def _offer(self, leg: FakeLeg) -> None:
        if leg.state is LegState.RINGING:
            leg.far_rings()
            if self.gate is not None:
                self.gate.offer(leg.agent, leg.id, "v=0\r\n")

    def browser_answered(self, leg_id: str, sdp: str) -> None:
        """The agent's browser takes the leg."""
        leg = self._alive.get(leg_id)
        if leg is not None and leg.agent and leg.state is LegState.EARLY:
            self.clock.callLater(0, leg.far_answers)

    def browser_rejected(self, leg_id: str) -> None:
        """The agent declines the leg or hangs up."""
        leg = self._alive.get(leg_id)
        if leg is not None and leg.agent:
            code = 200 if leg.state is LegState.UP else 486
            self.clock.callLater(0, leg._end, code, "declined")

    def browser_gone(self, agent: str) -> None:
        """The agent's page is closed: all their legs end."""
        for leg in tuple(self._alive.values()):
            if leg.agent == agent:
                self.clock.callLater(0, leg._end, 480, "the browser is gone")

    def _leg(self, incoming: bool, owner: LegEvents | None) -> FakeLeg:
        leg = FakeLeg(self, f"leg{next(self._ids)}", incoming, owner)
        self._alive[leg.id] = leg
        return leg

    def forget(self, leg: FakeLeg) -> None:
        """A leg is over."""
        self._alive.pop(leg.id, None)
        if leg.agent and self.gate is not None:
            self.gate.end(leg.agent, leg.id)
