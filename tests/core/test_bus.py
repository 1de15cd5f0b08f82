"""The bus against a real redis-server: order, snapshots, a server that goes away, bad listeners."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from core.bus import PREFIX, Bus, Keep
from core.redis_server import RedisServer
from tests.core.loop import on_loop


class Heard:
    """A listener that tests can wait on."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self._more = asyncio.Event()

    def __call__(self, topic: str, message: dict[str, Any]) -> None:
        self.messages.append((topic, message))
        self._more.set()

    @property
    def topics(self) -> list[str]:
        return [topic for topic, _ in self.messages]

    async def until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._more.clear()
            await self._more.wait()


Scene = Callable[[RedisServer, Bus, Heard], Awaitable[None]]


async def _play(folder: Path, scene: Scene) -> None:
    server = RedisServer(folder)
    await server.start()
    bus, heard = _bus(server), Heard()
    bus.subscribe(["*"], heard)
    try:
        await bus.start()
        await scene(server, bus, heard)
    finally:
        await bus.stop()
        await server.stop()


def _bus(server: RedisServer) -> Bus:
    return Bus(Redis.from_url(server.url, decode_responses=True))


@on_loop
async def test_messages_reach_every_process_in_order_and_only_those_of_its_topics(
    tmp_path: Path,
) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        other, others = _bus(server), Heard()
        stop = other.subscribe(["call.*", "agent.command"], others)
        await other.start()
        sent = [(topic, {"n": n, "text": "低保"}) for n, topic in enumerate(
            ["call.changed", "agent.command", "agent.reply", "call.gone"] * 100)]  # fmt: skip
        for topic, message in sent:
            bus.publish(topic, message)
        wanted = [each for each in sent if each[0] != "agent.reply"]
        await others.until(lambda: len(others.messages) == len(wanted))
        await heard.until(lambda: len(heard.messages) == len(sent) + 1)
        assert others.messages == wanted
        assert heard.messages[1:] == sent
        stop()
        stop()
        bus.publish("call.changed", {})
        await heard.until(lambda: len(heard.messages) == len(sent) + 2)
        bus.publish("agent.reply", {})
        await heard.until(lambda: len(heard.messages) == len(sent) + 3)
        assert len(others.messages) == len(wanted)
        await other.stop()

    await _play(tmp_path, scene)


@on_loop
async def test_a_kept_message_is_there_for_who_comes_later_until_it_is_removed(
    tmp_path: Path,
) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        bus.publish("call.changed", {"id": "c1", "n": 1}, Keep("live", "c1"))
        bus.publish("call.changed", {"id": "c1", "n": 2}, Keep("live", "c1"))
        bus.publish("call.changed", {"id": "c2"}, Keep("live", "c2"))
        bus.publish("call.gone", {"id": "c2"}, Keep("live", "c2", remove=True))
        await heard.until(lambda: "call.gone" in heard.topics)
        assert await bus.redis.hgetall(PREFIX + "live") == {"c1": '{"id": "c1", "n": 2}'}

    await _play(tmp_path, scene)


@on_loop
async def test_a_listener_that_raises_costs_the_others_nothing(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        first = Heard()
        bus._listeners.insert(0, (frozenset(["*"]), lambda topic, message: 1 // 0))  # type: ignore[arg-type,return-value]
        bus.subscribe(["call.*"], first)
        bus.publish("call.changed", {"n": 1})
        bus.publish("call.changed", {"n": 2})
        await first.until(lambda: len(first.messages) == 2)

    await _play(tmp_path, scene)


@pytest.mark.parametrize("junk", ["{", "", "\x00", "nothing"])
@on_loop
async def test_junk_on_a_topic_is_left_out(junk: str, tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        await bus.redis.publish(PREFIX + "call.changed", junk)
        bus.publish("call.changed", {"n": 1})
        await heard.until(lambda: ("call.changed", {"n": 1}) in heard.messages)
        assert heard.topics.count("call.changed") == 1

    await _play(tmp_path, scene)


@on_loop
async def test_after_redis_was_away_listeners_are_told_to_take_a_snapshot(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        assert bus.up
        await server.stop()
        await heard.until(lambda: heard.messages[-1] == ("bus.state", {"up": False}))
        assert not bus.up
        bus.publish("call.changed", {"id": "c1"}, Keep("live", "c1"))
        await server.start()
        await heard.until(lambda: "bus.restored" in heard.topics and bus.up)
        state = [message["up"] for topic, message in heard.messages if topic == "bus.state"]
        assert state == [True, False, True]
        bus.publish("call.changed", {"id": "c2"})
        await heard.until(lambda: ("call.changed", {"id": "c2"}) in heard.messages)
        assert await bus.redis.hget(PREFIX + "live", "c1") == '{"id": "c1"}'

    await _play(tmp_path, scene)


@on_loop
async def test_a_lost_subscription_alone_is_restored_too(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        assert await bus.redis.client_kill_filter(_type="pubsub") == 1
        await heard.until(lambda: "bus.restored" in heard.topics)
        assert heard.topics == ["bus.state", "bus.state", "bus.state", "bus.restored"]
        assert bus.up

    await _play(tmp_path, scene)


@on_loop
async def test_the_bus_is_up_again_after_only_the_sending_failed(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        await bus.redis.config_set("maxmemory", "1")
        bus.publish("call.changed", {"id": "c1"}, Keep("live", "c1"))
        await heard.until(lambda: not bus.up)
        await bus.redis.config_set("maxmemory", "0")
        await heard.until(lambda: ("call.changed", {"id": "c1"}) in heard.messages)
        await heard.until(lambda: bus.up)

    await _play(tmp_path, scene)


@on_loop
async def test_stopping_sends_what_is_queued(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        other = _bus(server)
        await other.start()
        for n in range(500):
            other.publish("call.changed", {"n": n})
        await other.stop()
        await heard.until(lambda: heard.topics.count("call.changed") == 500)

    await _play(tmp_path, scene)


@on_loop
async def test_a_full_queue_drops_messages_and_blocks_nobody(tmp_path: Path) -> None:
    async def scene(server: RedisServer, bus: Bus, heard: Heard) -> None:
        for n in range(10_100):
            bus.publish("call.changed", {"n": n})
        await heard.until(lambda: ("call.changed", {"n": 9_999}) in heard.messages)
        assert heard.topics.count("call.changed") == 10_000

    await _play(tmp_path, scene)
