"""A reactor for the journal's thread to call into, and records to give it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select, text
from twisted.internet.defer import Deferred

from core.db import Sessions
from core.journal_tables import CallEvent
from core.record import Record

LIMIT_S = 20.0
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class Threads:
    """The one method of a reactor that the journal uses; the test's thread is the reactor's."""

    def __init__(self) -> None:
        self._calls: queue.Queue[tuple[Callable[..., Any], tuple[Any, ...]]] = queue.Queue()

    def callFromThread(self, call: Callable[..., Any], *arguments: Any) -> None:
        self._calls.put((call, arguments))

    def until(self, done: Callable[[], bool]) -> None:
        """Run what the thread asked for until something holds; fails after a limit."""
        while not done():
            call, arguments = self._calls.get(timeout=LIMIT_S)
            call(*arguments)

    def durable(self, *writes: Deferred[None]) -> None:
        """Wait until records are durable."""
        self.until(lambda: all(write.called for write in writes))


def opened(call: str, caller: str = "+8613800138000", **changes: Any) -> Record:
    data: dict[str, Any] = {
        "area": "440106", "trunk": "local", "node": "node1", "sip_call_id": f"{call}@test",
        "caller": caller, "withheld": False, "called": "12349", "diversion": "",
        "invite": "INVITE sip:12349@127.0.0.1 SIP/2.0",
    }  # fmt: skip
    return Record(call, 0, AT, "opened", {**data, **changes})


def node(call: str, seq: int, name: str = "need") -> Record:
    return Record(call, seq, AT, "node", {"name": name})


def stored(sessions: Sessions) -> list[tuple[str, int, str]]:
    """What the journal's table holds, in the order of writing."""
    with sessions() as db:
        rows = db.execute(
            select(CallEvent.call_id, CallEvent.seq, CallEvent.kind).order_by(CallEvent.id)
        )
        return [(call, seq, kind) for call, seq, kind in rows]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold an SQLite file's write lock, as a stuck process would."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        yield
        connection.rollback()
    engine.dispose()
