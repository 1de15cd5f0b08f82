"""Click-to-dial: the agent's own phone rings first, then the citizen's; then it is a call like any.

The number was allowed before (`telephony.calls.dialling`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from core.clock import DelayedCall, stop_timer
from telephony.calls.ports import Parts
from telephony.calls.ringing import ring_agent, why
from telephony.calls.service import Calls
from telephony.calls.talk_legs import AGENT_RING_S, YOUR_OWN
from telephony.sip.outgoing import OutgoingCall
from telephony.sip.port import Leg

Told = Callable[[bool, str], None]
NOT_UP = "您的电话没有接通，没有拨号。"


class ClickToDial:
    """Places the calls of one node's agents."""

    log = Logger()

    def __init__(self, calls: Calls, parts: Parts, new_id: Callable[[], str]) -> None:
        """`calls` takes over who answers."""
        self._calls, self._parts, self._new_id = calls, parts, new_id

    def start(self, agent: str, number: str, ticket: str, told: Told) -> None:
        """Ring the agent, then `number` (E.164), for a follow-up of a ticket.

        `told(True, "")` says that the agent's phone rings; `told(False, why)` comes instead, or
        later when the citizen is not reached.
        """
        call_id = self._new_id()
        if self._calls.draining or not self._parts.people.reserve(agent, call_id, anyhow=True):
            told(False, YOUR_OWN)
            return
        attempt = _Attempt(self._calls, self._parts, call_id, agent, number, ticket, told)
        try:
            attempt.leg = ring_agent(self._parts, agent, attempt, number)
        except Exception:
            self.log.failure("{agent} cannot be rung", agent=agent)
            attempt.end(NOT_UP)
            return
        told(True, "")


class _Attempt:
    """Owns the agent's leg until the citizen answers."""

    def __init__(self, calls: Calls, parts: Parts, call_id: str, agent: str, *more: Any) -> None:
        self._calls, self._parts, self._call_id, self._agent = calls, parts, call_id, agent
        self._number, self._ticket, self._told = more
        self.leg: Leg | None = None
        self._out: OutgoingCall | None = None
        self._over = False
        self._limit: DelayedCall = parts.reactor.callLater(AGENT_RING_S, self.end, NOT_UP)

    def end(self, reason: str) -> None:
        """Give up and say why; once."""
        if self._over:
            return
        self._close()
        if self._out is not None:
            self._out.hangup()
        if self.leg is not None:
            self.leg.hangup()
        self._parts.people.release(self._agent, self._call_id)
        self._told(False, reason)

    def _close(self) -> None:
        self._over = True
        stop_timer(self._limit)

    # ---- the agent's leg -----------------------------------------------------------------------

    def leg_ringing(self, leg: Leg) -> None:
        """It rings."""

    def leg_up(self, leg: Leg) -> None:
        """The agent is there: dial."""
        if self._over:
            leg.hangup()
            return
        stop_timer(self._limit)
        self.leg = leg
        self._parts.people.talking(self._agent, self._call_id)
        leg.play_loop(self._parts.ringback)
        self._out = self._parts.outgoing.place(self._number, self)

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        """Keys mean nothing."""

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        """The agent gave up, or their phone did not answer."""
        self.leg = None
        self.end(NOT_UP)

    # ---- the citizen's -------------------------------------------------------------------------

    def ringing(self) -> None:
        """It rings."""

    def answered(self, leg: Leg) -> None:
        """The citizen is there: from now on it is a call."""
        assert self.leg is not None, "the agent's leg ends the attempt"
        self._close()
        session = self._calls.dialled(self._call_id, leg, self._number, self._agent, self.leg)
        if self._ticket:
            session.note("follow_up", self._ticket)

    def failed(self, code: int, reason: str) -> None:
        """The citizen was not reached."""
        self._out = None
        self.end(why(code, reason))
