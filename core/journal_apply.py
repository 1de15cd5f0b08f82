"""What a journal record does to the call's rows; runs in the record's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db import Secret
from core.journal_tables import Call, Recording, Utterance
from core.record import Record


def apply_to_call(db: Session, record: Record) -> None:
    """Bring the rows of the call up to date with one record that was not applied before."""
    data = record.data
    if record.kind == "opened":
        db.add(_opened(record))
        db.flush()  # what other rooms add refers to it
        return
    call = db.get(Call, record.call_id)
    if call is None:
        raise LookupError(f"journal record {record.kind} for an unknown call {record.call_id}")
    match record.kind:
        case "answered":
            call.answered_at = record.at
            call.state = "machine"
        case "said" | "heard":
            db.add(Utterance(call_id=call.id, **data))
        case "speech":
            call.speech = data["state"]
        case "queued":
            call.state = "queued"
        case "connected":
            call.state, call.agent = "connected", data["agent"]
        case "transferred":
            call.state = "connected"
        case "leaving":
            call.state = "message"
        case "left" | "waited" | "message":
            call.state = "machine"
        case "recording":
            _recording(db, call.id, record.at, data)
        case "ended" | "recovered":
            call.state, call.ended_at = "ended", record.at
            call.end_reason, call.disposition = data["reason"], data["disposition"]


def _opened(record: Record) -> Call:
    data: dict[str, Any] = dict(record.data)
    key = Secret._vault().search_key(data["caller"])
    return Call(id=record.call_id, state="ringing", started_at=record.at, caller_key=key, **data)


def _recording(db: Session, call_id: str, at: datetime, data: dict[str, Any]) -> None:
    row = db.get(Recording, call_id)
    if row is None:
        row = Recording(call_id=call_id, started_at=at)
        db.add(row)
    for key, value in data.items():
        setattr(row, key, datetime.fromisoformat(value) if key == "started_at" else value)
