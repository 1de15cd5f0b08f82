"""Cases in the database: imports that change nothing twice, and the tickets they belong to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.db import Sessions
from core.journal_tables import AuditEntry
from tests.tickets.cases.sample import DIGITS, NOW, NUMBER, PARTS, ROW, records
from tests.tickets.journalled import Journalled
from tickets import store as tickets
from tickets.cases import store
from tickets.cases.store import Foreign, Put
from tickets.cases.tables import Case


def put(sessions: Sessions, *rows: dict[str, str], source: str = "低保系统") -> Put:
    return store.put(sessions, source, records(*rows), "wang", NOW)


def test_the_same_again_changes_nothing(sessions: Sessions) -> None:
    assert put(sessions) == Put(added=3)
    assert put(sessions) == Put(same=3)
    later = {**ROW, "status": "公示", "updated_at": "2026-03-03"}
    assert put(sessions, later, PARTS) == Put(changed=1, same=1)
    assert put(sessions, ROW) == Put(older=1)
    with sessions() as db:
        case = store.find(db, "db 2026 0301 0001")
        assert case is not None and case.status == "announced" and case.number == NUMBER
        assert len(db.scalars(select(AuditEntry)).all()) == 2


@pytest.mark.parametrize("typed", [NUMBER, DIGITS, " DB-20260301-0001 "])
def test_a_case_is_found_by_what_people_type(sessions: Sessions, typed: str) -> None:
    put(sessions)
    with sessions() as db:
        found = store.find(db, typed)
        assert found is not None and found.number == NUMBER
        assert store.find(db, "没有") is None and store.find(db, "20991231") is None


def test_another_sources_case_is_not_written_over_and_nothing_is_kept(sessions: Sessions) -> None:
    put(sessions, ROW)
    with pytest.raises(Foreign, match="低保系统"):
        put(sessions, PARTS, ROW, source="养老系统")
    with pytest.raises(Foreign, match="数字相同"):
        put(sessions, PARTS, {**ROW, "number": "X-20260301-0001"})
    with sessions() as db:
        assert db.scalars(select(Case.number)).all() == [NUMBER]


def test_what_identifies_a_person_is_sealed_in_the_file(sessions: Sessions, tmp_path: Path) -> None:
    put(sessions)
    with sessions() as db:
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("tickets.db*"))
    for secret in ("李秀兰", "11010519491231002X", "19491231", "1940-05-06"):
        assert secret.encode() not in kept
    assert "最低生活保障申请".encode() in kept


def test_a_ticket_belongs_to_the_case_that_was_told(
    journal: Journalled, sessions: Sessions
) -> None:
    put(sessions)
    journal.opened("c1")
    for _ in range(2):
        journal.write("c1", "note", key="case", value=NUMBER)
    journal.write("c1", "note", NOW + timedelta(1), key="case", value="GL20260215")
    with sessions() as db:
        ticket = tickets.by_call(db, "c1", "000000")
        assert ticket is not None
        linked = tickets.dossier(db, ticket).cases
        assert [case.number for case in linked] == [NUMBER, "GL20260215"]
