"""The audio of one call: its RTP socket, what it sends, what it hears."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import DatagramProtocol

from telephony.caller import hearing
from telephony.caller.g711 import FRAME, RATE, decode, encode, level_db
from telephony.caller.net import Reactor, UdpPort
from telephony.caller.recording import Timeline, Track, loud_span
from telephony.caller.rtp import EVENTS, BadPacket, Clip, Pacer, Packet, Sender, parse_packet
from telephony.caller.sdp import CODECS, EVENT_PAYLOAD, FarMedia

_NAMES = {number: name for name, number in CODECS.items()}


class Audio(DatagramProtocol):
    """RTP of one call.

    `ms` gives the time of the call, `on_heard` gets the beginnings and ends of far-end speech,
    `on_pcm` every 20 ms of it as 16-bit samples, `on_digit` the far end's telephone events.
    """

    def __init__(
        self,
        pacer: Pacer,
        ms: Callable[[], float],
        on_heard: Callable[[hearing.Began | hearing.Ended], None],
        on_tick: Callable[[], None],
        on_digit: Callable[[str], object],
        start: tuple[int, int, int],
        keep: bool,
    ) -> None:
        self._pacer = pacer
        self._ms = ms
        self._on_heard = on_heard
        self._on_tick = on_tick
        self._on_digit = on_digit
        self.on_pcm: Callable[[bytes], None] | None = None
        self.sender = Sender(self._send, *start)
        self._ear = hearing.Ear()
        self._timeline = Timeline()
        self._far: FarMedia | None = None
        self._hold = False
        self._ports: list[UdpPort] = []
        self._last_sequence = -1
        self._last_event = -1
        self._said_place = -1
        self.said: Track | None = Track() if keep else None
        self.heard: Track | None = Track() if keep else None
        self.received = 0
        self.first_packet_ms: float | None = None
        self.junk = 0

    def listen(self, reactor: Reactor, host: str) -> int:
        """Open an even port and the odd one above it (RFC 3550 section 11); returns the even one.

        Raises CannotListenError when no pair is free.
        """
        for _ in range(100):
            # The odd port first: a free one of those is what the kernel is asked for.
            rtcp = reactor.listenUDP(0, DatagramProtocol(), interface=host)
            number = int(rtcp.getHost().port)
            if number % 2:
                try:
                    self._ports = [reactor.listenUDP(number - 1, self, interface=host), rtcp]
                    return number - 1
                except CannotListenError:
                    pass
            rtcp.stopListening()
        raise CannotListenError(host, 0, OSError("no free pair of RTP ports"))

    def point(self, far: FarMedia, direction: str) -> None:
        """Send to this far end from now on; `direction` is ours."""
        if self._far is None:
            self._pacer.add(self, self._tick)
        self._far = far
        self._hold = not far.hears or direction in ("recvonly", "inactive")
        self.sender.codec, self.sender.payload_type = far.codec, far.payload
        self.sender.event_type = far.events

    def reset_ear(self) -> None:
        """Forget what was heard before the answer."""
        self._ear = hearing.Ear()

    def play(
        self,
        pcm: bytes,
        begun: Callable[[], None],
        spoken: Callable[[], None],
    ) -> None:
        """Send samples after those that wait.

        `begun` is called when the first audible frame is sent, `spoken` with the last one.
        """
        pcm = pcm[: len(pcm) // 2 * 2]
        codes = encode(pcm, self.sender.codec)
        silence = encode(bytes(2), self.sender.codec)
        frames = [codes[n : n + FRAME].ljust(FRAME, silence) for n in range(0, len(codes), FRAME)]
        first, last = loud_span(pcm)
        frames = frames or [silence * FRAME]
        marks: dict[int, Callable[[], None]] = {}
        marks[first] = begun
        marks[last] = spoken if last != first else _both(begun, spoken)
        self.sender.play(Clip(frames, marks))

    def stop(self) -> None:
        """Send nothing more; what comes in is dropped."""
        self._pacer.remove(self)
        self.sender.stop()
        self.on_pcm = None

    def close(self) -> None:
        """Give the ports back."""
        self.stop()
        for port in self._ports:
            port.stopListening()
        self._ports = []

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        """Take one packet; junk is counted and dropped."""
        try:
            packet = parse_packet(datagram)
        except BadPacket:
            self.junk += 1
            return
        if packet.payload_type == EVENT_PAYLOAD:
            self._event(packet)
        elif packet.payload_type in _NAMES and packet.payload:
            if packet.sequence != self._last_sequence:
                self._last_sequence = packet.sequence
                self._frame(packet, _NAMES[packet.payload_type])
        else:
            self.junk += 1

    def _frame(self, packet: Packet, codec: str) -> None:
        now = self._ms()
        self.received += 1
        if self.first_packet_ms is None:
            self.first_packet_ms = now
        samples = decode(packet.payload, codec)
        if self.heard is not None:
            self.heard.put(self._timeline.place(packet, now), samples)
        if self.on_pcm:
            self.on_pcm(samples.tobytes())
        length = len(samples) * 1000 / RATE
        self._ear, events = hearing.frame(self._ear, now, level_db(samples), length)
        for event in events:
            self._on_heard(event)

    def _event(self, packet: Packet) -> None:
        body = packet.payload
        # One digit has one timestamp, however many packets repeat it (RFC 4733 2.5.1.4).
        if len(body) >= 4 and body[0] < len(EVENTS) and packet.timestamp != self._last_event:
            self._last_event = packet.timestamp
            self._on_digit(EVENTS[body[0]])

    def _tick(self) -> None:
        codes = self.sender.tick()
        now = self._ms()
        if self.said is not None:
            # Ticks are even, their times are not: only the first one is taken from the clock.
            if self._said_place < 0:
                self._said_place = int(now * RATE / 1000)
            self.said.put(self._said_place, decode(codes, self.sender.codec))
            self._said_place += FRAME
        self._ear, events = hearing.quiet(self._ear, now)
        for event in events:
            self._on_heard(event)
        self._on_tick()

    def _send(self, data: bytes) -> None:
        transport: Any = self.transport
        if self._far is not None and not self._hold and transport is not None:
            transport.write(data, (self._far.host, self._far.port))


def _both(one: Callable[[], None], two: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        one()
        two()

    return call
