"""How often articles answered calls, and how often that was not enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from tickets.tables import Ticket

NOT_ENOUGH = ("connected", "message", "emergency")
"""Dispositions of calls that went on after the answer: the caller still wanted a person."""


@dataclass(frozen=True, slots=True)
class Usage:
    """In so many calls an article was told; in `went_on` of them the caller wanted a person."""

    told: int = 0
    went_on: int = 0


def usage(db: Session, since: datetime) -> dict[str, Usage]:
    """How articles were used in calls that began at `since` or later, by article."""
    went_on = func.sum(case((Ticket.disposition.in_(NOT_ENOUGH), 1), else_=0))
    query = (
        select(Ticket.article, func.count(), went_on)
        .where(Ticket.opened_at >= since, Ticket.article != "")
        .group_by(Ticket.article)
    )
    return {article: Usage(told, int(more)) for article, told, more in db.execute(query)}
