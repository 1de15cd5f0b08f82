"""Writes down what agents do, change by change, and hands day lines to the pages that show them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.agent_days.day import Change, change_of
from agent_ui.agent_days.store import keep, last_changes
from agent_ui.wallboard.figures import AWAY
from core.bus import PREFIX, Bus
from core.clock import Now
from core.db import Sessions

ALIVE = PREFIX + "agent_days:alive"
BEAT_S = 10.0
GONE = timedelta(seconds=60)
"""When nobody wrote for so long, agents were away since then."""
RETRY_S = 2.0


class AgentLog:
    """One per process, on its event loop. Changes are written in order, by one thread at a time."""

    log = Logger()

    def __init__(self, bus: Bus, redis: Redis, sessions: Sessions, now: Now) -> None:
        """Take the bus, and where changes are written."""
        self._bus, self._redis, self._sessions, self._now = bus, redis, sessions, now
        self._last: dict[str, Change] = {}
        self._writing: asyncio.Queue[Change] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self.written: Callable[[Change], None] = lambda change: None
        """Told of each change once it is in the database."""

    async def start(self) -> None:
        """Close what the last run left open, then listen."""
        self._unsubscribe = self._bus.subscribe(["agent.state"], self._happened)
        await self._recover()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._beat())]

    def stop(self) -> None:
        """Write no more."""
        self._unsubscribe()
        for task in self._tasks:
            task.cancel()

    def _happened(self, topic: str, message: dict[str, Any]) -> None:
        change = change_of(message, self._now())
        known = self._last.get(change.agent)
        if change.agent and (known is None or known.what != change.what):
            self._last[change.agent] = change
            self._writing.put_nowait(change)

    async def _recover(self) -> None:
        """Agents who were here when the service ended are away since its last sign of life."""
        alive = datetime.min.replace(tzinfo=UTC)
        with contextlib.suppress(RedisError, OSError, ValueError):
            alive = datetime.fromtimestamp(float(await self._redis.get(ALIVE) or 0), UTC)

        def read() -> dict[str, Change]:
            with self._sessions() as db:
                return last_changes(db)

        try:
            known = await run_in_threadpool(read)
        except SQLAlchemyError as error:
            self.log.warn("what agents did last cannot be read: {e}", e=error)
            return
        if self._now() - alive < GONE:
            self._last = {**known, **self._last}
            return
        for name, change in known.items():
            if change.doing != AWAY:
                since = max(change.at, alive)
                self._writing.put_nowait(Change(name, since, AWAY, change.area))

    async def _write(self) -> None:
        while True:
            changes = [await self._writing.get()]
            while not self._writing.empty():
                changes.append(self._writing.get_nowait())
            while True:
                if await self._written(changes):
                    break
                await asyncio.sleep(RETRY_S)
            for change in changes:
                self.written(change)

    async def _written(self, changes: list[Change]) -> bool:
        def write() -> None:
            with self._sessions() as db:
                keep(db, changes)

        try:
            await run_in_threadpool(write)
        except SQLAlchemyError as error:
            self.log.warn("what agents do is kept until the database is back: {e}", e=error)
            return False
        return True

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self._redis.set(ALIVE, str(self._now().timestamp()))
            await asyncio.sleep(BEAT_S)
