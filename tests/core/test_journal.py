"""The journal: durable before it is told, in order, once, whatever happens to the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from core.crypto import Vault
from core.db import Base, Sessions, open_database, open_sessions
from core.journal import BATCH, Journal
from core.journal_apply import apply_to_call
from core.journal_tables import Call, Utterance
from core.record import Record
from tests.core.journalling import AT, Threads, locked, node, opened, stored

Start = Callable[[], Journal]
IMPATIENT = "PRAGMA busy_timeout=20"


@pytest.fixture(autouse=True)
def retries_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.journal.RETRY_S", 0.05)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "hotline.db"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool.jsonl"


@pytest.fixture
def engine(database: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{database}", Vault(b"k" * 32))
    event.listen(made, "connect", lambda connection, _: connection.execute(IMPATIENT))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def threads() -> Threads:
    return Threads()


@pytest.fixture
def degraded() -> list[bool]:
    return []


@pytest.fixture
def start(
    sessions: Sessions, spool: Path, threads: Threads, degraded: list[bool]
) -> Iterator[Start]:
    made: list[Journal] = []

    def begin() -> Journal:
        journal = Journal(sessions, spool, threads, [apply_to_call], degraded.append)  # type: ignore[arg-type]
        made.append(journal)
        journal.start()
        return journal

    yield begin
    for journal in made:
        journal.stop()


def test_a_record_is_in_the_database_when_it_is_told_to_be(
    start: Start, threads: Threads, database: Path
) -> None:
    journal = start()
    seen: list[int] = []

    def look(_: None) -> None:
        with closing(sqlite3.connect(database)) as other:
            seen.append(other.execute("SELECT count(*) FROM call_events").fetchone()[0])

    threads.durable(journal.write(opened("c1")).addCallback(look))
    assert seen == [1]


def test_records_are_kept_in_order_and_many_share_a_transaction(
    engine: Engine, sessions: Sessions, spool: Path, threads: Threads
) -> None:
    transactions: list[Session] = []

    def counted() -> object:
        transactions.append(object())  # type: ignore[arg-type]
        return sessions()

    journal = Journal(counted, spool, threads, [apply_to_call])  # type: ignore[arg-type]
    writes = [journal.write(opened("c1"))]
    writes += [journal.write(node("c1", seq)) for seq in range(1, BATCH * 2)]
    journal.start()
    threads.durable(*writes)
    journal.stop()
    assert [seq for _, seq, _ in stored(sessions)] == list(range(BATCH * 2))
    assert len(transactions) == 2


def test_stopping_writes_what_is_queued(start: Start, sessions: Sessions) -> None:
    journal = start()
    journal.write(opened("c1"))
    for seq in range(1, 20):
        journal.write(node("c1", seq))
    journal.stop()
    assert len(stored(sessions)) == 20


def test_a_bad_record_is_left_out_and_the_others_of_its_batch_are_kept(
    sessions: Sessions, spool: Path, threads: Threads
) -> None:
    journal = Journal(sessions, spool, threads, [apply_to_call])  # type: ignore[arg-type]
    writes = [
        journal.write(record)
        for record in (
            opened("c1"),
            node("nobody", 0),
            Record("c1", 1, AT.replace(tzinfo=None), "node", {"name": "x"}),
            Record("c1", 2, AT, "heard", {"speaker": "caller", "nonsense": 1}),
            node("c1", 3),
        )
    ]
    journal.start()
    threads.durable(*writes)
    journal.stop()
    assert stored(sessions) == [("c1", 0, "opened"), ("c1", 3, "node")]
    assert not journal.degraded


def test_what_a_bad_record_did_to_the_rows_is_undone(
    sessions: Sessions, spool: Path, threads: Threads
) -> None:
    def refuse(db: Session, record: Record) -> None:
        apply_to_call(db, record)
        if record.kind == "answered":
            raise LookupError("no such ticket")

    journal = Journal(sessions, spool, threads, [refuse])  # type: ignore[arg-type]
    writes = [journal.write(opened("c1")), journal.write(Record("c1", 1, AT, "answered"))]
    journal.start()
    threads.durable(*writes)
    journal.stop()
    with sessions() as db:
        assert db.scalars(select(Call.state)).all() == ["ringing"]


def test_while_the_database_is_locked_records_go_to_the_spool_and_come_back_once_in_order(
    start: Start,
    threads: Threads,
    sessions: Sessions,
    database: Path,
    spool: Path,
    degraded: list[bool],
) -> None:
    journal = start()
    threads.durable(journal.write(opened("c1")))
    with locked(database):
        for seq in range(1, 4):
            threads.durable(journal.write(node("c1", seq)))
        assert journal.degraded
        assert len(spool.read_text().splitlines()) == 3
    writes = [journal.write(node("c1", seq)) for seq in range(4, 6)]
    threads.durable(*writes)
    threads.until(lambda: degraded == [True, False])
    assert [seq for _, seq, _ in stored(sessions)] == [0, 1, 2, 3, 4, 5]
    assert not spool.exists()


def test_an_unwritable_database_sends_records_to_the_spool(
    start: Start, threads: Threads, sessions: Sessions, engine: Engine, spool: Path
) -> None:
    journal = start()
    threads.durable(journal.write(opened("c1")))
    with engine.connect() as connection:
        connection.execute(sql("PRAGMA query_only=ON"))  # stays on in the pooled connection
    threads.durable(journal.write(node("c1", 1)))
    assert [Record.from_json(line).seq for line in spool.read_text().splitlines()] == [1]
    engine.dispose()
    threads.durable(journal.write(node("c1", 2)))
    threads.until(lambda: not journal.degraded)
    assert [seq for _, seq, _ in stored(sessions)] == [0, 1, 2]


def test_no_free_connection_is_no_fault_of_the_record(
    sessions: Sessions, spool: Path, threads: Threads, database: Path
) -> None:
    small = create_engine(
        f"sqlite:///{database}", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.05
    )
    journal = Journal(open_sessions(small), spool, threads, [apply_to_call])  # type: ignore[arg-type]
    journal.start()
    with small.connect():
        threads.durable(journal.write(opened("c1")))
        assert journal.degraded
    threads.until(lambda: not journal.degraded)
    journal.stop()
    small.dispose()
    assert stored(sessions) == [("c1", 0, "opened")]


def test_start_replays_the_spool_of_a_former_run_before_it_returns(
    start: Start, sessions: Sessions, spool: Path
) -> None:
    records = [opened("c1"), node("c1", 1), Record("c1", 2, AT, "answered")]
    spool.write_text("".join(record.to_json() + "\n" for record in records))
    journal = start()
    assert [seq for _, seq, _ in stored(sessions)] == [0, 1, 2]
    assert not spool.exists() and not journal.degraded


def test_a_spool_that_was_partly_replayed_is_not_written_twice(
    start: Start, sessions: Sessions, spool: Path
) -> None:
    heard = {
        "speaker": "caller", "start_ms": 0, "end_ms": 900, "text": "低保", "confidence": 0.9,
        "words": [],
    }  # fmt: skip
    records = [opened("c1"), Record("c1", 1, AT, "heard", heard)]
    text = "".join(record.to_json() + "\n" for record in records)
    for _ in range(2):
        spool.write_text(text)
        start()
    assert stored(sessions) == [("c1", 0, "opened"), ("c1", 1, "heard")]
    with sessions() as db:
        assert len(db.scalars(select(Utterance)).all()) == 1


@pytest.mark.parametrize(
    "torn",
    [b'["c1", 1, "2026-03-02T0', '["c1", 1, "低保'.encode()[:-1], b"\xff\xfe\x00", b"[]", b"7"],
)
def test_a_torn_line_is_left_out_and_the_others_are_kept(
    torn: bytes, start: Start, sessions: Sessions, spool: Path
) -> None:
    lines = [opened("c1").to_json().encode(), torn, node("c1", 2).to_json().encode()]
    spool.write_bytes(b"\n".join(lines) + b"\n")
    start()
    assert [seq for _, seq, _ in stored(sessions)] == [0, 2]
    assert not spool.exists()


def test_a_record_after_a_line_torn_by_a_power_cut_is_kept(
    start: Start, threads: Threads, sessions: Sessions, spool: Path, database: Path
) -> None:
    spool.write_text(opened("c1").to_json() + "\n" + '["c1", 1, "2026-03')
    with locked(database):
        journal = start()
        threads.durable(journal.write(node("c1", 2)))
    threads.until(lambda: not journal.degraded)
    assert [seq for _, seq, _ in stored(sessions)] == [0, 2]


@pytest.mark.parametrize("caller", ["\u2028\u2029\x85\x0b\x0c\x1c", "\udce9", "a\nb\r\nc", "\x00"])
def test_whatever_a_caller_sends_comes_through_the_spool(
    caller: str, start: Start, threads: Threads, sessions: Sessions, database: Path, spool: Path
) -> None:
    said = Record("c1", 1, AT, "note", {"key": "question", "value": caller})
    with locked(database):
        journal = start()
        threads.durable(journal.write(opened("c1")), journal.write(said))
        assert Record.from_json(spool.read_text().split("\n")[1]) == said
    threads.until(lambda: not journal.degraded)
    assert stored(sessions)[0] == ("c1", 0, "opened")


def test_a_record_that_is_no_json_does_not_take_others_from_the_spool(
    start: Start, threads: Threads, sessions: Sessions, database: Path
) -> None:
    with locked(database):
        journal = start()
        threads.durable(
            journal.write(opened("c1")),
            journal.write(Record("c1", 1, AT, "note", {"key": "x", "value": b"bytes"})),
            journal.write(node("c1", 2)),
        )
    threads.until(lambda: not journal.degraded)
    assert [seq for _, seq, _ in stored(sessions)] == [0, 2]


def test_with_neither_database_nor_disk_calls_are_not_held_up(
    sessions: Sessions, tmp_path: Path, threads: Threads, database: Path
) -> None:
    unwritable = tmp_path / "a file"
    unwritable.write_text("")
    journal = Journal(sessions, unwritable / "spool", threads, [apply_to_call])  # type: ignore[arg-type]
    journal.start()
    with locked(database):
        threads.durable(journal.write(opened("c1")))
    journal.stop()


def test_an_applier_that_breaks_the_thread_s_own_work_leaves_the_thread_alive(
    sessions: Sessions, spool: Path, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(sessions, spool, threads, [apply_to_call])  # type: ignore[arg-type]
    journal.start()
    with monkeypatch.context() as broken:
        broken.setattr(journal, "_store", lambda records: 1 // 0)
        threads.durable(journal.write(opened("c1")))
    threads.durable(journal.write(opened("c2")))
    journal.stop()
    assert stored(sessions) == [("c2", 0, "opened")]


def test_the_caller_s_number_is_not_readable_in_the_events(
    start: Start, threads: Threads, sessions: Sessions
) -> None:
    journal = start()
    threads.durable(journal.write(opened("c1")))
    with sessions() as db:
        rows = db.execute(sql("SELECT data FROM call_events")).all()
        call = db.execute(sql("SELECT caller, invite FROM calls")).one()
    assert "13800138000" not in f"{rows}{call}"
    assert "INVITE" not in f"{rows}{call}"
