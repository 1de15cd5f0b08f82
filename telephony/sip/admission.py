"""Decides whether an INVITE is let in: limits and rates per trunk and for the whole line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from telephony.sip.config import Trunk


class Verdict(Enum):
    """Whether an INVITE may come in; every value but ADMIT is counted under its name."""

    ADMIT = "admit"
    TRUNK_FULL = "trunk_full"
    TRUNK_RATE = "trunk_rate"
    LINE_FULL = "line_full"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An INVITE. `urgent` (alarms, red keys) passes every limit but the library's own."""

    trunk: Trunk
    urgent: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A call that was let in is over."""

    trunk: str


@dataclass(frozen=True, slots=True)
class Drain:
    """No new calls from now on."""


Event = Arrived | Left | Drain


@dataclass(frozen=True, slots=True)
class Bucket:
    """A trunk's calls now, and what is left of its token bucket, filled last at `at` (s)."""

    calls: int
    tokens: float
    at: float


@dataclass(frozen=True, slots=True)
class Admission:
    """Calls that came in and are not over, in all and by trunk."""

    limit: int
    draining: bool = False
    buckets: Mapping[str, Bucket] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """Incoming calls now."""
        return sum(bucket.calls for bucket in self.buckets.values())


def step(state: Admission, event: Event, now: float) -> tuple[Admission, Verdict | None]:
    """Take an event at `now` (s, any monotonic clock); a verdict comes back for `Arrived` alone."""
    match event:
        case Drain():
            return replace(state, draining=True), None
        case Left(trunk):
            old = state.buckets.get(trunk)
            if old is None or old.calls == 0:
                return state, None
            return _with(state, trunk, replace(old, calls=old.calls - 1)), None
        case Arrived(trunk, urgent):
            return _arrived(state, trunk, urgent, now)


def _arrived(state: Admission, trunk: Trunk, urgent: bool, now: float) -> tuple[Admission, Verdict]:
    old = state.buckets.get(trunk.name, Bucket(0, float(trunk.burst), now))
    passed = max(0.0, now - old.at)
    tokens = min(float(trunk.burst), old.tokens + passed * trunk.calls_per_second)
    bucket = Bucket(old.calls, tokens, max(now, old.at))
    verdict = Verdict.ADMIT
    if not urgent:
        if state.draining:
            verdict = Verdict.DRAINING
        elif bucket.calls >= trunk.max_calls:
            verdict = Verdict.TRUNK_FULL
        elif state.calls >= state.limit:
            verdict = Verdict.LINE_FULL
        elif bucket.tokens < 1.0:
            verdict = Verdict.TRUNK_RATE
    if verdict is Verdict.ADMIT:
        # An urgent call takes no token, so that a flood of them is not paid for by the others.
        tokens = bucket.tokens if urgent else bucket.tokens - 1.0
        bucket = replace(bucket, calls=bucket.calls + 1, tokens=tokens)
    return _with(state, trunk.name, bucket), verdict


def _with(state: Admission, trunk: str, bucket: Bucket) -> Admission:
    return replace(state, buckets={**state.buckets, trunk: bucket})
