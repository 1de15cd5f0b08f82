"""The service's bus, heard from outside: what its pages hear, to wait for."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from core.bus import PREFIX, Bus
from core.crypto import mask_number

Message = dict[str, Any]


class Watch:
    """Keeps every message of one service's bus since `start`."""

    def __init__(self, socket: Path) -> None:
        """Take the Unix socket of the service's private Redis."""
        self._bus = Bus(Redis.from_url(f"unix://{socket}", decode_responses=True))
        self._more = asyncio.Event()
        self.heard: list[tuple[str, Message]] = []

    async def start(self) -> None:
        """Listen from now on."""
        self._bus.subscribe(["*"], self._hear)
        await self._bus.start()

    async def stop(self) -> None:
        """Hear no more."""
        await self._bus.stop()

    def _hear(self, topic: str, message: Message) -> None:
        self.heard.append((topic, message))
        self._more.set()

    async def until(
        self, what: str, true: Callable[[str, Message], bool], limit: float = 20.0, since: int = 0
    ) -> Message:
        """The first message from place `since` on for which `true(topic, message)` holds."""
        place, end = since, asyncio.get_running_loop().time() + limit
        while True:
            self._more.clear()
            for topic, message in self.heard[place:]:
                if true(topic, message):
                    return message
            place = len(self.heard)
            left = end - asyncio.get_running_loop().time()
            assert left > 0, f"not heard on the bus within {limit:g} s: {what}"
            try:
                await asyncio.wait_for(self._more.wait(), left)
            except TimeoutError:
                continue

    @property
    def place(self) -> int:
        """How many messages came so far."""
        return len(self.heard)

    async def row(self, number: str, limit: float = 20.0, since: int = 0, **values: Any) -> Message:
        """A calling number's live row once it holds these values."""
        shown = mask_number(number)

        def fits(topic: str, message: Message) -> bool:
            mine = topic == "call.changed" and message["caller"] == shown
            return mine and values.items() <= message.items()

        return await self.until(f"call of {shown} with {values}", fits, limit, since)

    async def agent(self, name: str, since: int = 0, limit: float = 20.0, **values: Any) -> Message:
        """An agent's record once it holds these values."""

        def fits(topic: str, message: Message) -> bool:
            mine = topic == "agent.state" and message["agent"] == name
            return mine and values.items() <= message.items()

        return await self.until(f"agent {name} with {values}", fits, limit, since)

    async def ask(self, topic: str, **message: str) -> Message:
        """Ask telephony for something, as a page does through the console; its answer."""
        asked, since = uuid.uuid4().hex, self.place
        self._bus.publish(topic, {"id": asked, **message})
        return await self.until(
            f"an answer to {message}", lambda _, heard: heard.get("ok") is not None
            and heard.get("id") == asked, since=since,
        )  # fmt: skip

    def say(self, topic: str, **message: str) -> None:
        """Publish something that has no answer."""
        self._bus.publish(topic, message)

    async def live(self) -> list[Message]:
        """The rows of the live list as a page that opens now would get them."""
        rows = await self._bus.redis.hgetall(PREFIX + "live")
        return [json.loads(row) for row in rows.values()]
