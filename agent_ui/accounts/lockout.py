"""When a user is locked out: pure, counted before the password is looked at.

Counting first means that guesses sent at once are not looked at beyond the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """`attempts` wrong passwords lock a user for `lock_s` seconds."""

    attempts: int
    lock_s: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong passwords since the last right one, and until when nothing is looked at."""

    failures: int = 0
    locked_until: datetime | None = None


def attempt(state: Attempts, now: datetime, limits: Limits) -> tuple[Attempts, bool]:
    """Count one attempt; returns the new state and whether the password may be looked at.

    The state is as if the password were wrong; a right one puts `Attempts()` in its place.
    """
    if state.locked_until is not None:
        if now < state.locked_until:
            return state, False
        state = Attempts()
    failures = state.failures + 1
    locked = now + timedelta(seconds=limits.lock_s) if failures >= limits.attempts else None
    return Attempts(failures, locked), True
