"""What the queue decided and who changed it: one row each, append-only, for supervisors to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Moment

KINDS = ("offered", "refused", "ended", "forced", "moved")


@dataclass(frozen=True, slots=True)
class Noted:
    """One entry.

    offered: a call rang an agent, `text` is why. refused: it did not reach them, `text` is the
    reason. ended: a wait ended without an agent. forced: `who` set an agent's status. moved: `who`
    put a caller elsewhere in the queue. `data` has the figures.
    """

    at: datetime
    kind: str
    call: str = ""
    agent: str = ""
    who: str = ""
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class QueueEntry(Base):
    """A row of the log; `call_id` is not a foreign key, the call's own rows may come later."""

    __tablename__ = "queue_log"
    __table_args__ = (
        Index("ix_queue_log_call", "call_id"),
        Index("ix_queue_log_agent", "agent", "at"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    call_id: Mapped[str] = mapped_column(String(32), default="")
    agent: Mapped[str] = mapped_column(String(64), default="")
    who: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def write(db: Session, entries: Iterable[Noted]) -> None:
    """Add entries, in their order."""
    db.add_all(
        QueueEntry(
            at=each.at,
            kind=each.kind,
            call_id=each.call[:32],
            agent=each.agent[:64],
            who=each.who[:64],
            text=each.text,
            data=each.data,
        )
        for each in entries
    )


def of_call(db: Session, call: str) -> list[QueueEntry]:
    """Return all that is noted of a call, the oldest first."""
    rows = select(QueueEntry).where(QueueEntry.call_id == call).order_by(QueueEntry.id)
    return list(db.scalars(rows))


def latest(db: Session, most: int, kinds: Iterable[str] = KINDS) -> list[QueueEntry]:
    """Return the newest entries of these kinds, the newest first."""
    rows = select(QueueEntry).where(QueueEntry.kind.in_(list(kinds)))
    return list(db.scalars(rows.order_by(QueueEntry.id.desc()).limit(most)))
