"""Notes at a moment of a recording: who wrote what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent_ui.recording_notes.tables import RecordingNote
from core.journal_tables import Recording

LONGEST = 500


class NoteRefused(ValueError):
    """A note cannot be kept; the message is one sentence in Chinese."""


def notes_of(db: Session, call_id: str) -> Sequence[RecordingNote]:
    """A recording's notes, in the order of their moments."""
    mine = select(RecordingNote).where(RecordingNote.call_id == call_id)
    return db.scalars(mine.order_by(RecordingNote.at_ms, RecordingNote.id)).all()


def add_note(
    db: Session, call_id: str, at_ms: int, text: str, who: str, now: datetime
) -> RecordingNote:
    """Keep a note. Raises NoteRefused."""
    text = text.strip()
    if not text:
        raise NoteRefused("请先写备注。")
    if len(text) > LONGEST:
        raise NoteRefused(f"备注最多{LONGEST}字，请写短一些。")
    recording = db.get(Recording, call_id)
    if recording is None or not 0 <= at_ms <= recording.duration_ms:
        raise NoteRefused("录音里没有这个时刻，请在录音中选一个时刻再写。")
    note = RecordingNote(call_id=call_id, at_ms=at_ms, text=text, who=who, written_at=now)
    db.add(note)
    db.flush()
    return note


def remove_note(db: Session, call_id: str, note_id: int, who: str) -> None:
    """Take back a note of one's own. Raises NoteRefused."""
    note = db.get(RecordingNote, note_id)
    if note is None or note.call_id != call_id:
        raise NoteRefused("这条备注已经删除。")
    if note.who != who:
        raise NoteRefused("只能删除自己写的备注。")
    db.delete(note)
    db.flush()
