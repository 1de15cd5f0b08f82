"""What agents were doing, change by change: what day lines are drawn from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from agent_ui.tables import Number
from core.db import Base, Moment


class AgentChange(Base):
    """From `at` on the agent was `doing` this (agent_ui.wallboard.figures.AGENT_STATES).

    `pause` is the reason of a break by its key, `call` whom they talk with, `by` the supervisor who
    forced the change, `reason` why the status was changed. The table is only added to.
    """

    __tablename__ = "agent_changes"
    __table_args__ = (Index("ix_agent_changes_at", "at"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    agent: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(12), default="")
    at: Mapped[datetime] = mapped_column(Moment)
    doing: Mapped[str] = mapped_column(String(16))
    pause: Mapped[str] = mapped_column(String(32), default="")
    call: Mapped[str] = mapped_column(String(32), default="")
    by: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(255), default="")
