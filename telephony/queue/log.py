"""Writes the queue's log: every entry is published at once and kept in the database soon after."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from core import queue_log_tables
from core.clock import DelayedCall, Timing, stop_timer
from core.db import Sessions
from core.queue_log_tables import Noted

RETRY_S = 2.0
MOST_KEPT = 10_000
"""Entries that wait for a database that is away; older ones are then dropped."""

MOST_AT_ONCE = 500


class QueueLog:
    """Takes entries on the reactor's thread, writes them in another, one batch after the other."""

    log = Logger()

    def __init__(
        self,
        sessions: Sessions,
        reactor: Timing,
        run_in_thread: Callable[..., Deferred[Any]],
        publish: Callable[[str, dict[str, Any]], None],
    ) -> None:
        """`publish` sends to the bus."""
        self._sessions, self._reactor = sessions, reactor
        self._run_in_thread, self._publish = run_in_thread, publish
        self._entries: deque[Noted] = deque(maxlen=MOST_KEPT)
        self._writing: Deferred[Any] | None = None
        self._retrying: DelayedCall | None = None

    def note(self, entry: Noted) -> None:
        """Publish an entry as `queue.decided` and keep it."""
        message = {
            "at": round(entry.at.timestamp() * 1000),
            "kind": entry.kind,
            "call": entry.call,
            "agent": entry.agent,
            "who": entry.who,
            "text": entry.text,
            **entry.data,
        }
        self._publish("queue.decided", message)
        self._entries.append(entry)
        self._write()

    def stop(self) -> Deferred[Any] | None:
        """Write what is left; fires when that is done. What the database refuses is then lost."""
        stop_timer(self._retrying)
        self._write()
        return self._writing

    def _write(self, *_: object) -> None:
        if self._writing is not None or not self._entries:
            return
        stop_timer(self._retrying)
        batch = [self._entries.popleft() for _ in range(min(MOST_AT_ONCE, len(self._entries)))]
        self._writing = self._run_in_thread(self._commit, batch)
        self._writing.addCallbacks(self._written, self._failed, errbackArgs=(batch,))

    def _commit(self, batch: list[Noted]) -> None:
        with self._sessions() as db:
            queue_log_tables.write(db, batch)

    def _written(self, _: object) -> None:
        self._writing = None
        self._write()

    def _failed(self, failure: Any, batch: list[Noted]) -> None:
        self._writing = None
        self.log.warn("the queue's log waits for the database: {why}", why=failure.value)
        room = MOST_KEPT - len(self._entries)
        self._entries.extendleft(reversed(batch[-room:] if room else []))
        self._retrying = self._reactor.callLater(RETRY_S, self._write)
