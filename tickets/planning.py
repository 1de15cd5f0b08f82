"""How many seats each half hour of a week needs, by what past weeks brought."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.erlang import Staffing, seats
from core.journal_tables import Call, CallEvent
from tickets.scope import in_area
from tickets.tables import Ticket

SLOTS = 48
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
TALKS = 2_000
"""The handling time is measured over so many of the last talks."""
LONGEST_WRAP_UP = timedelta(minutes=10)
"""Who filled in the result later than this did so after other calls; it counts as this much."""

Profile = Mapping[tuple[int, int], float]
"""Calls of a half hour on average, by weekday (0 is Monday) and half hour of the day (0..47)."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the plan rests on: seconds, and shares from 0 to 1.

    `shrinkage` is the share of paid time in which an agent is not at the desk: breaks, training,
    leave. `growth` is added to the calls of the past.
    """

    aht_s: float
    target_share: float = 0.8
    target_s: float = 15.0
    max_occupancy: float = 0.85
    shrinkage: float = 0.3
    growth: float = 0.0


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One line of the plan: what comes, who must sit there, and how many that is on the roster."""

    weekday: int
    slot: int
    calls: float
    staffing: Staffing
    rostered: int

    @property
    def begins(self) -> str:
        """When it begins: 09:30."""
        return clock_of(self.slot)


def clock_of(slot: int) -> str:
    """When a half hour of the day begins: 19 is 09:30."""
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def past_weeks(now: datetime, zone: str, weeks: int) -> tuple[datetime, datetime]:
    """The last whole weeks, from Monday to Monday, in a time zone."""
    local = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    until = local - timedelta(days=local.weekday())
    return until - timedelta(weeks=weeks), until


def profile(moments: Iterable[datetime], zone: str, weeks: int) -> Profile:
    """The mean of so many weeks, from when callers asked for a person."""
    local = (moment.astimezone(ZoneInfo(zone)) for moment in moments)
    counts = Counter((at.weekday(), at.hour * 2 + at.minute // 30) for at in local)
    return {where: count / weeks for where, count in counts.items()}


def plan(calls: Profile, by: Assumptions) -> list[HalfHour]:
    """All half hours of a week, also those without calls (no seats). Raises ValueError."""
    if not 0 <= by.shrinkage < 1:
        raise ValueError("the shrinkage must be at least 0 and below 1")
    return [
        _half_hour(day, slot, calls.get((day, slot), 0.0) * (1 + by.growth), by)
        for day in range(7)
        for slot in range(SLOTS)
    ]


def _half_hour(day: int, slot: int, calls: float, by: Assumptions) -> HalfHour:
    found = seats(calls, by.aht_s, by.target_share, by.target_s, by.max_occupancy)
    # 1e-9: ten seats at a shrinkage of 0.2 are 12.5 on the roster, and 8 are 10, not 11.
    return HalfHour(day, slot, calls, found, math.ceil(found.seats / (1 - by.shrinkage) - 1e-9))


def asked_for_a_person(db: Session, scope: str, since: datetime, until: datetime) -> list[datetime]:
    """When each caller of an area first joined the queue, whether answered or not."""
    first = (
        select(func.min(CallEvent.at))
        .join(Ticket, Ticket.call_id == CallEvent.call_id)
        .where(in_area(scope), Ticket.opened_at >= since, Ticket.opened_at < until)
        .where(CallEvent.kind == "queued")
        .group_by(CallEvent.call_id)
    )
    return list(db.scalars(first))


def measured_aht(db: Session, scope: str, until: datetime) -> float | None:
    """Seconds of talk and wrap-up of the last talks on average; None when there were none."""
    rows = db.execute(
        select(func.min(CallEvent.at), Call.ended_at, Ticket.wrapped_at)
        .join(Ticket, Ticket.call_id == CallEvent.call_id)
        .join(Call, Call.id == CallEvent.call_id)
        .where(in_area(scope), Ticket.opened_at < until, Ticket.agent != "")
        .where(CallEvent.kind == "connected", Call.ended_at.is_not(None))
        .group_by(CallEvent.call_id, Call.ended_at, Ticket.wrapped_at, Ticket.opened_at)
        .order_by(Ticket.opened_at.desc())
        .limit(TALKS)
    )
    spent = [handled(at, ended, wrapped) for at, ended, wrapped in rows if ended is not None]
    return sum(spent) / len(spent) if spent else None


def handled(connected: datetime, ended: datetime, wrapped: datetime | None) -> float:
    """Seconds that one call took an agent: talk, and wrap-up if it was filled in."""
    after = timedelta()
    if wrapped is not None:
        after = min(max(wrapped - ended, timedelta()), LONGEST_WRAP_UP)
    return (max(ended - connected, timedelta()) + after).total_seconds()
