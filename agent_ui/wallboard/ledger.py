"""The waits of a day, gathered from live rows and from the journal; both say the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.waits import Wait

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallWait:
    """A wait of a call from an area (GB/T 2260)."""

    call: str
    area: str
    wait: Wait


class Ledger:
    """Every wait once, by its call and beginning. An ended one is never open again."""

    def __init__(self) -> None:
        """Start empty."""
        self._waits: dict[tuple[str, datetime], CallWait] = {}

    @property
    def waits(self) -> Iterable[CallWait]:
        """All that are known."""
        return self._waits.values()

    def take(self, found: CallWait) -> None:
        """Bring one in."""
        key = (found.call, found.wait.since)
        known = self._waits.get(key)
        if known is None or known.wait.until is None:
            self._waits[key] = found

    def row(self, row: Message, area: str = "") -> bool:
        """Bring in what a live row, or the last word on a call, says of its wait; false: nothing.

        `area` is the call's where the message has none.
        """
        wait = wait_of(row)
        if wait is None:
            return False
        self.take(CallWait(str(row.get("id", "")), str(row.get("area", area)), wait))
        return True

    def forget(self, before: datetime, running: Iterable[str]) -> None:
        """Drop waits that ended before a moment, and open ones of calls that do not run."""
        calls = set(running)
        self._waits = {
            key: each
            for key, each in self._waits.items()
            if (each.wait.until >= before if each.wait.until else each.call in calls)
        }


def wait_of(row: Message) -> Wait | None:
    """The wait that a live row tells of; None when it tells of none, or of none that can be read.

    `queued_at` and `wait_ended_at` are ISO 8601, as `telephony/calls/live.py` writes them.
    """
    since = moment(row.get("queued_at"))
    if since is None:
        return None
    until = moment(row.get("wait_ended_at"))
    return Wait(since, until, str(row.get("wait_end", "")) if until else "")


def moment(text: Any) -> datetime | None:
    """A moment with its zone from ISO 8601; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
