"""Keeping and reading agents' changes. Blocking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agent_ui.agent_days.day import Change
from agent_ui.agent_days.tables import AgentChange

FIELDS = ("agent", "at", "doing", "area", "pause", "call", "by", "reason")
LOOK_BACK = timedelta(hours=24)
"""What an agent did when the day began is looked for so far back."""


def keep(db: Session, changes: Iterable[Change]) -> None:
    """Add changes."""
    for change in changes:
        row = {name: getattr(change, name) for name in FIELDS}
        row["reason"] = change.reason[:255]
        db.add(AgentChange(**row))


def changes_between(
    db: Session, start: datetime, end: datetime, agent: str = ""
) -> dict[str, list[Change]]:
    """Each agent's changes up to `end`, from the last one before `start` on, in order.

    `agent`: of one agent alone.
    """
    rows = (
        select(AgentChange)
        .where(AgentChange.at >= start - LOOK_BACK, AgentChange.at <= end)
        .order_by(AgentChange.at, AgentChange.id)
    )
    if agent:
        rows = rows.where(AgentChange.agent == agent)
    found: dict[str, list[Change]] = {}
    for row in db.scalars(rows):
        change = Change(**{name: getattr(row, name) for name in FIELDS})
        mine = found.setdefault(row.agent, [])
        if len(mine) == 1 and mine[0].at < start and change.at <= start:
            mine.clear()
        mine.append(change)
    return found


def last_changes(db: Session) -> dict[str, Change]:
    """The last change of every agent."""
    newest = select(func.max(AgentChange.id)).group_by(AgentChange.agent)
    rows = db.scalars(select(AgentChange).where(AgentChange.id.in_(newest)))
    return {row.agent: Change(**{name: getattr(row, name) for name in FIELDS}) for row in rows}
