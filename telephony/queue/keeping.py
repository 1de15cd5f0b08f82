"""What the dispatcher keeps in Redis, fenced by its lease; and what it does while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from telephony.queue.lease import Lease

AGENTS = "hotline:agents"
REDIS_LIMIT_S = 0.5
"""A Redis that falls silent counts as away after so long: callers must still reach people."""


class Keeping:
    """The lease, and agents' records that only its holder writes."""

    def __init__(self, lease: Lease, won: Callable[[], None], back: Callable[[], None]) -> None:
        """`won()` is called when the lease becomes ours, `back()` when Redis is there again."""
        self._lease, self._won, self._back = lease, won, back
        self.holding = False
        self._away = False
        self._writing = asyncio.Lock()
        self._leasing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """What is under way."""
        return self._tasks

    async def read(self) -> dict[str, str]:
        """Return what is kept of agents; nothing while Redis is away."""
        try:
            return await asyncio.wait_for(self._lease.read(AGENTS), REDIS_LIMIT_S)
        except (RedisError, OSError):
            return {}

    async def write(self, name: str, text: str) -> bool:
        """Write an agent's record. True also when Redis is away and local knowledge must do."""
        async with self._writing:
            if self._away:
                return True
            try:
                write = self._lease.write(AGENTS, name, text)
                return await asyncio.wait_for(write, REDIS_LIMIT_S)
            except (RedisError, OSError):
                self._away = True
                return True

    async def keep_lease(self) -> None:
        """Take or renew the lease; once a second."""
        if self._leasing.locked():
            return
        async with self._leasing:
            try:
                holding = await asyncio.wait_for(self._lease.keep(), REDIS_LIMIT_S)
                back, self._away = self._away, False
            except (RedisError, OSError):
                holding, back, self._away = True, False, True
        if holding and back:
            # What was decided meanwhile is not known to Redis yet.
            self._back()
        won, self.holding = holding and not self.holding, holding
        if won:
            self._won()

    async def lost_lease(self) -> None:
        """Another node holds it: decide nothing until it is ours again."""
        self.holding = False
        await self.keep_lease()

    async def stop(self) -> None:
        """End, giving up the lease."""
        for task in self._tasks:
            task.cancel()
        await self._lease.release()

    def background(self, work: Any) -> None:
        """Run a coroutine beside everything else."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
