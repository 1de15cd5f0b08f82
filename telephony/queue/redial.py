"""Who hangs up while waiting and phones again within ten minutes has the old place back.

Places are kept by number, in memory and, for a restart, in Redis, where the number is not: keys are
HMACs that only this installation can make (`core.crypto`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from twisted.logger import Logger

from core.clock import Now
from core.db import Secret

KEEP_S = 600.0
PREFIX = "hotline:redial:"
REDIS_LIMIT_S = 0.5


def number_key(number: str) -> str:
    """Return the key of a number; empty for an empty one."""
    return Secret._vault().search_key(f"redial {number}") if number else ""


@dataclass(frozen=True, slots=True)
class Left:
    """Since when somebody waited, and when they left."""

    since: datetime
    at: datetime


def old_place(left: Mapping[str, Left], key: str, now: datetime) -> datetime | None:
    """Return since when the caller with this key has waited, if they left less than KEEP_S ago."""
    found = left.get(key)
    if not key or found is None or (now - found.at).total_seconds() >= KEEP_S:
        return None
    return found.since


def fresh(left: Mapping[str, Left], now: datetime) -> dict[str, Left]:
    """Return those that still count."""
    return {key: each for key, each in left.items() if old_place(left, key, now) is not None}


class Redial:
    """Remembers who left."""

    log = Logger()

    def __init__(self, redis: Redis | None, now: Now, key_of: Callable[[str], str]) -> None:
        """`key_of` makes the key of a number, empty for an empty one."""
        self._redis, self._now, self._key_of = redis, now, key_of
        self._left: dict[str, Left] = {}
        self._tasks: set[asyncio.Future[Any]] = set()

    async def start(self) -> None:
        """Take what was left before a restart; without Redis, nothing."""
        if self._redis is None:
            return
        try:
            await asyncio.wait_for(self._load(self._redis), REDIS_LIMIT_S)
        except (RedisError, OSError, ValueError) as error:
            self.log.warn("places of callers who hung up are not known: {e}", e=error)

    def stop(self) -> None:
        """Write no more."""
        for task in self._tasks:
            task.cancel()

    def left(self, number: str, since: datetime) -> None:
        """The caller with this number hung up, having waited `since`."""
        key, now = self._key_of(number), self._now()
        if not key:
            return
        self._left = {**fresh(self._left, now), key: Left(since, now)}
        text = f"{since.timestamp()} {now.timestamp()}"
        self._in_redis(lambda redis: redis.set(PREFIX + key, text, ex=int(KEEP_S)))

    def take(self, number: str) -> datetime | None:
        """Return since when this caller has waited and forget it; None: they are new."""
        key = self._key_of(number)
        since = old_place(self._left, key, self._now())
        if self._left.pop(key, None) is not None:
            self._in_redis(lambda redis: redis.delete(PREFIX + key))
        return since

    async def _load(self, redis: Redis) -> None:
        async for name in redis.scan_iter(PREFIX + "*"):
            text = await redis.get(name)
            if text:
                since, at = (datetime.fromtimestamp(float(part), self._now().tzinfo)
                             for part in str(text).split())  # fmt: skip
                self._left[str(name).removeprefix(PREFIX)] = Left(since, at)

    def _in_redis(self, write: Callable[[Redis], Any]) -> None:
        if self._redis is None:
            return

        async def work(redis: Redis) -> None:
            try:
                await asyncio.wait_for(write(redis), REDIS_LIMIT_S)
            except (RedisError, OSError) as error:
                self.log.warn("a caller's place is kept in memory alone: {e}", e=error)

        task = asyncio.ensure_future(work(self._redis))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
