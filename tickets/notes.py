"""The form of a ticket as it is typed: each field with a version, so that no text is lost.

Whoever saves names the version that their text was typed over. When somebody else was there
first, the later text is put aside and its writer is told; a text that another person's replaces
is put aside, too. Blocking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import Sessions
from tickets.tables import Ticket, TicketNote, TicketNotePast

SUMMARY = "summary"
FIELDS = {
    "name": ("姓名", 64),
    "phone": ("联系电话", 32),
    "identity": ("身份证号", 18),
    "address": ("地址", 200),
    "money": ("金额（元）", 32),
    "date": ("日期", 32),
    "request": ("诉求", 2000),
    SUMMARY: ("小结", 2000),
}
"""The fields in the order of the form: what each is called, and its most characters."""


class NoteRefused(ValueError):
    """A text cannot be kept; the message is one sentence in Chinese for the agent."""


@dataclass(frozen=True, slots=True)
class Note:
    """A field as it stands; version 0 is one that nobody wrote yet."""

    field: str
    text: str = ""
    version: int = 0
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text: `kept`, or not because `note` was there first."""

    kept: bool
    note: Note


def notes_of(db: Session, ticket: Ticket) -> dict[str, Note]:
    """All fields of a ticket's form, in order."""
    rows = db.scalars(select(TicketNote).where(TicketNote.ticket_id == ticket.id))
    known = {row.field: _note(row) for row in rows}
    return {field: known.get(field, Note(field)) for field in FIELDS}


def text_of(db: Session, ticket: Ticket, field: str) -> str:
    """The text of one field, '' when nobody wrote it."""
    row = db.get(TicketNote, (ticket.id, field))
    return row.text if row else ""


def past_of(db: Session, ticket: Ticket) -> list[Note]:
    """The texts that were put aside, the latest first."""
    ours = TicketNotePast.ticket_id == ticket.id, TicketNotePast.field.in_(FIELDS)
    rows = db.scalars(select(TicketNotePast).where(*ours).order_by(TicketNotePast.id.desc()))
    return [Note(row.field, row.text, 0, row.by, row.at) for row in rows]


def checked(field: str, text: str) -> str:
    """The text as it is kept. Raises NoteRefused."""
    if field not in FIELDS:
        raise NoteRefused("没有这一栏。")
    title, most = FIELDS[field]
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > most:
        raise NoteRefused(f"“{title}”最多{most}字，请写短一些。")
    return text


def save(
    sessions: Sessions, ticket_id: int, field: str, text: str, base: int, who: str, now: datetime
) -> Saved:
    """Keep a text that was typed over version `base` (0: an empty field). Raises NoteRefused.

    The same text as what is there is kept without a new version.
    """
    text = checked(field, text)
    try:
        with sessions() as db:
            return _saved(db, ticket_id, field, text, base, who, now)
    except IntegrityError:
        # Two people began an empty field at once.
        with sessions() as db:
            return _saved(db, ticket_id, field, text, base, who, now)


def put_aside(db: Session, ticket: Ticket, field: str, text: str, by: str, at: datetime) -> None:
    """Keep a text that no longer stands in its field."""
    db.add(TicketNotePast(ticket_id=ticket.id, field=field, text=text, by=by, at=at))
    db.flush()


def _saved(
    db: Session, ticket_id: int, field: str, text: str, base: int, who: str, now: datetime
) -> Saved:
    row = db.get(TicketNote, (ticket_id, field))
    if row is None:
        if not text:
            return Saved(True, Note(field))
        row = TicketNote(ticket_id=ticket_id, field=field, text=text, version=1, by=who, at=now)
        db.add(row)
        db.flush()
        return Saved(True, _note(row))
    if row.text == text:
        return Saved(True, _note(row))
    before = _note(row)
    if base == before.version:
        same = TicketNote.ticket_id == ticket_id, TicketNote.field == field
        values = {"text": text, "version": base + 1, "by": who, "at": now}
        changed = update(TicketNote).where(*same, TicketNote.version == base).values(**values)
        if cast(CursorResult[Any], db.execute(changed)).rowcount:
            if before.by != who:
                _aside(db, ticket_id, field, before.text, before.by, before.at or now)
            return Saved(True, Note(field, text, base + 1, who, now))
        db.refresh(row)
    # A page that tries again with the same text adds no second copy.
    known = select(TicketNotePast).where(
        TicketNotePast.ticket_id == ticket_id, TicketNotePast.field == field,
        TicketNotePast.by == who,
    )  # fmt: skip
    if not any(each.text == text for each in db.scalars(known)):
        _aside(db, ticket_id, field, text, who, now)
    return Saved(False, _note(row))


def _aside(db: Session, ticket_id: int, field: str, text: str, by: str, at: datetime) -> None:
    if text:
        db.add(TicketNotePast(ticket_id=ticket_id, field=field, text=text, by=by, at=at))


def _note(row: TicketNote) -> Note:
    return Note(row.field, row.text, row.version, row.by, row.at)
