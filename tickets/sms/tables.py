"""Text messages as the database keeps them: the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret


class SmsMessage(Base):
    """One text message that a caller asked for; `id` is its idempotency key.

    `number` (E.164) and `text` are encrypted: a way tells where somebody is. Every text that counts
    to the daily cap has the next `slot` of its number's `day` (YYYYMMDD in the authority's time
    zone); one that was refused here has none. `due_at` is when a queued one is tried next,
    `reference` the gateway's name for it, `reason` why it was not sent or not delivered.
    """

    __tablename__ = "sms_outbox"
    __table_args__ = (
        UniqueConstraint("number_key", "day", "slot"),
        Index("ix_sms_outbox_due", "status", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    number: Mapped[str] = mapped_column(Secret)
    number_key: Mapped[str] = mapped_column(String(64))
    day: Mapped[str] = mapped_column(String(8))
    slot: Mapped[int | None] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Secret)
    parts: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(255), default="")
    reference: Mapped[str] = mapped_column(String(128), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
