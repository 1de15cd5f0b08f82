"""Whom the call rings by itself: an agent for who waits, or the far end of the tree's transfer."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from core.clock import DelayedCall, stop_timer
from telephony.calls import events as ev
from telephony.calls.listening import Line, Listening
from telephony.calls.ports import Parts
from telephony.calls.ringing import ring_agent
from telephony.calls.talk_legs import TalkLegs
from telephony.sip.port import Leg

RING_LIMIT_S = 20.0
TRANSFER_LIMIT_S = 60.0


class OtherSide:
    """Rings one leg at a time, bridges it to the caller, and reports its fate to the call."""

    log = Logger()

    def __init__(
        self,
        call_id: str,
        caller: Leg,
        parts: Parts,
        post: Callable[[ev.Event], None],
        on_line: Callable[[str, Line], None],
        talk: TalkLegs,
    ) -> None:
        """`post` takes events of the call; `on_line(speaker, line)` what both sides say.

        `talk` takes over an agent who came.
        """
        self._call_id, self._caller, self._parts = call_id, caller, parts
        self._post, self._on_line, self._talk = post, on_line, talk
        self._ringing: _Ring | None = None
        self._ears: list[Listening] = []

    def ring_agent(self, agent: str) -> None:
        """Ring an agent; the caller hears what plays meanwhile."""
        ring = self._ring(agent, RING_LIMIT_S)
        self._dial(ring, lambda: ring_agent(self._parts, agent, ring, self._caller.remote))

    def ring_target(self, target: str, caller: str) -> None:
        """Ring a number or SIP URI that is on the allow-list."""
        ring = self._ring("", TRANSFER_LIMIT_S)
        self._dial(ring, lambda: self._parts.line.dial(target, ring, caller=caller))

    def adopt(self, agent: str, leg: Leg) -> None:
        """Take the leg of an agent who placed the call."""
        self._ringing = ring = _Ring(agent, self)
        ring.leg, ring.up = leg, True
        leg.owner = ring

    def bridge(self, caller_ears: Listening) -> None:
        """Let both hear each other; follow what both say while there is room to recognise."""
        ring = self._ringing
        if ring is None or ring.leg is None:
            return
        stop_timer(ring.timer)
        if ring.agent:
            self._ringing = None
            self._talk.begin(ring.agent, ring.leg)
            return
        self._caller.stop_playing()
        self._parts.line.bridge(self._caller, ring.leg)
        if self._parts.recogniser.ready and self._parts.transcribe():
            caller_ears.words((), lambda line: self._on_line("caller", line))
            ears = Listening(ring.leg, self._parts.recogniser, self._parts.reactor)
            # They talk in the caller's language; without a model for it nothing is written down.
            ears.words((), lambda line: self._on_line("agent", line), language=caller_ears.language)
            self._ears.append(ears)

    def drop(self, reason: str) -> None:
        """End the leg, if there is one; the agent is told why and becomes free or wraps up."""
        ring, self._ringing = self._ringing, None
        if ring is None:
            return
        self._forget(ring)
        if ring.leg is not None:
            ring.leg.hangup()
        self._release(ring, reason)

    def unanswered(self, ring: _Ring) -> None:
        """Nobody took it in time."""
        if ring is self._ringing and not ring.up:
            self.drop("no answer")
            self._failed(ring, "no answer")

    def came_up(self, ring: _Ring) -> None:
        """The leg has audio."""
        if ring is not self._ringing:
            return
        self._post(ev.AgentUp(ring.agent) if ring.agent else ev.TransferUp())

    def went(self, ring: _Ring, code: int, reason: str) -> None:
        """The leg ended by itself."""
        if ring is not self._ringing:
            return
        self._ringing = None
        self._forget(ring)
        self._release(ring, reason)
        if not ring.up:
            self._failed(ring, reason)
        elif not ring.agent:
            self._post(ev.TransferEnded(failed=False))

    def _ring(self, agent: str, limit_s: float) -> _Ring:
        self.drop("caller gone")
        self._ringing = ring = _Ring(agent, self)
        ring.timer = self._parts.reactor.callLater(limit_s, self.unanswered, ring)
        return ring

    def _dial(self, ring: _Ring, dial: Callable[[], Leg]) -> None:
        try:
            ring.leg = dial()
        except Exception:
            self.log.failure("call {id} cannot ring {a!r}", id=self._call_id, a=ring.agent)
            self.drop("cannot be rung")
            self._failed(ring, "cannot be rung")

    def _failed(self, ring: _Ring, reason: str) -> None:
        if ring.agent:
            self._post(ev.OfferFailed(ring.agent, reason))
        else:
            self._post(ev.TransferEnded(failed=True))

    def _forget(self, ring: _Ring) -> None:
        stop_timer(ring.timer)
        for ears in self._ears:
            ears.deafen(lambda line: self._on_line("agent", line))
        self._ears.clear()

    def _release(self, ring: _Ring, reason: str) -> None:
        if not ring.agent:
            return
        if ring.up:
            self._parts.people.done(ring.agent, self._call_id)
        else:
            self._parts.people.refused(ring.agent, self._call_id, reason)


class _Ring:
    """Owns one such leg."""

    def __init__(self, agent: str, side: OtherSide) -> None:
        self.agent, self._side = agent, side
        self.leg: Leg | None = None
        self.timer: DelayedCall | None = None
        self.up = False

    def leg_ringing(self, leg: Leg) -> None:
        """It rings."""

    def leg_up(self, leg: Leg) -> None:
        """It talks."""
        self.leg, self.up = leg, True
        self._side.came_up(self)

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """Keys of the other side mean nothing."""

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """It is over."""
        self._side.went(self, code, reason or str(code))
