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
from telephony.calls.recording import RecordingFault, RecordingFolder

REASON = "the service stopped"


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A call that nobody closed: its next sequence number and what its journal says."""

    call_id: str
    next_seq: int
    state: str
    became: CallState


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
    return LeftOpen(call_id, (last or 0) + 1, state, replay([(k, d) for k, d in events]))


def replay(events: Sequence[tuple[str, dict[str, Any]]]) -> CallState:
    """Return what a call had become by its journal."""
    state = CallState()
    for kind, data in events:
        match kind:
            case "note":
                state = noted(state, str(data.get("key")), str(data.get("value")))
            case "connected" | "transferred":
                state = replace(state, connected=True)
            case "message":
                state = replace(state, message=float(data.get("seconds", 0)) > 0)
            case "queued" if data.get("priority") == "emergency":
                state = replace(state, emergency=True)
    return state


def close(
    left: LeftOpen,
    recordings: RecordingFolder,
    now: datetime,
    to_zone: Callable[[datetime], datetime],
) -> list[Record]:
    """Save a call's recording up to its last second; return the records that close it. Blocking."""
    try:
        saved = recordings.save(left.call_id, to_zone(now))
        data = saved_data(saved, "", "recovered")
    except RecordingFault as fault:
        data = {"state": "failed", "fault": str(fault)}
    records = [("recording", data)]
    if left.state == "queued":
        # They waited when the line broke: the ticket says that somebody must call them back.
        records.append(("note", {"key": "callback", "value": "waiting when the service stopped"}))
    ended = {"reason": REASON, "disposition": disposition(left.became)}
    records.append(("recovered", ended))
    return [
        Record(left.call_id, left.next_seq + n, now, kind, data)
        for n, (kind, data) in enumerate(records)
    ]


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
