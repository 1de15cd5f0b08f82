"""Notices that a leg has gone quiet: no RTP arrives although it should. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RtpWatch:
    """What is known of one leg: packets received so far, and since when (s) there are no more."""

    packets: int
    since: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a leg. `expected` is false while the leg is on hold and need not send."""

    packets: int
    expected: bool


def start(now: float) -> RtpWatch:
    """Return the state of a leg that has just been answered."""
    return RtpWatch(0, now)


def step(state: RtpWatch, sample: Sample, now: float, limit_s: float) -> tuple[RtpWatch, bool]:
    """Take a sample; return the new state and whether the leg must be ended."""
    # A count that went down is a new stream after a re-INVITE, which counts as sound.
    if sample.packets != state.packets or not sample.expected:
        return RtpWatch(sample.packets, now), False
    return state, now - state.since >= limit_s
