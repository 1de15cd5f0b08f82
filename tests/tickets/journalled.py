"""Writes calls into a database as the journal does, record by record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.db import Sessions
from core.journal_apply import apply_to_call
from core.journal_tables import CallEvent
from core.record import Record
from tickets.apply import apply_to_ticket
from tickets.missed.apply import apply_to_missed

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class Journalled:
    """Writes whole calls as the journal would: each record in the order of its time."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self._seq: dict[str, int] = {}

    def write(self, call: str, kind: str, at: datetime = START, **data: Any) -> None:
        seq = self._seq.get(call, 0)
        self._seq[call] = seq + 1
        record = Record(call, seq, at, kind, data)
        with self.sessions() as db:
            apply_to_call(db, record)
            apply_to_ticket(db, record, zone="Asia/Shanghai")
            apply_to_missed(db, record)
            kept = {k: v for k, v in data.items() if k not in ("invite", "caller")}
            db.add(CallEvent(call_id=call, seq=seq, at=at, kind=kind, data=kept))

    def opened(self, call: str, at: datetime = START, **changes: Any) -> None:
        data: dict[str, Any] = {
            "area": "440106", "trunk": "local", "node": "node1", "sip_call_id": f"{call}@test",
            "caller": "+8613800138000", "withheld": False, "called": "12349", "diversion": "",
            "invite": "INVITE sip:12349@127.0.0.1 SIP/2.0",
        }  # fmt: skip
        self.write(call, "opened", at, **{**data, **changes})

    def said(self, call: str, speaker: str, text: str, start_ms: int = 0) -> None:
        kind = "said" if speaker == "machine" else "heard"
        self.write(
            call, kind, speaker=speaker, start_ms=start_ms, end_ms=start_ms + 1000, text=text,
            confidence=0.9, words=[],
        )  # fmt: skip

    def ended(self, call: str, disposition: str = "machine", at: datetime = START) -> None:
        self.write(
            call,
            "ended",
            at + timedelta(minutes=1),
            reason="caller",
            disposition=disposition,
        )
