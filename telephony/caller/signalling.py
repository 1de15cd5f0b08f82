"""The SIP socket of one call: runs the pure machine of uac.py on a reactor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import DatagramProtocol

from core.clock import DelayedCall, Timing
from telephony.caller import uac
from telephony.caller.dialog import Call, Phase, Plan, next_hop
from telephony.caller.message import BadMessage, Message, parse
from telephony.caller.net import Reactor, UdpPort
from telephony.caller.transaction import SetTimer, StopTimer, Timer, Transmit
from telephony.caller.turn import (
    Answered,
    Arrived,
    Dial,
    Effect,
    Event,
    FarInfo,
    Fired,
    InfoDone,
    Media,
    Over,
    Progress,
)

Told = Progress | Media | Answered | InfoDone | FarInfo | Over


class Signalling(DatagramProtocol):
    """One call's SIP over UDP. `tell` gets what the call has to know, in order."""

    def __init__(self, clock: Timing, tell: Callable[[Told], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._call: Call | None = None
        self._peer = ("", 0)
        self._port: UdpPort | None = None
        self._timers: dict[Timer, DelayedCall] = {}
        self.junk = 0
        self.trace: Callable[[str, bytes], None] | None = None

    def listen(self, reactor: Reactor, host: str) -> int:
        """Open the socket; returns its port."""
        self._port = reactor.listenUDP(0, self, interface=host)
        return int(self._port.getHost().port)

    def dial(self, plan: Plan, peer: tuple[str, int]) -> None:
        """Send the INVITE to `peer`."""
        self._call = Call(plan)
        self._peer = peer
        self.take(Dial())

    @property
    def phase(self) -> Phase:
        """Where the call is."""
        return self._call.phase if self._call else Phase.IDLE

    def take(self, event: Event) -> None:
        """Give the machine an event and carry its effects out."""
        if self._call is None or self._port is None:
            return
        self._call, effects = uac.step(self._call, event, self._clock.seconds())
        told: list[Told] = []
        for effect in effects:
            self._do(effect, told)
        # Told last, so that what is sent does not wait for what the listener does.
        for item in told:
            self._tell(item)

    def close(self) -> None:
        """Stop timers and socket; retransmissions of the far end are no longer answered."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if self._port is not None:
            self._port.stopListening()
            self._port = None

    def datagramReceived(self, datagram: bytes, addr: tuple[str, int]) -> None:
        """Take one datagram; what is no SIP message is counted and dropped."""
        if self.trace:
            self.trace("in", datagram)
        try:
            message = parse(datagram)
        except BadMessage:
            self.junk += 1
            return
        self.take(Arrived(message, addr))

    def _do(self, effect: Effect, told: list[Told]) -> None:
        if isinstance(effect, Transmit):
            self._send(effect.message, effect.to)
        elif isinstance(effect, SetTimer):
            self._stop(effect.timer)
            later = self._clock.callLater(effect.seconds, self._fired, effect.timer)
            self._timers[effect.timer] = later
        elif isinstance(effect, StopTimer):
            self._stop(effect.timer)
        else:
            told.append(effect)

    def _send(self, message: Message, to: tuple[str, int] | None) -> None:
        data = message.encode()
        if self.trace:
            self.trace("out", data)
        transport: Any = self.transport
        if transport is not None:
            transport.write(data, to or next_hop(message, self._peer))

    def _stop(self, timer: Timer) -> None:
        old = self._timers.pop(timer, None)
        if old is not None:
            old.cancel()

    def _fired(self, timer: Timer) -> None:
        del self._timers[timer]
        self.take(Fired(timer))
