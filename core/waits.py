"""One caller's wait for a person, as the journal's records tell it. Pure.

The live row of a call and the figures read from the journal follow this one rule, so that what was
counted from events and what is counted after a restart are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

ANSWERED = "answered"
ABANDONED = "abandoned"
UNANSWERED = "unanswered"

ENDS = {
    "connected": ANSWERED,
    "waited": UNANSWERED,
    "leaving": UNANSWERED,
    "transferred": UNANSWERED,
    "recovered": UNANSWERED,
    "ended": ABANDONED,
}
"""What became of a wait when the journal has a record of this kind; others leave it running.

UNANSWERED: nobody came in time, or the caller left a message or was sent elsewhere instead.
"""
KINDS = ("queued", *ENDS)


@dataclass(frozen=True, slots=True)
class Wait:
    """From `since` until `until`, None while it lasts; `end` is one of the three words above."""

    since: datetime
    until: datetime | None = None
    end: str = ""

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it lasts."""
        return (self.until - self.since).total_seconds() if self.until else 0.0


def step(wait: Wait | None, kind: str, at: datetime) -> Wait | None:
    """The call's latest wait after a record of a kind; None before the first.

    A caller who waits and becomes urgent waits on; one who lost their agent waits anew.
    """
    if kind == "queued":
        if wait is None or wait.until is not None:
            return Wait(at)
        return wait
    if kind in ENDS and wait is not None and wait.until is None:
        return replace(wait, until=at, end=ENDS[kind])
    return wait
