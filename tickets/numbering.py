"""Numbers of tickets: YYYYMMDD-NNNNNN, counted per day, never given twice."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.clock import local
from tickets.tables import TicketCounter


def next_number(db: Session, moment: datetime, zone: str) -> str:
    """Take the next number of the day that `moment` is in, in the authority's time zone.

    Runs in the caller's transaction: two writers wait for each other, a rolled-back number may be
    given again or left out.
    """
    day = local(moment, zone).strftime("%Y%m%d")
    statement = _taking(db.get_bind().dialect.name)
    return f"{day}-{db.execute(statement, {'day': day}).scalar_one():06d}"


@cache
def _taking(dialect: str) -> Any:
    """Count the day's counter up and return it; the day's first ticket makes the counter."""
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(TicketCounter)
    return (
        insert.values(day=bindparam("day"), last=1)
        .on_conflict_do_update(
            index_elements=[TicketCounter.day], set_={"last": TicketCounter.last + 1}
        )
        .returning(TicketCounter.last)
    )
