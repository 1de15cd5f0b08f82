"""When the graph of sentences is built anew: a while after the last change, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

QUIET_S = 60.0
"""A change waits so long for others, which are then built together."""

LONGEST_S = 600.0
"""So long after the first change a build starts, though changes go on."""


class Event(Enum):
    """What happens: texts changed, the time set has come, a build ended in whatever way."""

    CHANGED = "changed"
    DUE = "due"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wait:
    """Send DUE in so many seconds, in place of a time set before."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Build:
    """Build from the texts as they are now, then send ENDED."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """`since` is when the first change came that no build has seen; None when there is none."""

    since: float | None = None
    building: bool = False


Effect = Wait | Build


def step(state: Renewal, event: Event, now: float) -> tuple[Renewal, tuple[Effect, ...]]:
    """The next state and what is to be done; `now` in seconds of any clock that counts up."""
    if event is Event.CHANGED:
        state = replace(state, since=now if state.since is None else state.since)
        return state, () if state.building else (_wait(state, now),)
    if event is Event.DUE:
        if state.building or state.since is None:
            return state, ()
        return Renewal(None, building=True), (Build(),)
    state = replace(state, building=False)
    return state, () if state.since is None else (_wait(state, now),)


def _wait(state: Renewal, now: float) -> Wait:
    since = now if state.since is None else state.since
    return Wait(max(0.0, min(QUIET_S, since + LONGEST_S - now)))
