"""The event bus between processes: JSON messages over Redis publish/subscribe.

Topics are `room.what`, e.g. `call.opened`, `agent.command`. Whoever subscribes gets every message
of the topics it names, in order; a lost connection is made again and `bus.restored` is delivered
locally, so that listeners take a fresh snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError
from twisted.logger import Logger

Listener = Callable[[str, dict[str, Any]], None]
PREFIX = "hotline:"
RETRY_S = 0.5
SEND_LIMIT_S = 5.0
QUEUE = 10_000


def tell(url: str, topic: str, message: dict[str, Any]) -> int:
    """Send one message from a process without a loop; returns how many processes got it. Blocking.

    None did when Redis does not answer.
    """
    try:
        with SyncRedis.from_url(url, socket_timeout=SEND_LIMIT_S) as redis:
            return int(redis.publish(PREFIX + topic, json.dumps(message, ensure_ascii=False)))
    except (RedisError, OSError):
        return 0


@dataclass(frozen=True, slots=True)
class Keep:
    """A field of a Redis hash that holds the last message, or is removed with this one."""

    table: str
    field: str
    remove: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    text: str
    keep: Keep | None


class Bus:
    """One process's door to Redis. All methods run on the asyncio loop that is Twisted's."""

    log = Logger()

    def __init__(self, redis: Redis) -> None:
        """Take a client with decode_responses on."""
        self.redis = redis
        self.up = False
        self._sends = self._receives = False
        self._out: asyncio.Queue[_Message] = asyncio.Queue(QUEUE)
        self._listeners: list[tuple[frozenset[str], Listener]] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin sending and receiving; returns once the subscription stands.

        Raises TimeoutError when it does not within 10 s.
        """
        subscribed = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._send()),
            asyncio.create_task(self._receive(subscribed)),
        ]
        try:
            await asyncio.wait_for(subscribed.wait(), 10)
        except TimeoutError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Send what is queued (up to 1 s), then close."""
        if self.up:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._out.join(), 1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.redis.aclose()

    def publish(self, topic: str, message: dict[str, Any], keep: Keep | None = None) -> None:
        """Queue a message; never blocks or raises. Dropped (and logged) when Redis is long away.

        `keep` also stores it in a hash, for the snapshot of whoever comes later, or removes it.
        """
        try:
            self._out.put_nowait(_Message(topic, json.dumps(message, ensure_ascii=False), keep))
        except asyncio.QueueFull:
            self.log.warn("bus full, message on {topic} dropped", topic=topic)

    def subscribe(self, topics: Iterable[str], listener: Listener) -> Callable[[], None]:
        """Call `listener(topic, message)` for each message; returns the way to stop it.

        A topic ending in `*` takes all that begin so.
        """
        entry = (frozenset(topics), listener)
        self._listeners.append(entry)

        def stop() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return stop

    def deliver(self, topic: str, message: dict[str, Any]) -> None:
        """Hand a message to this process's listeners only."""
        for topics, listener in list(self._listeners):
            if topic in topics or any(t.endswith("*") and topic.startswith(t[:-1]) for t in topics):
                try:
                    listener(topic, message)
                except Exception:
                    self.log.failure("a listener of {topic} failed", topic=topic)

    async def _send(self) -> None:
        while True:
            waiting = [await self._out.get()]
            while not self._out.empty() and len(waiting) < 100:
                waiting.append(self._out.get_nowait())
            while True:
                if await self._sent(waiting):
                    break
                await asyncio.sleep(RETRY_S)
            for _ in waiting:
                self._out.task_done()

    async def _sent(self, waiting: list[_Message]) -> bool:
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                for message in waiting:
                    if message.keep is not None:
                        _store(pipe, message.keep, message.text)
                    pipe.publish(PREFIX + message.topic, message.text)
                await asyncio.wait_for(pipe.execute(), SEND_LIMIT_S)
        except (RedisError, OSError) as error:
            self._sends = False
            self._set_up(error)
            return False
        self._sends = True
        self._set_up()
        return True

    async def _receive(self, subscribed: asyncio.Event) -> None:
        while True:
            try:
                async with self.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.psubscribe(PREFIX + "*")
                    again = subscribed.is_set()
                    self._sends = self._receives = True
                    self._set_up()
                    subscribed.set()
                    if again:
                        self.deliver("bus.restored", {})
                    async for raw in pubsub.listen():
                        self._take(raw)
            except (RedisError, OSError) as error:
                self._receives = False
                self._set_up(error)
                await asyncio.sleep(RETRY_S)

    def _take(self, raw: dict[str, Any]) -> None:
        try:
            message = json.loads(raw["data"])
        except (ValueError, TypeError):
            self.log.warn("unreadable message on {c}", c=raw.get("channel"))
            return
        self.deliver(str(raw["channel"]).removeprefix(PREFIX), message)

    def _set_up(self, why: object = "") -> None:
        up = self._sends and self._receives
        if up != self.up:
            self.up = up
            self.log.info("bus {state} {why}", state="up" if up else "down", why=why)
            self.deliver("bus.state", {"up": up})


def _store(pipe: Any, keep: Keep, text: str) -> None:
    if keep.remove:
        pipe.hdel(PREFIX + keep.table, keep.field)
    else:
        pipe.hset(PREFIX + keep.table, keep.field, text)
