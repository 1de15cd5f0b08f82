"""What a journal record does to the call's rows; runs in the record's own transaction.

Statements on the tables, not objects: a call has some thirty records, and the object layer costs
three times as much for each.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from core.db import Secret
from core.journal_tables import AuditEntry, Call, Recording, Utterance
from core.record import Record

STATES = {
    "answered": "machine",
    "queued": "queued",
    "connected": "connected",
    "transferred": "connected",
    "parked": "queued",
    "leaving": "message",
    "left": "machine",
    "waited": "machine",
    "message": "machine",
    "ended": "ended",
    "recovered": "ended",
}
"""The call's state after a record of a kind; other kinds leave it."""


def apply_to_call(db: Session, record: Record) -> None:
    """Bring the rows of the call up to date with one record that was not applied before.

    Raises LookupError for a record that changes a call which is not there.
    """
    match record.kind:
        case "opened":
            db.execute(insert(_table(Call)), _opened(record))
        case "said" | "heard":
            row = {"call_id": record.call_id, **record.data}
            db.execute(insert(_table(Utterance)), row)
        case "recording":
            _recording(db, record)
        case "control":
            _refused(db, record)
        case kind:
            _change(db, record, kind)


def _change(db: Session, record: Record, kind: str) -> None:
    data = record.data
    values: dict[str, Any] = {}
    if kind in STATES:
        values["state"] = STATES[kind]
    match kind:
        case "answered":
            values["answered_at"] = record.at
        case "speech":
            values["speech"] = data["state"]
        case "connected":
            values["agent"] = data["agent"]
        case "ended" | "recovered":
            values["ended_at"] = record.at
            values["end_reason"] = data["reason"]
            values["disposition"] = data["disposition"]
    if values and not _updated(db, _table(Call), "id", record.call_id, values):
        raise LookupError(f"journal record {kind} for an unknown call {record.call_id}")


def _opened(record: Record) -> dict[str, Any]:
    return {
        **record.data,
        "id": record.call_id,
        "state": "ringing",
        "started_at": record.at,
        "caller_key": Secret._vault().search_key(record.data["caller"]),
        "end_reason": "",
        "disposition": "",
        "agent": "",
        "speech": "",
    }


def _recording(db: Session, record: Record) -> None:
    values = dict(record.data)
    if "started_at" in values:
        values["started_at"] = datetime.fromisoformat(values["started_at"])
    table = _table(Recording)
    if not _updated(db, table, "call_id", record.call_id, values):
        empty = {"path": "", "duration_ms": 0, "bytes": 0, "sha256": "", "fault": ""}
        first = {"call_id": record.call_id, "started_at": record.at, **empty, **values}
        db.execute(insert(table), first)


def _refused(db: Session, record: Record) -> None:
    """Audit what an agent wanted that is not allowed."""
    data = record.data
    if not data.get("refused"):
        return
    what = f"{record.call_id} {data['command']} {data['to']}: {data['refused']}"
    row = {"at": record.at, "who": data["by"][:64], "did": "control.refused", "what": what[:255]}
    db.execute(insert(_table(AuditEntry)), {**row, "area": data.get("area", ""), "address": ""})


def _updated(db: Session, table: Table, key: str, value: str, values: dict[str, Any]) -> bool:
    """Set columns of one row; false when there is no such row."""
    where = table.c[key] == bindparam("row_key")
    statement = update(table).where(where).values({name: bindparam(name) for name in values})
    result: Any = db.execute(statement, {"row_key": value, **values})
    return bool(result.rowcount)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
