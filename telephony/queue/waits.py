"""How long callers wait: a running figure of how long a talk takes, and an estimate. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_GUESS_S = 180.0
"""Talk and wrap-up before any was seen."""

GUESS_COUNTS = 5
"""The first guess counts as so many talks."""

MEMORY = 50
"""So many talks are remembered; older ones fade."""

WRAPUP_S = 30.0
"""Added to each talk for what an agent writes after it."""

LONGEST_S = 3600.0
"""A talk that was longer counts as so long: one endless call must not frighten everybody off."""


@dataclass(frozen=True, slots=True)
class Handling:
    """The mean time (s) that a caller takes an agent, and how many talks it rests on."""

    mean_s: float = FIRST_GUESS_S
    talks: int = GUESS_COUNTS


def after_talk(handling: Handling, talk_s: float) -> Handling:
    """Return the figure after one more talk of so many seconds."""
    talks = min(handling.talks + 1, MEMORY)
    took = min(max(talk_s, 0.0), LONGEST_S) + WRAPUP_S
    return Handling(handling.mean_s + (took - handling.mean_s) / talks, talks)


def estimate(ahead: int, agents: int, handling: Handling) -> float | None:
    """Return the wait (s) of a caller with `ahead` before them and `agents` on duty, all of them
    busy; None with nobody on duty.

    With c servers and exponential handling times one of them becomes free every mean/c, and the
    caller is the (ahead + 1)-th to be taken (M/M/c with the queue's length known).
    """
    if agents <= 0:
        return None
    return (ahead + 1) * handling.mean_s / agents
