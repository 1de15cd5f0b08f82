"""Call-backs as they run: each waits in the queue in its caller's place, and rings when it is due.

The decisions are `call_back.step`'s. What is outstanding, every attempt and its result are in the
database before anything is dialled, and are taken up again after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from twisted.internet.defer import Deferred, DeferredLock, succeed
from twisted.logger import Logger

from core.call_back import Attempt, CallBack
from core.clock import DelayedCall, Now, Timing, stop_timer
from telephony.calls.ports import Booking
from telephony.queue import call_back as machine
from telephony.queue.places import Places, Queue
from telephony.sip.numbers import normalise
from telephony.sip.outgoing import Outgoing, OutgoingCall, refusal
from telephony.sip.port import Leg

RING_LIMIT_S = 40.0
LOOK_AGAIN_S = 30.0
"""After so long who found nobody on duty, or an hour too late to ring, looks again."""

LIMIT_MS = 24 * 3600 * 1000


class CallBackStore(Protocol):
    """The database. Its methods block: for a thread."""

    def outstanding(self) -> list[CallBack]:
        """Those that wait or were being dialled."""

    def add(self, back: CallBack) -> bool:
        """Keep a new one; False where one to its number is outstanding."""

    def save(self, back: CallBack, at: datetime) -> None:
        """Keep how far one has come."""

    def attempt(self, attempt: Attempt) -> None:
        """Keep an attempt, or its result."""


class Opener(Protocol):
    """The calls of this node."""

    def called_back(
        self, leg: Leg, call_id: str, area: str, number: str, agent: str, trunk: str = ""
    ) -> Deferred[None]:
        """Make a call of a leg that was answered; fires when its first record is durable."""


class CallBackDesk:
    """Implements `telephony.calls.ports.CallBacks` and `telephony.queue.places.Promised`."""

    log = Logger()

    def __init__(
        self,
        store: CallBackStore,
        queue: Queue,
        places: Places,
        outgoing: Outgoing,
        clock: Means,
        on: bool,
    ) -> None:
        """`calls` is set once calls exist; with `on` false nothing is booked or rung."""
        self._store, self._queue, self._places, self._outgoing = store, queue, places, outgoing
        self._clock, self._on = clock, on
        self.calls: Opener | None = None
        self._turns: dict[str, _Turn] = {}
        self._writing = DeferredLock()

    def start(self) -> Deferred[None]:
        """Take up what is outstanding."""

        def found(backs: list[CallBack]) -> None:
            for back in backs:
                turn = self._turns[back.id] = _Turn(self, back)
                turn.happened(machine.Restarted())

        if not self._on:
            return succeed(None)
        return self._clock.run_in_thread(self._store.outstanding).addCallback(found)

    def stop(self) -> None:
        """Ring nobody any more; what is outstanding is taken up at the next start."""
        for turn in self._turns.values():
            turn.stop()

    # ---- for calls ---------------------------------------------------------------------------

    @property
    def able(self) -> bool:
        """Whether any can be made."""
        return self._on and self._outgoing.ready

    def book(self, wanted: Booking) -> Deferred[str]:
        """See CallBacks. One outstanding per number; a call's second one replaces its first."""
        if not self.able:
            return succeed("unavailable")
        if refusal(wanted.number):
            return succeed("refused")
        number, now = normalise(wanted.number), self._clock.now()
        mine = self._one(lambda back: back.call_id == wanted.call_id)
        if self._one(lambda back: back.number == number) not in (None, mine):
            return succeed("again")
        if mine is not None and mine.back.number == number:
            return succeed("kept")
        since = self._places.waiting_since(wanted.call_id)
        since = since or (mine.back.since if mine is not None else now)
        back = CallBack(
            self._clock.new_id(), wanted.call_id, wanted.area, number, now, since, wanted.skill
        )

        def kept(new: bool) -> str:
            if not new:
                return "again"
            if mine is not None:
                mine.happened(machine.Cancel())
            self._places.hand_over(wanted.call_id)
            turn = self._turns[back.id] = _Turn(self, back)
            # The caller hears of it first and leaves the queue.
            turn.join_after(0)
            return "kept"

        return self.in_order(self._store.add, back).addCallback(kept)

    def taken_over(self, number: str, call_id: str) -> datetime | None:
        """See Promised."""
        turn = self._theirs(number, call_id)
        if turn is None:
            return None
        turn.happened(machine.Cancel())
        return turn.back.since

    def talking(self, number: str, call_id: str) -> None:
        """See Promised."""
        turn = self._theirs(number, call_id)
        if turn is not None:
            turn.happened(machine.Cancel())

    # ---- inside ------------------------------------------------------------------------------

    def _theirs(self, number: str, call_id: str) -> _Turn | None:
        return self._one(lambda back: back.call_id == call_id or (number and back.number == number))

    def _one(self, fits: Callable[[CallBack], Any]) -> _Turn | None:
        return next((turn for turn in self._turns.values() if fits(turn.back)), None)

    def in_order(self, write: Callable[..., Any], *values: Any) -> Deferred[Any]:
        """Write in a thread, after all that was written before."""
        return self._writing.run(self._clock.run_in_thread, write, *values)

    def write(self, write: Callable[..., Any], *values: Any) -> Deferred[Any]:
        """The same; what cannot be written costs nobody their call."""
        done = self.in_order(write, *values)
        return done.addErrback(lambda f: self.log.failure("a call-back cannot be written", f))

    def forget(self, back: CallBack) -> None:
        """It is over."""
        self._turns.pop(back.id, None)


@dataclass(frozen=True, slots=True)
class Means:
    """Time, threads and new ids (32 hex digits), as call-backs need them."""

    reactor: Timing
    now: Now
    run_in_thread: Callable[..., Deferred[Any]]
    to_zone: Callable[[datetime], datetime]
    new_id: Callable[[], str]


class _Turn:
    """One outstanding call-back: waits in the queue, is offered an agent, rings the citizen."""

    def __init__(self, desk: CallBackDesk, back: CallBack) -> None:
        self.back, self._desk, self._clock = back, desk, desk._clock
        self.area, self.number = back.area, back.number
        self.call_id = ""
        """The id of the call that comes of this attempt; new for every time in the queue."""
        self._agent = ""
        self._dialled: OutgoingCall | None = None
        self._timer: DelayedCall | None = None

    def happened(self, event: machine.Event) -> None:
        """Take an event: decide, write, act."""
        before, now = self.back, self._clock.now()
        self.back, effects = machine.step(before, event, now)
        if self.back != before and not isinstance(event, machine.Reserved):
            self._desk.write(self._desk._store.save, self.back, now)
        for effect in effects:
            self._do(effect)
        if not machine.outstanding(self.back):
            self.stop_waiting()
            self._desk.forget(self.back)

    def stop(self) -> None:
        """The service ends."""
        self.stop_waiting()
        if self._dialled is not None:
            self._dialled.hangup()

    def stop_waiting(self) -> None:
        """Look no more."""
        stop_timer(self._timer)

    def join_after(self, seconds: float) -> None:
        """Join the queue, or join it again."""
        self.stop_waiting()
        self._timer = self._clock.reactor.callLater(max(0.0, seconds), self._join)

    # ---- Waiter ------------------------------------------------------------------------------

    def offer(self, agent: str) -> None:
        """An agent is reserved."""
        self._agent = agent
        self.happened(machine.Reserved(agent))

    def wait_ended(self, reason: str) -> None:
        """Nobody is on duty; the place is kept."""
        if machine.outstanding(self.back):
            self.join_after(LOOK_AGAIN_S)

    # ---- Dialler -----------------------------------------------------------------------------

    def ringing(self) -> None:
        """The citizen's telephone rings."""

    def answered(self, leg: Leg) -> None:
        """They took it: it becomes a call like any other, with its place and its agent."""
        calls, desk = self._desk.calls, self._desk
        assert calls is not None, "calls exist before any is dialled"
        attempt, call = self._attempt(machine.ANSWERED, 200), self.call_id
        self._dialled = None
        # Over before the call joins the queue, which would take its place from it.
        self.happened(machine.Answered())
        trunk = desk._outgoing.trunk
        opened = calls.called_back(leg, call, self.area, self.number, self._agent, trunk)
        # The call's row must be there before something points at it.
        opened.addCallback(lambda _: desk.write(desk._store.attempt, attempt(call)))

    def failed(self, code: int, reason: str) -> None:
        """They did not."""
        self._dialled = None
        self.happened(machine.Failed(code))

    # ---- inside ------------------------------------------------------------------------------

    def _join(self) -> None:
        clock = self._clock
        now, wait = clock.now(), self.back.next_at
        if wait is not None and wait > now:
            self.join_after((wait - now) / timedelta(seconds=1))
            return
        if not machine.may_ring(clock.to_zone(self.back.asked_at), clock.to_zone(now)):
            self.join_after(LOOK_AGAIN_S)
            return
        queue = self._desk._queue
        self.call_id = clock.new_id()
        queue.keep_place(self.call_id, self._desk._places.at(self.back.since))
        queue.join(self, "normal", LIMIT_MS, False, self.back.skill)

    def _do(self, effect: machine.Effect) -> None:
        queue = self._desk._queue
        match effect:
            case machine.Dial(agent):
                now = self._clock.now()
                self._desk.write(self._desk._store.save, self.back, now)
                begun = Attempt(self.back.id, self.back.attempts, agent, now)
                self._desk.write(self._desk._store.attempt, begun).addCallback(self._ring)
            case machine.Note(result, code):
                if result != machine.ANSWERED:
                    done = self._attempt(result, code)("")
                    self._desk.write(self._desk._store.attempt, done)
            case machine.Release():
                queue.refused(self._agent, self.call_id, "call is gone")
            case machine.HangUp():
                if self._dialled is not None:
                    self._dialled.hangup()
                    self._dialled = None
            case machine.Leave():
                queue.leave(self.call_id)
            case machine.Wait():
                wait = self.back.next_at
                now = self._clock.now()
                self.join_after((wait - now) / timedelta(seconds=1) if wait else 0)

    def _ring(self, _: object) -> None:
        # It may have been cancelled while the attempt was written.
        if self.back.state is machine.State.DIALLING and self._dialled is None:
            self._dialled = self._desk._outgoing.place(self.number, self, RING_LIMIT_S)

    def _attempt(self, result: str, code: int) -> Callable[[str], Attempt]:
        back, agent, now = self.back, self._agent, self._clock.now()
        return lambda call: Attempt(back.id, back.attempts, agent, now, result, code, call)
