"""The dispatcher's lease, against a real redis-server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.redis_server import RedisServer
from telephony.queue.lease import KEY, Lease
from tests.core.loop import on_loop

Scene = Callable[[Redis], Awaitable[None]]


async def _play(folder: Path, scene: Scene) -> None:
    server = RedisServer(folder)
    await server.start()
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        try:
            await scene(redis)
        finally:
            await server.stop()


@on_loop
async def test_one_holds_it_and_keeps_it(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        one, two = Lease(redis, "node1"), Lease(redis, "node2")
        assert await one.keep()
        assert not await two.keep()
        await redis.pexpire(KEY, 100)
        assert await one.keep()
        assert await redis.pttl(KEY) > 1000, "not renewed"
        assert not await two.keep()

    await _play(tmp_path, scene)


@on_loop
async def test_only_the_holder_writes(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        one, two = Lease(redis, "node1"), Lease(redis, "node2")
        await one.keep()
        assert await one.write("agents", "li", "1")
        assert not await two.write("agents", "li", "2")
        assert await two.read("agents") == {"li": "1"}

    await _play(tmp_path, scene)


@on_loop
async def test_a_holder_that_was_paused_cannot_write_late(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        paused, fresh = Lease(redis, "node1"), Lease(redis, "node2")
        await paused.keep()
        await redis.delete(KEY)  # its time ran out while it slept
        assert not await paused.write("agents", "li", "late")
        assert await fresh.keep()
        assert await fresh.write("agents", "li", "now")
        assert not await paused.write("agents", "li", "late")
        assert not await paused.keep()
        assert await fresh.read("agents") == {"li": "now"}

    await _play(tmp_path, scene)


@on_loop
async def test_the_same_node_started_anew_is_another_holder(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        before, after = Lease(redis, "node1"), Lease(redis, "node1")
        await before.keep()
        assert not await after.keep()
        await redis.delete(KEY)
        assert await after.keep()
        assert not await before.write("agents", "li", "late")

    await _play(tmp_path, scene)


@on_loop
async def test_giving_it_up_lets_another_take_it_at_once(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        one, two = Lease(redis, "node1"), Lease(redis, "node2")
        await one.keep()
        await two.release()
        assert not await two.keep()
        await one.release()
        assert await two.keep()
        await one.release()
        assert await two.write("agents", "li", "1"), "an old holder took it away"

    await _play(tmp_path, scene)


@on_loop
async def test_one_that_ran_out_unnoticed_takes_nothing_away_when_it_is_given_up(
    tmp_path: Path,
) -> None:
    async def scene(redis: Redis) -> None:
        one, two = Lease(redis, "node1"), Lease(redis, "node2")
        await one.keep()
        await redis.delete(KEY)
        await two.keep()
        await one.release()
        assert await two.write("agents", "li", "1")

    await _play(tmp_path, scene)


@on_loop
async def test_a_lease_whose_confirmation_was_lost_is_found_again(tmp_path: Path) -> None:
    async def scene(redis: Redis) -> None:
        lease = Lease(redis, "node1")
        whole = redis.set

        async def cut(*arguments: object, **named: object) -> object:
            await whole(*arguments, **named)  # type: ignore[arg-type]
            raise RedisError("the reply was lost")

        redis.set = cut  # type: ignore[method-assign, assignment]
        with pytest.raises(RedisError):
            await lease.keep()
        redis.set = whole  # type: ignore[method-assign]
        assert await lease.keep()
        assert await lease.write("agents", "li", "1")

    await _play(tmp_path, scene)


@on_loop
async def test_without_redis_giving_up_is_no_fault(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    await server.start()
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        lease = Lease(redis, "node1")
        await lease.keep()
        await server.stop()
        with pytest.raises((RedisError, OSError)):
            await lease.keep()
        await lease.release()
    assert lease.holding == ""
