"""Reading one ticket with all that belongs to it, and what an agent adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal_tables import AuditEntry, Call, CallEvent, Recording, Utterance
from tickets.apply import index_words, settle
from tickets.cases.store import cases_of
from tickets.cases.tables import Case
from tickets.labels import Outcome
from tickets.scope import in_area
from tickets.sms.outbox import of_call
from tickets.sms.tables import SmsMessage
from tickets.tables import Ticket

LONGEST_SUMMARY = 2_000


class WrapUpError(ValueError):
    """A wrap-up cannot be kept; the message is one sentence in Chinese for the agent."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A ticket with its call, and what belongs to it, in order; `texts` are text messages."""

    ticket: Ticket
    call: Call
    events: tuple[CallEvent, ...]
    utterances: tuple[Utterance, ...]
    recording: Recording | None
    texts: tuple[SmsMessage, ...]
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class WrapUp:
    """What an agent says came of a call. `outcome` is a value of tickets.labels.Outcome.

    `result` is the code of the disposition that means it, empty where none was chosen.
    """

    outcome: str
    summary: str
    who: str
    address: str = ""
    result: str = ""


def by_number(db: Session, number: str, scope: str) -> Ticket | None:
    """The ticket with this number, if it lies in the user's area `scope`."""
    return db.scalar(select(Ticket).where(Ticket.number == number, in_area(scope)).limit(1))


def by_call(db: Session, call_id: str, scope: str) -> Ticket | None:
    """The ticket of this call, if it lies in the user's area `scope`."""
    return db.scalar(select(Ticket).where(Ticket.call_id == call_id, in_area(scope)).limit(1))


def dossier(db: Session, ticket: Ticket) -> Dossier:
    """All that belongs to a ticket."""
    call = db.get_one(Call, ticket.call_id)
    events = select(CallEvent).where(CallEvent.call_id == call.id).order_by(CallEvent.seq)
    said = select(Utterance).where(Utterance.call_id == call.id)
    said = said.order_by(Utterance.start_ms, Utterance.id)
    return Dossier(
        ticket,
        call,
        tuple(db.scalars(events)),
        tuple(db.scalars(said)),
        db.get(Recording, call.id),
        tuple(of_call(db, call.id)),
        cases_of(db, ticket.id),
    )


def wrap_up(db: Session, ticket: Ticket, done: WrapUp, now: datetime) -> None:
    """Keep an agent's result and summary, and audit it. Raises WrapUpError.

    A second wrap-up replaces the first; the audit keeps that both were made.
    """
    if done.outcome not in [each.value for each in Outcome]:
        raise WrapUpError("请选择处理结果。")
    if len(done.summary) > LONGEST_SUMMARY:
        raise WrapUpError(f"小结最多{LONGEST_SUMMARY}字，请写短一些。")
    call = db.get_one(Call, ticket.call_id)
    ticket.outcome, ticket.summary = done.outcome, done.summary.strip()
    ticket.result = done.result
    ticket.wrapped_by, ticket.wrapped_at = done.who, now
    settle(ticket, now, over=call.ended_at is not None)
    db.flush()
    if call.ended_at is not None:
        index_words(db, ticket)
    audit(db, now, done.who, "ticket.wrapup", ticket, done.address)


def audit(
    db: Session, now: datetime, who: str, did: str, ticket: Ticket, address: str = ""
) -> None:
    """Write that somebody saw or changed something of a ticket."""
    db.add(
        AuditEntry(
            at=now,
            who=who,
            did=did,
            what=ticket.number,
            area=ticket.area,
            address=address,
        )
    )
