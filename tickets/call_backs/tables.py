"""Call-backs and their attempts, as the database keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret
from tickets.tables import Number


class CallBackRow(Base):
    """One call-back that a caller asked for (`core.call_back.CallBack`)."""

    __tablename__ = "call_backs"
    __table_args__ = (Index("ix_call_backs_number", "number_key", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    area: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(Secret)
    number_key: Mapped[str] = mapped_column(String(64))
    skill: Mapped[str] = mapped_column(String(16), default="")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    since: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(16), index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class CallBackAttempt(Base):
    """One time that a citizen was rung; `call_id`, and with it the ticket, where they answered."""

    __tablename__ = "call_back_attempts"
    __table_args__ = (UniqueConstraint("call_back_id", "number"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    call_back_id: Mapped[str] = mapped_column(ForeignKey("call_backs.id"))
    number: Mapped[int] = mapped_column(Integer)
    agent: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str] = mapped_column(String(16), default="")
    code: Mapped[int] = mapped_column(Integer, default=0)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("calls.id"))
