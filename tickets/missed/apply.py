"""What a journal record does to the list of missed calls; runs in the record's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.call_back import CallBack
from core.db import Secret
from core.journal_tables import Call, CallEvent
from core.record import Record
from tickets.missed.rule import DUE, WATCHED, Event, Kind, Result, missed
from tickets.missed.tables import MissedCall

OPEN, DONE = "open", "done"


def apply_to_missed(db: Session, record: Record) -> None:
    """Enter a call that ended as missed; close what its caller's new call makes needless.

    Runs after `core.journal_apply.apply_to_call`.
    """
    if record.kind == "opened":
        _phoned_again(db, record)
        return
    if record.kind not in WATCHED:
        return
    # The events of this transaction reach their table at its end.
    seen: dict[tuple[str, int], Event] = db.info.setdefault("missed: events", {})
    seen[record.call_id, record.seq] = Event(record.at, record.kind, record.data)
    if record.kind in ("ended", "recovered"):
        _ended(db, record, seen)


def _ended(db: Session, record: Record, seen: dict[tuple[str, int], Event]) -> None:
    events = {
        event.seq: Event(event.at, event.kind, event.data)
        for event in db.scalars(
            select(CallEvent).where(
                CallEvent.call_id == record.call_id, CallEvent.kind.in_(WATCHED)
            )
        )
    }
    events |= {seq: event for (call, seq), event in seen.items() if call == record.call_id}
    found = missed(events[seq] for seq in sorted(events))
    if found is None:
        return
    call = db.get_one(Call, record.call_id, populate_existing=True)
    db.add(
        MissedCall(
            call_id=call.id,
            caller=call.caller,
            caller_key=call.caller_key,
            withheld=call.withheld,
            area=call.area,
            kind=found.kind.value,
            emergency=record.data.get("disposition") == "emergency",
            message=found.message,
            waited_s=found.waited_s,
            missed_at=record.at,
            due_at=record.at + DUE,
            state=OPEN,
        )
    )


def not_called_back(db: Session, back: CallBack, at: datetime) -> None:
    """Enter the call of a call-back that reached nobody: people go on where the line gave up."""
    call = db.get_one(Call, back.call_id)
    if db.scalar(select(MissedCall.id).where(MissedCall.call_id == call.id)) is not None:
        return
    db.add(
        MissedCall(
            call_id=call.id,
            caller=back.number,
            caller_key=Secret._vault().search_key(back.number),
            withheld=call.withheld,
            area=back.area,
            kind=Kind.NOT_CALLED_BACK.value,
            waited_s=round((back.asked_at - back.since).total_seconds()),
            missed_at=at,
            due_at=at + DUE,
            state=OPEN,
        )
    )


def _phoned_again(db: Session, record: Record) -> None:
    key = Secret._vault().search_key(record.data["caller"])
    if not key:
        return
    values: dict[str, Any] = {
        "state": DONE,
        "result": Result.PHONED_AGAIN.value,
        "result_by": "",
        "result_at": record.at,
        "closed_call": record.call_id,
        "before": None,
    }
    same = MissedCall.caller_key == key, MissedCall.state == OPEN
    db.execute(update(MissedCall).where(*same).values(**values))
