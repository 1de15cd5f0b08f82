"""Numbers of tickets: YYYYMMDD-NNNNNN, counted per day, never given twice."""

from __future__ import annotations

from datetime import datetime

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
    on_sqlite = db.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if on_sqlite else postgresql.insert)(TicketCounter)
    statement = (
        insert.values(day=day, last=1)
        .on_conflict_do_update(
            index_elements=[TicketCounter.day], set_={"last": TicketCounter.last + 1}
        )
        .returning(TicketCounter.last)
    )
    return f"{day}-{db.execute(statement).scalar_one():06d}"
