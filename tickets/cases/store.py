"""Cases in the database: written from a source, found by number, linked to tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Secret, Sessions
from core.journal_tables import AuditEntry
from tickets.cases.record import CaseRecord, digits_of
from tickets.cases.tables import Case, TicketCase

BY_CHECK = "check"
"""The caller proved who they are (`tickets.cases.tables.TicketCase.how`)."""


@dataclass(frozen=True, slots=True)
class Put:
    """What writing did: so many cases were new, changed, as before, or newer here already."""

    added: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0


class Foreign(ValueError):
    """Two sources, or two numbers with the same digits, meet; the message says which."""


def put(
    sessions: Sessions, source: str, records: Sequence[CaseRecord], by: str, now: datetime
) -> Put:
    """Write all cases in one transaction. Blocking. Raises Foreign; nothing is written then.

    A case is written over by what the same source tells of it later, never by something older.
    """
    done = {"added": 0, "changed": 0, "same": 0, "older": 0}
    with sessions() as db:
        for record in records:
            done[_put(db, source, record, now)] += 1
        if done["added"] or done["changed"]:
            what = f"{source}: {done['added']} new, {done['changed']} changed"
            db.add(AuditEntry(at=now, who=by, did="cases.imported", what=what[:255]))
    return Put(**done)


def by_digits(db: Session, digits: str) -> Case | None:
    """The case whose number has these digits."""
    return db.scalar(select(Case).where(Case.digits == digits))


def find(db: Session, typed: str) -> Case | None:
    """The case with a number that somebody typed, with or without its letters and marks."""
    return db.get(Case, typed.strip()) or by_digits(db, digits_of(typed))


def link(db: Session, ticket_id: int, number: str, how: str, at: datetime) -> None:
    """Let a ticket belong to a case; a second time changes nothing."""
    if db.get(TicketCase, (ticket_id, number)) is None:
        db.add(TicketCase(ticket_id=ticket_id, case_number=number, how=how, at=at))


def cases_of(db: Session, ticket_id: int) -> tuple[Case, ...]:
    """The cases that a ticket belongs to, in the order in which they were linked."""
    query = (
        select(Case)
        .join(TicketCase, TicketCase.case_number == Case.number)
        .where(TicketCase.ticket_id == ticket_id)
        .order_by(TicketCase.at, Case.number)
    )
    return tuple(db.scalars(query))


def _put(db: Session, source: str, record: CaseRecord, now: datetime) -> str:
    case = by_digits(db, record.digits)
    if case is not None and case.number != record.number:
        raise Foreign(f"办件编号 {record.number} 和已有的 {case.number} 数字相同，电话里分不开")
    if case is not None and case.source != source:
        raise Foreign(
            f"办件编号 {record.number} 已由来源“{case.source}”导入，不能再由“{source}”导入"
        )
    digest = record.digest(Secret._vault())
    if case is not None and case.digest == digest:
        return "same"
    if case is not None and case.updated_at > record.updated_at:
        return "older"
    found = case or Case(number=record.number, digits=record.digits, source=source)
    found.module, found.matter = record.module, record.matter
    found.applicant, found.identity_key = record.applicant, record.identity
    found.area, found.status = record.area, record.status.value
    found.steps = [[step.on.isoformat(), step.name, step.note] for step in record.steps]
    found.next_step, found.promised_on = record.next_step, record.promised_on
    found.updated_at, found.imported_at = record.updated_at, now
    found.digest = digest
    if case is None:
        db.add(found)
        db.flush()
    return "changed" if case is not None else "added"
