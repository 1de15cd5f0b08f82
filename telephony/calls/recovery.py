"""After a start: closes the calls that the last run left open and saves their recordings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.aio import in_thread
from core.clock import Now
from core.db import Sessions
from core.journal_tables import Call, CallEvent
from core.record import Record
from telephony.calls.closing import saved_data
from telephony.calls.machine import CallState, disposition, noted
from telephony.calls.recording import NothingRecorded, RecordingFault, RecordingFolder

REASON = "the service stopped"


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A call that nobody closed: its next sequence number and what its journal says."""

    call_id: str
    next_seq: int
    state: str
    became: CallState
    recording: str = ""
    """The state of its recording; empty when it was never recorded."""


def find(sessions: Sessions, node: str) -> list[LeftOpen]:
    """Return the calls of this node that were never closed. Blocking."""
    with sessions() as db:
        ids = db.scalars(select(Call.id).where(Call.node == node, Call.state != "ended")).all()
        return [_left_open(db, call_id) for call_id in ids]


def _left_open(db: Any, call_id: str) -> LeftOpen:
    last = db.scalar(select(func.max(CallEvent.seq)).where(CallEvent.call_id == call_id))
    events = db.execute(
        select(CallEvent.kind, CallEvent.data)
        .where(CallEvent.call_id == call_id)
        .order_by(CallEvent.seq)
    ).all()
    state = db.scalar(select(Call.state).where(Call.id == call_id))
    recording = [data.get("state", "") for kind, data in events if kind == "recording"]
    became = replay([(kind, data) for kind, data in events])
    return LeftOpen(call_id, (last or 0) + 1, state, became, recording[-1] if recording else "")


def replay(events: Sequence[tuple[str, dict[str, Any]]]) -> CallState:
    """Return what a call had become by its journal."""
    state, speaking = CallState(), False
    for kind, data in events:
        speaking = kind == "leaving" or (speaking and kind in ("heard", "digit"))
        match kind:
            case "note":
                state = noted(state, str(data.get("key")), str(data.get("value")))
            case "connected" | "transferred":
                state = replace(state, connected=True)
            case "message":
                kept = state.message or float(data.get("seconds", 0)) > 0
                state = replace(state, message=kept)
            case "queued" if data.get("priority") == "emergency":
                state = replace(state, emergency=True)
    # Who was leaving a message at that moment has left one.
    return replace(state, message=state.message or speaking)


def close(
    left: LeftOpen,
    recordings: RecordingFolder,
    now: datetime,
    to_zone: Callable[[datetime], datetime],
) -> list[Record]:
    """Save a call's recording up to its last second; return the records that close it. Blocking."""
    records: list[tuple[str, dict[str, Any]]] = []
    if left.recording == "running":
        records.append(("recording", _saved(left, recordings, to_zone(now))))
    elif not left.recording:
        records.append(("recording", {"state": "none", "fault": "the call was never answered"}))
    if left.state == "queued" or (left.became.emergency and not left.became.connected):
        # They waited when the line broke: the ticket says that somebody must call them back.
        records.append(("note", {"key": "callback", "value": "waiting when the service stopped"}))
    ended = {"reason": REASON, "disposition": disposition(left.became)}
    records.append(("recovered", ended))
    return [
        Record(left.call_id, left.next_seq + n, now, kind, data)
        for n, (kind, data) in enumerate(records)
    ]


def _saved(left: LeftOpen, recordings: RecordingFolder, started: datetime) -> dict[str, Any]:
    try:
        return saved_data(recordings.save(left.call_id, started), "", "recovered")
    except NothingRecorded as fault:
        return {"state": "none", "fault": str(fault)}
    except RecordingFault as fault:
        return {"state": "failed", "fault": str(fault)}


async def recover(
    sessions: Sessions,
    node: str,
    recordings: RecordingFolder,
    write: Callable[[Record], Awaitable[None]],
    now: Now,
    to_zone: Callable[[datetime], datetime],
) -> list[str]:
    """Close every call that a former run of `node` left open; returns their ids."""
    closed = []
    for left in await in_thread(find, sessions, node):
        for record in await in_thread(close, left, recordings, now(), to_zone):
            await write(record)
        closed.append(left.call_id)
    return closed
