"""What the service under measurement wrote of its calls: its journal and transcripts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bench.process import Stuck
from bench.service import Service
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.journal_tables import Call, CallEvent, Utterance

END_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a transcript; times in ms from the answer."""

    speaker: str
    text: str
    start_ms: float


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Of one call: its transcript in order, its notes (ms from the answer, key, value), and when
    each utterance of the caller became known (ms from the answer)."""

    lines: tuple[Said, ...]
    notes: tuple[tuple[float, str, str], ...]
    heard_ms: tuple[float, ...]


def records(line: Service, called: Sequence[str]) -> dict[str, CallRecord]:
    """The records of the calls to these numbers, by number. Raises Stuck when one does not end."""
    vault = Vault.at(line.data / "keys" / "personal.key")
    sessions = open_sessions(open_database(f"sqlite:///{line.data / 'hotline.db'}", vault))
    limit = time.monotonic() + END_LIMIT_S
    while True:
        with sessions() as db:
            rows = db.scalars(select(Call).where(Call.called.in_(called))).all()
            if {row.called for row in rows if row.ended_at} == set(called):
                return {row.called: _record(sessions, row) for row in rows}
        if time.monotonic() > limit:
            raise Stuck(f"{len(called)} calls were made, the records of {len(rows)} are there")
        time.sleep(0.2)


def _record(sessions: Sessions, call: Call) -> CallRecord:
    answered = call.answered_at or call.started_at

    def since(moment: datetime) -> float:
        return (moment - answered).total_seconds() * 1000

    with sessions() as db:
        said = select(Utterance).where(Utterance.call_id == call.id)
        lines = [
            Said(row.speaker, row.text, row.start_ms)
            for row in db.scalars(said.order_by(Utterance.start_ms))
        ]
        events = select(CallEvent).where(CallEvent.call_id == call.id).order_by(CallEvent.seq)
        happened = [(since(row.at), row.kind, row.data) for row in db.scalars(events)]
    return CallRecord(
        tuple(lines),
        tuple((at, d["key"], d["value"]) for at, kind, d in happened if kind == "note"),
        tuple(at for at, kind, _ in happened if kind == "heard"),
    )
