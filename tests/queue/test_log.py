"""The queue's log: published at once, kept in order, and kept through a database that is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from core import queue_log_tables
from core.crypto import Vault
from core.db import Base, open_database, open_sessions
from core.queue_log_tables import Noted
from telephony.queue.log import RETRY_S, QueueLog


def test_entries_outlast_a_database_that_is_away(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/q.db", Vault(b"k" * 32))
    sessions, clock = open_sessions(engine), Clock()
    told: list[dict[str, Any]] = []

    def run(work: Callable[..., Any], *args: Any) -> Deferred[Any]:
        return maybeDeferred(work, *args)

    log = QueueLog(sessions, clock, run, lambda topic, message: told.append(message))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(3):
        log.note(Noted(at, "offered", f"c{number}", "li", text="空闲最久。", data={"by": "level"}))
    assert [message["call"] for message in told] == ["c0", "c1", "c2"]
    assert told[0]["by"] == "level" and told[0]["at"] == 1772409600000
    Base.metadata.create_all(engine)
    clock.advance(RETRY_S)
    with sessions() as db:
        rows = queue_log_tables.latest(db, 10)
        assert [row.call_id for row in rows] == ["c2", "c1", "c0"]
        assert [row.text for row in queue_log_tables.of_call(db, "c1")] == ["空闲最久。"]
    log.stop()
    assert not clock.getDelayedCalls()
    engine.dispose()
