"""Cases as the database keeps them, which tickets belong to them, and failed checks by phone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret
from tickets.tables import Number


class Case(Base):
    """One case of an authority's business system, as last told by it (`tickets.cases.record`).

    `steps` are [date, name, note] in order. `imported_at` is when it was written here last.
    """

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_area", "area"),)

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    digits: Mapped[str] = mapped_column(String(18), unique=True)
    module: Mapped[str] = mapped_column(String(32))
    matter: Mapped[str] = mapped_column(String(64))
    applicant: Mapped[str] = mapped_column(Secret, default="")
    identity_key: Mapped[str] = mapped_column(String(64), default="")
    area: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(16))
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)
    next_step: Mapped[str] = mapped_column(String(64), default="")
    promised_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(Moment)
    imported_at: Mapped[datetime] = mapped_column(Moment)
    digest: Mapped[str] = mapped_column(String(64))


class TicketCase(Base):
    """A ticket belongs to a case; `how` is who says so: `check`, the caller's identity check."""

    __tablename__ = "ticket_cases"
    __table_args__ = (Index("ix_ticket_cases_case", "case_number"),)

    ticket_id: Mapped[int] = mapped_column(
        Number, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    case_number: Mapped[str] = mapped_column(String(32), primary_key=True)
    how: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment)


class FailedCheck(Base):
    """A call whose check of a case failed; `key` stands for its caller or for the number asked."""

    __tablename__ = "failed_case_checks"
    __table_args__ = (
        UniqueConstraint("key", "call_id", "asked"),
        Index("ix_failed_case_checks_at", "at"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(String(32))
    asked: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
