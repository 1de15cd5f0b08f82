"""What happened on a call, in order, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred

from core.clock import DelayedCall, Timing


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One event: `ms` since the INVITE was sent, and what belongs to it."""

    name: str
    ms: float
    data: Mapping[str, Any]

    def flat(self) -> dict[str, Any]:
        """As one JSON object."""
        return {"event": self.name, "ms": round(self.ms, 1), **self.data}


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call went. Times in ms since the INVITE was sent; None for what did not happen.

    `code` is the SIP code that ended it: 200 for a BYE, else the final answer (408 when there was
    none). `by` is "us" or "far". `said` and `heard` are 8 kHz 16-bit samples from the INVITE on,
    empty unless they were kept.
    """

    answered: bool
    code: int
    reason: str
    by: str
    events: tuple[CallEvent, ...]
    answered_ms: float | None = None
    first_audio_ms: float | None = None
    ended_ms: float = 0.0
    packets_sent: int = 0
    packets_received: int = 0
    said: bytes = field(default=b"", repr=False)
    heard: bytes = field(default=b"", repr=False)

    def all(self, name: str) -> list[CallEvent]:
        """The events of one name, in order."""
        return [event for event in self.events if event.name == name]


class NoEvent(Exception):
    """The event waited for did not come in time, or the call was over first."""


@dataclass(slots=True, eq=False)
class _Waiter:
    name: str
    after_ms: float
    done: Deferred[CallEvent]
    limit: DelayedCall


class EventLog:
    """Keeps a call's events and hands each to `sink` and to whoever waits for it."""

    def __init__(self, clock: Timing, sink: Callable[[CallEvent], None] | None) -> None:
        self._clock = clock
        self._sink = sink
        self._seen: dict[str, int] = {}
        self._waiters: list[_Waiter] = []
        self.events: list[CallEvent] = []
        self.closed = False

    def add(self, name: str, ms: float, **data: Any) -> CallEvent:
        """Note an event."""
        event = CallEvent(name, ms, data)
        self.events.append(event)
        if self._sink:
            self._sink(event)
        for waiter in list(self._waiters):
            if waiter.name == name and ms >= waiter.after_ms:
                self._waiters.remove(waiter)
                waiter.limit.cancel()
                self._seen[name] = len(self.events)
                waiter.done.callback(event)
                break
        return event

    def wait_for(self, name: str, timeout: float, after_ms: float = 0.0) -> Deferred[CallEvent]:
        """The next event of this name that no earlier `wait_for` returned.

        Events before `after_ms` are passed over. Fails with NoEvent after `timeout` seconds or
        when the call is over.
        """
        for place in range(self._seen.get(name, 0), len(self.events)):
            event = self.events[place]
            if event.name == name and event.ms >= after_ms:
                self._seen[name] = place + 1
                found: Deferred[CallEvent] = Deferred()
                found.callback(event)
                return found
        done: Deferred[CallEvent] = Deferred()
        if self.closed:
            done.errback(NoEvent(f"the call ended without {name!r} ({self._story()})"))
            return done
        limit = self._clock.callLater(timeout, self._late, name, done, timeout)
        self._waiters.append(_Waiter(name, after_ms, done, limit))
        return done

    def close(self) -> None:
        """No event will follow: whoever waits is told so."""
        self.closed = True
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.limit.cancel()
            waiter.done.errback(
                NoEvent(f"the call ended without {waiter.name!r} ({self._story()})")
            )

    def _late(self, name: str, done: Deferred[CallEvent], timeout: float) -> None:
        self._waiters = [waiter for waiter in self._waiters if waiter.done is not done]
        done.errback(NoEvent(f"no {name!r} within {timeout:g} s ({self._story()})"))

    def _story(self) -> str:
        return "so far: " + (", ".join(f"{e.name}@{e.ms:.0f}" for e in self.events) or "nothing")
