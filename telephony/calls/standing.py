"""Tells the dialogue where its caller stands in the queue, and books call-backs for it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger
from twisted.python.failure import Failure

from core.clock import DelayedCall, Timing, stop_timer
from ivr import events as ivr
from telephony.calls.events import Join
from telephony.calls.ports import Booking, Parts, Waiter, WaitingRoom

LOOK_S = 5.0
"""How often the queue is looked at; how often the caller is told is the dialogue's to decide."""

log = Logger()


HEARD_LIMIT_S = 12.0
"""An agent who is reserved is rung after so long, whether or not all was said."""


class StandingTold:
    """Runs while a call waits, from when all was said that is said at joining."""

    def __init__(
        self,
        call_id: str,
        people: WaitingRoom,
        reactor: Timing,
        tell: Callable[[ivr.Event], None],
        offer: Callable[[str], None],
    ) -> None:
        """`tell` takes events for the dialogue, `offer` an agent whom the call is offered to."""
        self._call_id, self._people, self._reactor, self._tell = call_id, people, reactor, tell
        self._offer = offer
        self._timer: DelayedCall | None = None
        self._late: DelayedCall | None = None
        self._reserved = ""

    def begin(self) -> None:
        """Tell now, and again from time to time until `stop`."""
        stop_timer(self._timer)
        self._timer = self._reactor.callLater(LOOK_S, self.begin)
        self._offer_reserved()
        standing = self._people.standing(self._call_id)
        if standing is not None:
            self._tell(ivr.QueueStanding(standing.ahead, standing.wait_s))

    def reserve(self, agent: str) -> None:
        """Offer the call to an agent once its caller has heard who calls."""
        self._reserved = agent
        self._late = self._reactor.callLater(HEARD_LIMIT_S, self._offer_reserved)
        if self._timer is not None:
            self._offer_reserved()

    def stop(self) -> None:
        """Tell no more; an agent who is still reserved is let go."""
        stop_timer(self._timer)
        stop_timer(self._late)
        self._timer, agent, self._reserved = None, self._reserved, ""
        if agent:
            self._people.refused(agent, self._call_id, "call is gone")

    def _offer_reserved(self) -> None:
        stop_timer(self._late)
        agent, self._reserved = self._reserved, ""
        if agent:
            self._offer(agent)


def book(
    parts: Parts,
    caller: Waiter,
    number: str,
    join: Join | None,
    tell: Callable[[ivr.Event], None],
) -> None:
    """Book a call-back to `number`, empty for the caller's own, in the caller's place."""
    desk, given = parts.call_backs, bool(number)
    if desk is None:
        tell(ivr.CallBackBooked("unavailable", given))
        return

    def failed(failure: Failure) -> str:
        log.failure("a call-back cannot be booked", failure)
        return "unavailable"

    skill = join.skill if join is not None else ""
    wanted = Booking(caller.call_id, caller.area, number or caller.number, caller.number, skill)
    booked = desk.book(wanted).addErrback(failed)
    booked.addCallback(lambda status: tell(ivr.CallBackBooked(status, given)))
