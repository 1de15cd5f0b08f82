"""Missed calls as the database keeps them: who waited for a person and did not reach one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret
from tickets.tables import Number


class MissedCall(Base):
    """One call to be returned by `due_at`; `tickets.missed.rule` says which calls are missed.

    `state` is open or done, `result` what the last mark said (`tickets.missed.rule.Result`),
    `tries` how often nobody was reached. `before` is what the last mark changed, for taking it
    back. `closed_call` is the caller's own new call that closed it.
    """

    __tablename__ = "missed_calls"
    __table_args__ = (
        Index("ix_missed_calls_state", "state", "due_at"),
        Index("ix_missed_calls_caller", "caller_key", "state"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), unique=True)
    caller: Mapped[str] = mapped_column(Secret, default="")
    caller_key: Mapped[str] = mapped_column(String(64), default="")
    withheld: Mapped[bool] = mapped_column(default=False)
    area: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(16))
    emergency: Mapped[bool] = mapped_column(default=False)
    message: Mapped[bool] = mapped_column(default=False)
    waited_s: Mapped[int] = mapped_column(Integer)
    missed_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(8))
    claimed_by: Mapped[str] = mapped_column(String(64), default="")
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    result: Mapped[str] = mapped_column(String(16), default="")
    result_by: Mapped[str] = mapped_column(String(64), default="")
    result_at: Mapped[datetime | None] = mapped_column(Moment)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    closed_call: Mapped[str | None] = mapped_column(ForeignKey("calls.id"))
