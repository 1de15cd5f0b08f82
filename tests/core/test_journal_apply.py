"""What each record does to the rows of its call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.crypto import Vault
from core.db import Base, Sessions, open_database, open_sessions
from core.journal_apply import apply_to_call
from core.journal_tables import AuditEntry, Call, Recording, Utterance
from core.record import Record
from tests.core.journalling import AT, opened


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = open_database(f"sqlite:///{tmp_path}/hotline.db", Vault(b"k" * 32))
    Base.metadata.create_all(engine)
    yield open_sessions(engine)
    engine.dispose()


def _apply(sessions: Sessions, *events: tuple[str, dict[str, Any]]) -> Call:
    with sessions() as db:
        apply_to_call(db, opened("c1"))
        for seq, (kind, data) in enumerate(events, 1):
            apply_to_call(db, Record("c1", seq, AT, kind, data))
    with sessions() as db:
        return db.get_one(Call, "c1")


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], "ringing"),
        (["answered"], "machine"),
        (["answered", "queued"], "queued"),
        (["answered", "queued", "waited"], "machine"),
        (["answered", "queued", "connected"], "connected"),
        (["answered", "queued", "connected", "left"], "machine"),
        (["answered", "leaving"], "message"),
        (["answered", "leaving", "message"], "machine"),
        (["answered", "transferred"], "connected"),
        (["answered", "parked"], "queued"),
        (["answered", "something new"], "machine"),
        (["ended"], "ended"),
        (["recovered"], "ended"),
    ],
)
def test_the_call_s_state_follows_its_journal(
    kinds: list[str], state: str, sessions: Sessions
) -> None:
    data = {"agent": "li", "reason": "x", "disposition": "machine", "queue": "main", "seconds": 1}
    assert _apply(sessions, *[(kind, data) for kind in kinds]).state == state


def test_the_end_keeps_why_and_what_became_of_it(sessions: Sessions) -> None:
    call = _apply(sessions, ("ended", {"reason": "caller hung up", "disposition": "machine"}))
    assert (call.end_reason, call.disposition, call.ended_at) == ("caller hung up", "machine", AT)
    assert call.answered_at is None


def test_the_caller_is_found_by_key_and_not_by_number(sessions: Sessions) -> None:
    call = _apply(sessions)
    assert call.caller_key == Vault(b"k" * 32).search_key("+8613800138000")


def test_utterances_and_the_recording_have_rows_of_their_own(sessions: Sessions) -> None:
    heard = {
        "speaker": "caller", "start_ms": 1, "end_ms": 2, "text": "低保", "confidence": 0.9,
        "words": [["低保", 1, 2, 0.9]],
    }  # fmt: skip
    started = AT.replace(hour=2)
    _apply(
        sessions,
        ("heard", heard),
        ("recording", {"state": "running", "started_at": started.isoformat()}),
        ("recording", {"state": "complete", "path": "a.wav", "duration_ms": 9, "fault": ""}),
    )
    with sessions() as db:
        said = db.scalars(select(Utterance)).one()
        recording = db.get_one(Recording, "c1")
    assert (said.text, said.words) == ("低保", [["低保", 1, 2, 0.9]])
    assert (recording.state, recording.path, recording.started_at) == ("complete", "a.wav", started)


def test_a_record_of_an_unknown_call_is_refused(sessions: Sessions) -> None:
    with pytest.raises(LookupError, match="answered for an unknown call c9"), sessions() as db:
        apply_to_call(db, Record("c9", 1, AT, "answered", {}))


def test_what_was_not_allowed_is_audited(sessions: Sessions) -> None:
    done = {"by": "li", "command": "hold", "to": "", "area": "440106"}
    no = {"by": "li", "command": "transfer", "to": "number:110", "refused": "不。", "area": "4401"}
    _apply(sessions, ("control", done), ("control", no))
    with sessions() as db:
        rows = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        kept = [(row.who, row.did, row.what, row.area) for row in rows]
    assert kept == [("li", "control.refused", "c1 transfer number:110: 不。", "4401")]
