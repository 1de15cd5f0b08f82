"""After a kill -9: calls left open are closed once, with what they had become."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

import tickets.tables
from core.crypto import Vault
from core.db import Base, Sessions, open_database, open_sessions
from core.journal import Journal
from core.journal_apply import apply_to_call
from core.journal_tables import Call, CallEvent, Recording
from core.record import Record
from telephony.calls import recovery
from telephony.calls.recording import RecordingFolder
from tests.core.journalling import AT, Threads, opened
from tests.core.loop import on_loop
from tickets.apply import apply_to_ticket
from tickets.tables import Ticket

assert tickets.tables
NOW = AT + timedelta(hours=1)
RUNNING = ("recording", {"state": "running", "started_at": AT.isoformat()})
ANSWERED = [("answered", {}), RUNNING, ("speech", {"state": "live"})]
ALARM = ("queued", {"queue": "main", "priority": "emergency"})
WAITS = ("queued", {"queue": "main", "priority": "normal"})
TALKS = ("connected", {"agent": "li"})
LEAVING = ("leaving", {})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/hotline.db", Vault(b"k" * 32))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def recordings(tmp_path: Path) -> RecordingFolder:
    made = RecordingFolder(tmp_path, 0)
    assert made.has_room()
    return made


class Node:
    """A node's journal, written to a real database as the service does."""

    def __init__(self, sessions: Sessions, spool: Path) -> None:
        self.threads = Threads()
        self.journal = Journal(sessions, spool, self.threads, [apply_to_call, apply_to_ticket])  # type: ignore[arg-type]
        self.journal.start()

    def call(self, call: str, *events: tuple[str, dict[str, Any]], node: str = "node1") -> None:
        self.journal.write(opened(call, node=node))
        for seq, (kind, data) in enumerate(events, 1):
            self.journal.write(Record(call, seq, AT, kind, data))

    def write(self, records: list[Record]) -> None:
        self.threads.durable(*[self.journal.write(record) for record in records])


@pytest.fixture
def node(sessions: Sessions, tmp_path: Path) -> Iterator[Node]:
    made = Node(sessions, tmp_path / "spool")
    yield made
    made.journal.stop()


def _recover(node: Node, sessions: Sessions, recordings: RecordingFolder) -> list[str]:
    node.journal.stop()
    again = Node(sessions, node.journal._spool)
    left = recovery.find(sessions, "node1")
    for each in left:
        again.write(recovery.close(each, recordings, NOW, lambda moment: moment))
    again.journal.stop()
    return [each.call_id for each in left]


def _call(sessions: Sessions, call: str = "c1") -> tuple[Call, Ticket, Recording]:
    with sessions() as db:
        return (
            db.get_one(Call, call),
            db.scalars(select(Ticket).where(Ticket.call_id == call)).one(),
            db.get_one(Recording, call),
        )


def _notes(sessions: Sessions, call: str = "c1") -> list[dict[str, Any]]:
    with sessions() as db:
        return list(
            db.scalars(
                select(CallEvent.data).where(CallEvent.call_id == call, CallEvent.kind == "note")
            )
        )


def _record(recordings: RecordingFolder, call: str = "c1", ms: int = 5000) -> None:
    for file in recordings.live(call):
        file.write_bytes(bytes(44) + b"\1\0" * ms * 8)


@pytest.mark.parametrize(
    ("events", "became", "callback"),
    [
        ([], "abandoned", False),
        (ANSWERED, "abandoned", False),
        ([*ANSWERED, ("note", {"key": "article", "value": "dibao"})], "machine", False),
        ([*ANSWERED, WAITS], "abandoned", True),
        ([*ANSWERED, WAITS, ("offered", {"agent": "li"})], "abandoned", True),
        ([*ANSWERED, WAITS, ("waited", {"reason": "nobody"})], "abandoned", False),
        ([*ANSWERED, WAITS, TALKS], "connected", False),
        ([*ANSWERED, WAITS, TALKS, ("left", {"agent": "li"}), WAITS], "connected", True),
        ([*ANSWERED, ("transferred", {})], "connected", False),
        ([*ANSWERED, ALARM], "emergency", True),
        ([*ANSWERED, ALARM, TALKS], "emergency", False),
        ([*ANSWERED, ("note", {"key": "emergency", "value": "救命"})], "emergency", True),
        ([*ANSWERED, LEAVING], "message", False),
        ([*ANSWERED, LEAVING, ("heard", {
            "speaker": "caller", "start_ms": 0, "end_ms": 1, "text": "请回电",
            "confidence": 1.0, "words": [],
        })], "message", False),
        ([*ANSWERED, LEAVING, ("message", {"seconds": 0})], "abandoned", False),
        ([*ANSWERED, LEAVING, ("message", {"seconds": 9})], "message", False),
        ([*ANSWERED, ("message", {"seconds": 9}), ("message", {"seconds": 0})], "message", False),
    ],
)  # fmt: skip
def test_a_call_left_open_is_closed_with_what_it_had_become(
    events: list[tuple[str, dict[str, Any]]],
    became: str,
    callback: bool,
    node: Node,
    sessions: Sessions,
    recordings: RecordingFolder,
) -> None:
    node.call("c1", *events)
    if events:
        _record(recordings)
    assert _recover(node, sessions, recordings) == ["c1"]
    call, ticket, recording = _call(sessions)
    assert (call.state, call.disposition, call.ended_at) == ("ended", became, NOW)
    assert call.end_reason == recovery.REASON
    assert ticket.disposition == became and ticket.state != "draft"
    assert bool([data for data in _notes(sessions) if data["key"] == "callback"]) == callback
    assert recording.state == ("recovered" if events else "none")
    assert _recover(node, sessions, recordings) == [], "closed a second time"


def test_the_recording_is_saved_up_to_the_last_second(
    node: Node, sessions: Sessions, recordings: RecordingFolder, tmp_path: Path
) -> None:
    node.call("c1", *ANSWERED)
    _record(recordings, ms=12_340)
    _recover(node, sessions, recordings)
    _, _, recording = _call(sessions)
    assert recording.duration_ms == 12_340
    assert recording.started_at == AT
    assert (tmp_path / recording.path).stat().st_size == recording.bytes


def test_a_recording_that_is_gone_is_told(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    node.call("c1", *ANSWERED)
    _recover(node, sessions, recordings)
    call, _, recording = _call(sessions)
    assert call.state == "ended"
    assert (recording.state, recording.fault) == ("failed", "nothing was recorded")


def test_a_call_that_was_killed_with_its_answer_has_no_recording(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    node.call("c1", *ANSWERED)
    _record(recordings, ms=0)
    _recover(node, sessions, recordings)
    _, _, recording = _call(sessions)
    assert (recording.state, recording.fault) == ("none", "nothing was recorded")
    assert not recordings.left_over()


def test_a_process_that_died_between_joining_and_telling_loses_nothing(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    node.call("c1", *ANSWERED)
    _record(recordings)
    saved = recordings.save("c1", AT)
    _recover(node, sessions, recordings)
    assert _call(sessions)[2].sha256 == saved.sha256


def test_a_recording_that_was_told_already_is_left_as_it_is(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    told = ("recording", {"state": "complete", "path": "recordings/x.wav", "duration_ms": 7})
    node.call("c1", *ANSWERED, told)
    _recover(node, sessions, recordings)
    recording = _call(sessions)[2]
    assert (recording.state, recording.duration_ms) == ("complete", 7)


def test_closed_calls_and_those_of_other_nodes_are_left_alone(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    node.call("c1", *ANSWERED, ("ended", {"reason": "x", "disposition": "machine"}))
    node.call("c2", *ANSWERED, node="node2")
    assert _recover(node, sessions, recordings) == []


def test_what_is_still_in_the_spool_counts(
    node: Node, sessions: Sessions, recordings: RecordingFolder
) -> None:
    node.call("c1", *ANSWERED)
    node.call("c2", *ANSWERED)
    node.journal.stop()
    ended = {"reason": "caller hung up", "disposition": "machine"}
    late = [Record("c1", 4, AT, *WAITS), Record("c2", 4, AT, "ended", ended)]
    node.journal._spool.write_text("".join(record.to_json() + "\n" for record in late))
    assert _recover(node, sessions, recordings) == ["c1"]
    assert _call(sessions, "c2")[0].end_reason == "caller hung up"
    assert _notes(sessions, "c1")[-1]["key"] == "callback"


@on_loop
async def test_all_of_it_at_a_start(
    engine: Engine, sessions: Sessions, recordings: RecordingFolder, tmp_path: Path
) -> None:
    node = Node(sessions, tmp_path / "spool")
    for call in ("c1", "c2"):
        node.call(call, *ANSWERED)
        _record(recordings, call)
    node.journal.stop()
    written: list[Record] = []

    async def write(record: Record) -> None:
        written.append(record)

    closed = await recovery.recover(
        sessions, "node1", recordings, write, lambda: datetime.now(UTC), lambda moment: moment
    )
    assert sorted(closed) == ["c1", "c2"]
    assert [record.kind for record in written] == ["recording", "recovered"] * 2
    assert [record.seq for record in written] == [4, 5] * 2
