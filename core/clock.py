"""Wall-clock time, passed in wherever it is needed. Durations come from the reactor instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Now = Callable[[], datetime]
"""Returns the current moment in UTC, time-zone aware."""


def utc_now() -> datetime:
    """Return the current moment in UTC. Only `hotline.py` hands it out."""
    return datetime.now(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """Return `moment` in the authority's time zone (an IANA name such as Asia/Shanghai)."""
    return moment.astimezone(ZoneInfo(zone))
