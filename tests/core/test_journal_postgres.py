"""The journal on PostgreSQL: what counts as away, and what is a bad record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.crypto import Vault
from core.db import Base, open_database, open_sessions
from core.journal import Journal
from core.journal_apply import apply_to_call
from core.record import Record
from tests.core import postgres
from tests.core.journalling import AT, Threads, node, opened, stored


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running(folder) as url:
        yield url


@pytest.fixture
def engine(server: str) -> Iterator[Engine]:
    made = open_database(server, Vault(b"k" * 32))
    Base.metadata.create_all(made)
    yield made
    Base.metadata.drop_all(made)
    made.dispose()


class Kept:
    """A journal on a server, and what it wrote."""

    def __init__(self, engine: Engine, spool: Path) -> None:
        self.sessions, self.threads = open_sessions(engine), Threads()
        self.journal = Journal(self.sessions, spool, self.threads, [apply_to_call])  # type: ignore[arg-type]
        self.journal.start()

    def write(self, *records: Record) -> None:
        self.threads.durable(*[self.journal.write(record) for record in records])

    def back(self) -> None:
        self.threads.until(lambda: not self.journal.degraded)

    @property
    def numbers(self) -> list[int]:
        return [seq for _, seq, _ in stored(self.sessions)]


@pytest.fixture
def kept(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr("core.journal.RETRY_S", 0.05)
    made = Kept(engine, tmp_path / "spool")
    yield made
    made.journal.stop()


def test_a_server_that_may_only_be_read_is_away(kept: Kept, engine: Engine) -> None:
    kept.write(opened("c1"))
    _read_only(engine, "on")
    kept.write(node("c1", 1))
    assert kept.journal.degraded
    _read_only(engine, "off")
    kept.back()
    kept.write(node("c1", 2))
    assert kept.numbers == [0, 1, 2]


def _read_only(engine: Engine, value: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(
            text(f"ALTER DATABASE postgres SET default_transaction_read_only={value}")
        )
    engine.dispose()


def test_connections_that_the_server_ends_lose_nothing(kept: Kept, engine: Engine) -> None:
    kept.write(opened("c1"))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND usename = 'hotline'"
            )
        )
    kept.write(node("c1", 1))
    kept.back()
    assert kept.numbers == [0, 1]


def test_a_lock_that_is_waited_for_too_long_is_no_fault_of_the_record(
    kept: Kept, engine: Engine
) -> None:
    kept.write(opened("c1"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER DATABASE postgres SET lock_timeout = '50ms'"))
    engine.dispose()
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE call_events IN ACCESS EXCLUSIVE MODE"))
        kept.write(node("c1", 1))
        assert kept.journal.degraded
    kept.back()
    assert kept.numbers == [0, 1]


@pytest.mark.parametrize(
    "bad",
    [
        Record(
            "c1",
            1,
            AT,
            "heard",
            {"speaker": "caller", "start_ms": 0, "end_ms": 1, "text": "\x00", "confidence": 1.0},
        ),
        Record("c1", 1, AT, "ended", {"reason": "x" * 100, "disposition": "machine"}),
        Record("c1", 1, AT, "k" * 40),
        Record("nobody", 1, AT, "something"),
    ],
)
def test_a_bad_record_is_left_out_and_not_taken_for_an_outage(bad: Record, kept: Kept) -> None:
    kept.write(opened("c1"), bad, node("c1", 2))
    assert not kept.journal.degraded
    assert kept.numbers == [0, 2]


def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    engine = open_database(f"postgresql+psycopg://x@/x?host={tmp_path}", Vault(b"k" * 32))
    kept = Kept(engine, tmp_path / "spool")
    kept.write(opened("c1"))
    kept.journal.stop()
    assert kept.journal.degraded
    assert Record.from_json((tmp_path / "spool").read_text()) == opened("c1")
    engine.dispose()
