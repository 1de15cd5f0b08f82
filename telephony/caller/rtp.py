"""RTP packets (RFC 3550), telephone events (RFC 4733), and the clocked sender of one call."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import DelayedCall, Timing
from telephony.caller.g711 import FRAME, SILENCE

FRAME_S = 0.02
EVENTS = "0123456789*#ABCD"  # RFC 4733 section 3.2, codes 0 to 15
DIGIT_FRAMES = 8  # 160 ms of a key pressed
GAP_FRAMES = 5  # 100 ms between two keys
_VOLUME = 10  # -10 dBm0
_HEAD = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


class BadPacket(ValueError):
    """A datagram that is no RTP packet."""


def parse_packet(data: bytes) -> Packet:
    """Read a packet: CSRCs, header extension and padding are taken off. Raises BadPacket."""
    if len(data) < 12 or data[0] >> 6 != 2:
        raise BadPacket("no RTP version 2 header")
    flags, kind, sequence, timestamp, ssrc = _HEAD.unpack_from(data)
    start = 12 + 4 * (flags & 15)
    if flags & 0x10:
        if len(data) < start + 4:
            raise BadPacket("the header extension is cut off")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data)
    if flags & 0x20:
        end -= data[-1]
    if start > end:
        raise BadPacket("the packet is shorter than its header says")
    return Packet(kind & 127, bool(kind & 128), sequence, timestamp, ssrc, data[start:end])


def event_payload(digit: str, end: bool, duration: int) -> bytes:
    """The body of one telephone-event packet (section 2.3); `duration` in samples."""
    return struct.pack("!BBH", EVENTS.index(digit), (0x80 if end else 0) | _VOLUME, duration)


class Pacer:
    """Calls everybody once every 20 ms of the clock, without drift.

    Many callers may share one. A tick that comes late is made up for; after more than half a
    second of standstill the lost time is skipped, as a sound card would.
    """

    def __init__(self, clock: Timing) -> None:
        self._clock = clock
        self._members: dict[object, Callable[[], None]] = {}
        self._due = 0.0
        self._call: DelayedCall | None = None

    def add(self, member: object, tick: Callable[[], None]) -> None:
        """Call `tick` every 20 ms from now on."""
        self._members[member] = tick
        if self._call is None:
            self._due = self._clock.seconds()
            self._call = self._clock.callLater(0, self._run)

    def remove(self, member: object) -> None:
        """Stop calling; safe when it was never added."""
        self._members.pop(member, None)
        if not self._members and self._call is not None:
            self._call.cancel()
            self._call = None

    def _run(self) -> None:
        self._call = None
        now = self._clock.seconds()
        if now - self._due > 0.5:
            self._due = now
        while self._due <= now:
            self._due += FRAME_S
            for tick in list(self._members.values()):
                tick()
        if self._members and self._call is None:
            self._call = self._clock.callLater(max(0.0, self._due - now), self._run)


@dataclass(slots=True)
class Clip:
    """Audio waiting to be sent: frames of one codec, and what to call when marks are passed."""

    frames: list[bytes]
    marks: dict[int, Callable[[], None]]
    place: int = 0


class Sender:
    """The RTP stream that one call sends: clips, digits, and silence between them.

    `send` gets each packet. `tick` is to be called every 20 ms.
    """

    def __init__(
        self, send: Callable[[bytes], None], ssrc: int, sequence: int, timestamp: int
    ) -> None:
        self._send = send
        self._ssrc = ssrc
        self._sequence = sequence
        self._timestamp = timestamp
        self._clips: deque[Clip] = deque()
        self._events: deque[tuple[bytes, int, int]] = deque()
        self._marker = True
        self.payload_type = 8
        self.codec = "PCMA"
        self.event_type: int | None = None
        self.sent = 0

    @property
    def busy(self) -> bool:
        """True while clips or digits wait."""
        return bool(self._clips or self._events)

    def play(self, clip: Clip) -> None:
        """Send a clip after those that wait."""
        self._clips.append(clip)

    def stop(self) -> None:
        """Drop everything that waits."""
        self._clips.clear()
        self._events.clear()

    def press(self, digits: str) -> None:
        """Send digits as telephone events; needs `event_type`. A comma is a pause of 500 ms."""
        for digit in digits:
            if digit == ",":
                self._events.extend((b"", 0, 0) for _ in range(25))
                continue
            for step in range(DIGIT_FRAMES):
                body = event_payload(digit, False, FRAME * (step + 1))
                self._events.append((body, step, 1))
            # Section 2.5.1.4: the end of an event is sent three times.
            last = event_payload(digit, True, FRAME * DIGIT_FRAMES)
            self._events.append((last, DIGIT_FRAMES, 3))
            self._events.extend((b"", 0, 0) for _ in range(GAP_FRAMES))

    def tick(self) -> bytes:
        """Send what 20 ms hold; returns the G.711 codes that were sent (silence for an event)."""
        if self._events:
            body, step, copies = self._events.popleft()
            if copies:
                self._event(body, step, copies)
                return SILENCE[self.codec]
            frame = SILENCE[self.codec]
        else:
            frame = self._next_frame()
        self._packet(self.payload_type, self._marker, self._timestamp, frame)
        self._marker = False
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        return frame

    def _event(self, body: bytes, step: int, copies: int) -> None:
        # All packets of an event carry the timestamp of its beginning (section 2.2.2).
        began = (self._timestamp - FRAME * step) & 0xFFFFFFFF
        if self.event_type is not None:
            for _ in range(copies):
                self._packet(self.event_type, step == 0, began, body)
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        self._marker = True

    def _packet(self, kind: int, marker: bool, timestamp: int, payload: bytes) -> None:
        head = _HEAD.pack(
            0x80, kind | (0x80 if marker else 0), self._sequence, timestamp, self._ssrc
        )
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.sent += 1
        self._send(head + payload)

    def _next_frame(self) -> bytes:
        if not self._clips:
            return SILENCE[self.codec]
        clip = self._clips[0]
        mark = clip.marks.pop(clip.place, None)
        frame = clip.frames[clip.place] if clip.place < len(clip.frames) else SILENCE[self.codec]
        clip.place += 1
        if clip.place >= len(clip.frames):
            self._clips.popleft()
            for later in (mark, *clip.marks.values()):
                if later is not None:
                    later()
        elif mark is not None:
            mark()
        return frame
