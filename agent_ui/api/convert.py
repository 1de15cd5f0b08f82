"""Rows of the database as the API's models; numbers are masked here."""

from __future__ import annotations

from collections.abc import Sequence

from agent_ui.api.models import (
    CallDetail,
    CallSummary,
    Event,
    Line,
    RecordingFacts,
    TextFacts,
    TicketDetail,
    TicketSummary,
)
from core.crypto import mask_number
from core.journal_tables import Call, CallEvent, Recording, Utterance
from tickets.sms.tables import SmsMessage
from tickets.store import Dossier
from tickets.tables import Ticket

PERSONAL = ("caller", "diversion", "invite")
"""What an event may hold of people's numbers is not given to programs."""


def call_summary(call: Call, ticket: Ticket) -> CallSummary:
    """A call."""
    return CallSummary(**_call(call, ticket))


def call_detail(d: Dossier) -> CallDetail:
    """A call with all that belongs to it."""
    return CallDetail(
        **_call(d.call, d.ticket),
        events=_events(d.events),
        transcript=_lines(d.utterances),
        recording=_recording(d.recording),
    )


def ticket_summary(ticket: Ticket) -> TicketSummary:
    """A ticket."""
    return TicketSummary(**_ticket(ticket))


def ticket_detail(d: Dossier) -> TicketDetail:
    """A ticket with its transcript, recording and text messages."""
    return TicketDetail(
        **_ticket(d.ticket),
        transcript=_lines(d.utterances),
        recording=_recording(d.recording),
        texts=[_text(text) for text in d.texts],
    )


_CALL_FIELDS = (
    "id", "node", "area", "trunk", "called", "state", "started_at", "answered_at", "ended_at",
    "end_reason", "disposition", "agent",
)  # fmt: skip
_TICKET_FIELDS = (
    "number", "area", "called", "opened_at", "closed_at", "state", "disposition", "emergency",
    "elder", "language",
    "intent", "topic", "article", "article_version", "article_title", "path", "agent", "outcome",
    "summary", "wrapped_by", "wrapped_at",
)  # fmt: skip


def _masked(number: str, withheld: bool) -> str:
    return "" if withheld else mask_number(number)


def _call(call: Call, ticket: Ticket) -> dict[str, object]:
    values = {name: getattr(call, name) for name in _CALL_FIELDS}
    return {**values, "caller": _masked(call.caller, call.withheld), "ticket": ticket.number}


def _ticket(ticket: Ticket) -> dict[str, object]:
    values = {name: getattr(ticket, name) for name in _TICKET_FIELDS}
    caller = _masked(ticket.caller, ticket.withheld)
    return {**values, "caller": caller, "call": ticket.call_id}


def _events(events: Sequence[CallEvent]) -> list[Event]:
    return [
        Event(
            seq=e.seq,
            at=e.at,
            kind=e.kind,
            data={key: value for key, value in e.data.items() if key not in PERSONAL},
        )
        for e in events
    ]


def _lines(said: Sequence[Utterance]) -> list[Line]:
    return [
        Line(
            speaker=u.speaker,
            start_ms=u.start_ms,
            end_ms=u.end_ms,
            text=u.text,
            confidence=u.confidence,
            words=u.words,
        )
        for u in said
    ]


def _text(text: SmsMessage) -> TextFacts:
    return TextFacts(
        id=text.id,
        to=mask_number(text.number),
        status=text.status,
        reason=text.reason,
        parts=text.parts,
        created_at=text.created_at,
    )


def _recording(row: Recording | None) -> RecordingFacts | None:
    if row is None:
        return None
    return RecordingFacts(
        state=row.state, duration_ms=row.duration_ms, bytes=row.bytes, sha256=row.sha256
    )
