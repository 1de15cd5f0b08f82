"""Names that are imported are found by a running service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from core.aio import in_thread
from core.bus import Bus
from core.db import Sessions
from core.redis_server import RedisServer
from core.reloading import AGAIN_S
from core.settings import Settings
from knowledge.places import store
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.guide import Guide, load_gazetteer
from knowledge.places.kinds import Kind
from knowledge.places.live import CHANGED, LOADED, following, tell
from knowledge.places.port import Sureness
from knowledge.places.record import PlaceRecord, Reading
from tests.core.loop import on_loop
from tests.knowledge.places.test_answers import NoRoutes

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
READING = Reading((PlaceRecord("1", "香梅路", Kind.ROAD, point=Point(22.54, 114.02)),))


class Line:
    """The bus within one process."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.listeners: dict[str, Callable[[str, dict[str, Any]], None]] = {}

    def subscribe(self, topics: Any, listener: Any) -> Callable[[], None]:
        self.listeners.update(dict.fromkeys(topics, listener))
        return self.listeners.clear

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        self.sent.append((topic, message))

    def hear(self, topic: str) -> None:
        self.listeners[topic](topic, {})


def test_a_message_makes_new_names_known(sessions: Sessions) -> None:
    line, clock = Line(), Clock()
    guide = Guide(load_gazetteer(sessions), NoRoutes())
    stop = following(guide, lambda: succeed(load_gazetteer(sessions)), line, clock, "n1")  # type: ignore[arg-type]
    assert not guide
    store.put(sessions, "own", READING, NOW, lambda text: None)
    assert not guide
    line.hear(CHANGED)
    assert guide and guide.find("香梅路").sureness is Sureness.SURE
    assert line.sent == [(LOADED, {"node": "n1", "names": 1})]
    stop()
    assert not line.listeners


def test_a_database_that_is_away_keeps_the_old_names(sessions: Sessions) -> None:
    line, clock, reading = Line(), Clock(), list[Deferred[Gazetteer]]()
    store.put(sessions, "own", READING, NOW, lambda text: None)
    guide = Guide(load_gazetteer(sessions), NoRoutes())

    def read() -> Deferred[Gazetteer]:
        reading.append(Deferred())
        return reading[-1]

    stop = following(guide, read, line, clock, "n1")  # type: ignore[arg-type]
    line.hear("bus.restored")
    reading.pop().errback(OSError("the database is away"))
    assert guide.find("香梅路").sureness is Sureness.SURE and not line.sent
    clock.advance(AGAIN_S)
    reading.pop().callback(load_gazetteer(sessions))
    assert line.sent
    stop()


@on_loop
async def test_the_import_is_told_on_the_real_bus(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "d")
    (settings.data / "redis").mkdir(parents=True)
    server = RedisServer(settings.data / "redis")
    assert await in_thread(tell, settings) == 0
    await server.start()
    line = Bus(Redis.from_url(server.url, decode_responses=True))
    await line.start()
    heard = asyncio.Event()
    line.subscribe([CHANGED], lambda topic, message: heard.set())
    assert await in_thread(tell, settings) == 1
    await heard.wait()
    await line.stop()
    await server.stop()
