"""Quality as the database keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment
from tickets.tables import Number


class KeptForm(Base):
    """A version of the form that calls were scored with; its content is never changed."""

    __tablename__ = "quality_forms"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class Sample(Base):
    """A call that was drawn to be scored; `reason` is a value of tickets.quality.sampling.Why."""

    __tablename__ = "quality_samples"

    ticket_id: Mapped[int] = mapped_column(
        Number, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    agent: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    drawn_at: Mapped[datetime] = mapped_column(Moment)


class Review(Base):
    """What one reviewer found: an answer for each item of the form, and the score 0..100."""

    __tablename__ = "quality_reviews"
    __table_args__ = (
        UniqueConstraint("ticket_id", "reviewer"),
        Index("ix_quality_reviews_agent", "agent", "at"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(Number, ForeignKey("tickets.id"))
    agent: Mapped[str] = mapped_column(String(64))
    reviewer: Mapped[str] = mapped_column(String(64))
    form: Mapped[int] = mapped_column(ForeignKey("quality_forms.version"))
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    score: Mapped[float]
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment)


class Appeal(Base):
    """An agent's objection to a result, once per call; `score` is what a changed one became."""

    __tablename__ = "quality_appeals"

    ticket_id: Mapped[int] = mapped_column(
        Number, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    agent: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    decision: Mapped[str] = mapped_column(String(16), default="")
    score: Mapped[float | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment)


class Coaching(Base):
    """Something to practise with an agent, and what came of it."""

    __tablename__ = "quality_coaching"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    agent: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[int | None] = mapped_column(Number, ForeignKey("tickets.id"))
    task: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(Text, default="")
