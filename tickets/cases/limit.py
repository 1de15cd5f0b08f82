"""When nobody may check a case any more for a while: three failed calls lock for 30 min. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

FAILED_CALLS = 3
LOCKED = timedelta(minutes=30)
COUNTED = timedelta(hours=24)
"""Failed calls count for so long: after a lock one more locks again."""


def locked(failed: Iterable[datetime], now: datetime) -> bool:
    """Whether calls that failed at these moments lock their caller, or the number they asked for.

    Three or more in a day lock until 30 min after the last.
    """
    recent = [at for at in failed if now - at < COUNTED]
    return len(recent) >= FAILED_CALLS and now - max(recent) < LOCKED
