"""Time, passed in wherever it is needed: the wall clock as a function, durations by the reactor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

Now = Callable[[], datetime]
"""Returns the current moment in UTC, time-zone aware."""


class DelayedCall(Protocol):
    """A timer that runs."""

    def cancel(self) -> None:
        """Stop it; raises when it has fired."""

    def active(self) -> bool:
        """Whether it will still fire."""


class Timing(Protocol):
    """The part of Twisted's reactor that tells time; `task.Clock` in tests."""

    def seconds(self) -> float:
        """Return seconds that only count up."""

    def callLater(self, delay: float, call: Callable[..., object], /, *args: Any) -> DelayedCall:
        """Call after `delay` seconds."""


def utc_now() -> datetime:
    """Return the current moment in UTC. Only `hotline.py` hands it out."""
    return datetime.now(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """Return `moment` in the authority's time zone (an IANA name such as Asia/Shanghai)."""
    return moment.astimezone(ZoneInfo(zone))


def stop_timer(timer: DelayedCall | None) -> None:
    """Cancel a timer that may have fired or never been set."""
    if timer is not None and timer.active():
        timer.cancel()
