"""The queue as calls see it: the dispatcher, and around it what callers who wait are promised.

Who redials has the old place back (`redial`), and who is to be called back and phones again takes
that place.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from core.clock import Now, Timing
from telephony.calls.ports import CallQueue, Standing, Waiter, WaitingRoom
from telephony.queue.redial import Redial


class Queue(CallQueue, Protocol):
    """The dispatcher: a queue that tells where each caller stands."""

    def position(self, call_id: str) -> int | None:
        """How many callers are ahead; None: does not wait, or a phone rings for them."""

    def estimate(self, call_id: str) -> float:
        """How long the call will wait yet (s)."""

    def place(self, call_id: str) -> float | None:
        """The place of a call that waits, in seconds of the reactor."""

    def keep_place(self, call_id: str, place: float) -> None:
        """Give a call that is about to join this place."""


class Promised(Protocol):
    """The call-backs that are outstanding."""

    def taken_over(self, number: str, call_id: str) -> datetime | None:
        """The caller waits on the line again: cancel theirs, and say since when it has waited."""

    def talking(self, number: str, call_id: str) -> None:
        """The caller talks with somebody: cancel theirs."""


class Places(WaitingRoom):
    """Implements `telephony.calls.ports.WaitingRoom`."""

    def __init__(self, queue: Queue, redial: Redial, reactor: Timing, now: Now) -> None:
        """`promised` is set once call-backs exist."""
        self._queue, self._redial, self._reactor, self._now = queue, redial, reactor, now
        self.promised: Promised | None = None
        # A call whose wait ended by itself says no good-bye.
        self._waiters: WeakValueDictionary[str, Waiter] = WeakValueDictionary()

    # ---- WaitingRoom -------------------------------------------------------------------------

    def join(
        self,
        waiting: Waiter,
        priority: str,
        limit_ms: int,
        front: bool,
        skill: str = "",
        *,
        queue: str = "",
        needs: tuple[str, ...] = (),
        ticket: str = "",
        last_agent: str = "",
    ) -> None:
        """See WaitingRoom."""
        call = waiting.call_id
        if call not in self._waiters and (since := self._since(waiting)) is not None:
            self._queue.keep_place(call, self.at(since))
        self._waiters[call] = waiting
        self._queue.join(
            waiting, priority, limit_ms, front, skill,
            queue=queue, needs=needs, ticket=ticket, last_agent=last_agent,
        )  # fmt: skip

    def leave(self, call_id: str) -> None:
        """See WaitingRoom."""
        waiter, place = self._waiters.pop(call_id, None), self._queue.place(call_id)
        self._queue.leave(call_id)
        if waiter is not None and place is not None:
            self._redial.left(waiter.number, self.since(place))

    def talking(self, agent: str, call_id: str) -> None:
        """See WaitingRoom."""
        waiter = self._waiters.pop(call_id, None)
        self._queue.talking(agent, call_id)
        if waiter is not None and self.promised is not None:
            self.promised.talking(waiter.number, call_id)

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        """See WaitingRoom."""
        self._queue.refused(agent, call_id, reason)

    def done(self, agent: str, call_id: str) -> None:
        """See WaitingRoom."""
        self._queue.done(agent, call_id)

    def reserve(self, agent: str, call_id: str, anyhow: bool = False) -> bool:
        """See WaitingRoom."""
        return self._queue.reserve(agent, call_id, anyhow)

    def release(self, agent: str, call_id: str) -> None:
        """See WaitingRoom."""
        self._queue.release(agent, call_id)

    def standing(self, call_id: str) -> Standing | None:
        """See WaitingRoom."""
        ahead = self._queue.position(call_id)
        if ahead is None:
            return None
        return Standing(ahead, self._queue.estimate(call_id))

    # ---- for call-backs ----------------------------------------------------------------------

    def waiting_since(self, call_id: str) -> datetime | None:
        """Since when a call has waited; None: it does not."""
        place = self._queue.place(call_id)
        return None if place is None else self.since(place)

    def hand_over(self, call_id: str) -> None:
        """A call-back has the call's place; the call waits until it leaves, without a claim."""
        self._waiters.pop(call_id, None)

    def at(self, since: datetime) -> float:
        """The place of who has waited since a moment."""
        return self._reactor.seconds() - (self._now() - since).total_seconds()

    def since(self, place: float) -> datetime:
        """Since when who has this place has waited; the head of the queue counts as an hour."""
        waited = min(self._reactor.seconds() - place, 3600.0)
        return self._now() - timedelta(seconds=max(waited, 0.0))

    # ---- inside ------------------------------------------------------------------------------

    def _since(self, waiting: Waiter) -> datetime | None:
        promised = self.promised
        taken = promised.taken_over(waiting.number, waiting.call_id) if promised else None
        return taken or self._redial.take(waiting.number)
