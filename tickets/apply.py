"""What a journal record does to the call's ticket; runs in the record's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from twisted.logger import Logger

from core.db import Secret
from core.journal_tables import Utterance
from core.record import Record
from tickets import callers
from tickets.cases import store as cases
from tickets.labels import State, state_of
from tickets.numbering import next_number
from tickets.tables import Ticket, TicketTerm
from tickets.words import terms

log = Logger()

NOTES = {
    "intent": 64,
    "topic": 64,
    "article": 64,
    "article_title": 255,
    "elder": 16,
    "language": 16,
}
"""Notes that are columns of their own, with the length of each."""


def apply_to_ticket(db: Session, record: Record, zone: str = "Asia/Shanghai") -> None:
    """Bring the ticket up to date with one record that was not applied before.

    Runs after `core.journal_apply.apply_to_call`. `zone` is the authority's time zone
    (settings.timezone; use functools.partial). Raises LookupError for a call without a ticket.
    """
    if record.kind == "opened":
        ticket = _draft(db, record, zone)
        db.add(ticket)
        _at_hand(db)[record.call_id] = ticket
        return
    if record.kind not in (
        "node",
        "note",
        "connected",
        "message",
        "ended",
        "recovered",
    ):
        return
    ticket = _ticket(db, record)
    match record.kind:
        case "node":
            ticket.path = [*ticket.path, record.data["name"]]
        case "note":
            _note(ticket, str(record.data["key"]), str(record.data["value"]))
            if record.data["key"] == "elder" and not ticket.withheld:
                callers.remember(db, ticket.caller_key, str(record.data["value"]), record.at)
            if record.data["key"] == "case":
                db.flush()
                number = str(record.data["value"])
                cases.link(db, ticket.id, number, cases.BY_CHECK, record.at)
            if record.data["key"] == "article":
                _note(ticket, "article_version", str(record.data.get("version", "")))
                _note(ticket, "article_title", str(record.data.get("title", "")))
        case "connected":
            ticket.agent = record.data["agent"]
        case "message":
            ticket.message_s = round(record.data["seconds"])
        case "ended" | "recovered":
            _end(db, ticket, record)


def _at_hand(db: Session) -> dict[str, Ticket]:
    """Tickets that this transaction has in hand already, by call."""
    known: dict[str, Ticket] = db.info.setdefault("tickets by call", {})
    return known


def _ticket(db: Session, record: Record) -> Ticket:
    known = _at_hand(db)
    found = known.get(record.call_id)
    if found is None:
        found = db.scalar(select(Ticket).where(Ticket.call_id == record.call_id))
        if found is None:
            call = record.call_id
            raise LookupError(f"journal record {record.kind} for call {call} has no ticket")
        known[record.call_id] = found
    return found


def index_words(db: Session, ticket: Ticket) -> None:
    """Write the terms under which the ticket is found; what the machine said is left out."""
    said = db.scalars(
        select(Utterance.text).where(
            Utterance.call_id == ticket.call_id, Utterance.speaker != "machine"
        )
    )
    found = terms(" ".join([*said, ticket.article_title, ticket.topic, ticket.summary]))
    db.execute(delete(TicketTerm).where(TicketTerm.ticket_id == ticket.id))
    if found:
        rows = [{"term": term, "ticket_id": ticket.id} for term in sorted(found)]
        db.execute(insert(TicketTerm), rows)


def settle(ticket: Ticket, now: datetime, over: bool) -> None:
    """Give the ticket the state that follows from its call's end and its wrap-up."""
    state = state_of(over, ticket.disposition, ticket.outcome)
    if state is State.CLOSED and ticket.state != State.CLOSED:
        ticket.closed_at = now
    elif state is not State.CLOSED:
        ticket.closed_at = None
    ticket.state = state.value


def _draft(db: Session, record: Record, zone: str) -> Ticket:
    data = record.data
    return Ticket(
        number=next_number(db, record.at, zone),
        call_id=record.call_id,
        area=data["area"],
        city=data["area"][:4],
        province=data["area"][:2],
        caller=data["caller"],
        caller_key=Secret._vault().search_key(data["caller"]),
        withheld=data["withheld"],
        called=data["called"],
        opened_at=record.at,
        state=State.DRAFT.value,
        path=[],
    )


def _note(ticket: Ticket, key: str, value: str) -> None:
    if key in NOTES:
        setattr(ticket, key, value[: NOTES[key]])
    elif key == "article_version":
        ticket.article_version = int(value) if value.isdecimal() else None
    elif key == "emergency":
        # Any word that a tree gives as the reason counts; only an explicit no does not.
        ticket.emergency = value.lower() not in ("", "0", "false", "no")


def _end(db: Session, ticket: Ticket, record: Record) -> None:
    ticket.disposition = str(record.data["disposition"])[:32]
    settle(ticket, record.at, over=True)
    db.flush()
    index_words(db, ticket)
