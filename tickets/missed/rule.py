"""Which calls were missed, when they are overdue, and what a mark does. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

DUE = timedelta(minutes=15)
"""Who waited in vain is to be called back within so long."""


class Kind(StrEnum):
    """Why a call was missed."""

    ABANDONED = "abandoned"
    UNANSWERED = "unanswered"
    NOT_CALLED_BACK = "not_called_back"


class Result(StrEnum):
    """What came of it."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    PHONED_AGAIN = "phoned_again"


MARKS = (Result.REACHED, Result.NOT_REACHED, Result.WRONG_NUMBER)
"""What an agent can say; the last is the line's own."""


@dataclass(frozen=True, slots=True)
class Event:
    """A record of a call's journal."""

    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missed:
    """Why a call was missed, how long its caller waited in all (s), and whether they left words."""

    kind: Kind
    waited_s: int
    message: bool


WATCHED = ("queued", "waited", "connected", "transferred", "left", "note", "message", "ended",
           "recovered")  # fmt: skip
"""The kinds of records that the rule looks at."""


def missed(events: Iterable[Event]) -> Missed | None:
    """Say whether a call that is over was missed: its caller waited and reached nobody.

    Hung up while waiting is abandoned, waited until nobody came is unanswered. Who is called back
    anyway was not missed; who lost their agent and waited again in vain was. A call that the
    service itself broke off counts as unanswered.
    """
    waits: datetime | None = None
    waited = timedelta()
    reached = promised = unanswered = message = broke_off = False
    for event in events:
        match event.kind:
            case "queued":
                waits = waits or event.at
                promised = reached = False
            case "waited":
                unanswered = True
            case "connected" | "transferred":
                reached = True
            case "left":
                reached = False
            case "note" if event.data.get("key") == "call_back":
                promised = event.data.get("value") in ("kept", "again")
            case "recovered":
                broke_off = True
            case "message":
                message = float(event.data.get("seconds", 0)) > 0
        if waits is not None and (
            event.kind in ("waited", "connected", "ended", "recovered") or promised
        ):
            waited += event.at - waits
            if event.kind in ("ended", "recovered"):
                break
            waits = None
    if reached or promised or not (waits or unanswered):
        return None
    kind = Kind.ABANDONED if waits and not broke_off else Kind.UNANSWERED
    return Missed(kind, round(waited.total_seconds()), message)


def overdue(due_at: datetime, now: datetime) -> bool:
    """Whether the clock has run out."""
    return now >= due_at
