"""Notes on recordings as the database keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from agent_ui.tables import Number
from core.db import Base, Moment


class RecordingNote(Base):
    """A note at `at_ms` of a call's recording."""

    __tablename__ = "recording_notes"
    __table_args__ = (Index("ix_recording_notes_call", "call_id", "at_ms"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    at_ms: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(Moment)
