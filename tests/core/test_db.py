"""Column types and the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from core.crypto import Vault
from core.db import Base, Secret, open_database, open_sessions
from core.journal_tables import AuditEntry, Call, CallEvent

AT = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/new/hotline.db", Vault(b"k" * 32))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def _call(caller: str = "") -> Call:
    return Call(
        id="c1", node="n", area="440106", trunk="t", sip_call_id="s", caller=caller,
        state="ringing", started_at=AT,
    )  # fmt: skip


def test_moments_are_stored_as_utc_and_come_back_aware(engine: Engine) -> None:
    with open_sessions(engine)() as db:
        db.add(AuditEntry(at=AT, who="li", did="reveal", what="c1"))
    with open_sessions(engine)() as db:
        assert db.scalar(text("SELECT at FROM audit")) == "2026-03-02 01:30:00.000000"
        found = db.scalars(select(AuditEntry.at)).one()
    assert found == AT and found.tzinfo is UTC


def test_naive_moments_are_refused(engine: Engine) -> None:
    with (
        pytest.raises(StatementError, match="without a time zone"),
        open_sessions(engine)() as db,
    ):
        db.add(AuditEntry(at=datetime(2026, 3, 2), who="li", did="x", what="y"))


def test_secrets_are_encrypted_at_rest(engine: Engine, tmp_path: Path) -> None:
    with open_sessions(engine)() as db:
        db.add(_call("+8613800138000"))
    with open_sessions(engine)() as db:
        assert db.get_one(Call, "c1").caller == "+8613800138000"
        db.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    for file in (tmp_path / "new").iterdir():
        assert b"13800138000" not in file.read_bytes()


def test_empty_secrets_stay_empty(engine: Engine) -> None:
    with open_sessions(engine)() as db:
        db.add(_call())
    with open_sessions(engine)() as db:
        assert db.scalar(text("SELECT caller FROM calls")) == ""
        assert db.get_one(Call, "c1").caller == ""


def test_secrets_cannot_be_written_before_there_is_a_key(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Secret, "vault", None)
    with (
        pytest.raises(StatementError, match="no key for personal data"),
        open_sessions(engine)() as db,
    ):
        db.add(_call("+8613800138000"))


def test_sqlite_is_tuned_for_a_service(engine: Engine) -> None:
    with engine.connect() as connection:
        asked = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_row_of_nobody_s_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), open_sessions(engine)() as db:
        db.add(CallEvent(call_id="nobody", seq=0, at=AT, kind="node", data={}))


def test_errors_do_not_tell_whom_they_are_about(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, open_sessions(engine)() as db:
        db.add(AuditEntry(at=AT, who="li", did=None, what="+8613800138000"))
    assert "13800138000" not in str(caught.value)


def test_a_session_that_fails_changes_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), open_sessions(engine)() as db:
        db.add(_call())
        db.flush()
        raise ZeroDivisionError
    with open_sessions(engine)() as db:
        assert db.scalars(select(Call)).all() == []
