"""Who redials within ten minutes has the old place back, also after a restart."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.redis_server import RedisServer
from telephony.queue.redial import KEEP_S, PREFIX, Left, Redial, fresh, old_place
from tests.core.loop import on_loop

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=7)
NUMBER = "+8613800138000"


def key(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest() if number else ""


@pytest.mark.parametrize(
    ("passed", "kept"), [(0, True), (KEEP_S - 1, True), (KEEP_S, False), (1e6, False)]
)
def test_ten_minutes(passed: float, kept: bool) -> None:
    left = {"n": Left(SINCE, NOW)}
    now = NOW + timedelta(seconds=passed)
    assert old_place(left, "n", now) == (SINCE if kept else None)
    assert fresh(left, now) == (left if kept else {})
    assert old_place(left, "other", now) is None
    assert old_place({"": Left(SINCE, NOW)}, "", now) is None


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 2 * KEEP_S), max_size=8))
def test_what_is_fresh_is_what_has_a_place(ages: dict[str, float]) -> None:
    left = {who: Left(SINCE, NOW - timedelta(seconds=age)) for who, age in ages.items()}
    assert set(fresh(left, NOW)) == {who for who in left if old_place(left, who, NOW)}


def test_a_place_is_given_back_once_and_to_nobody_without_a_number() -> None:
    redial = Redial(None, lambda: NOW, key)
    redial.left(NUMBER, SINCE)
    redial.left("", SINCE)
    assert redial.take("") is None
    assert redial.take("+8613900139000") is None
    assert redial.take(NUMBER) == SINCE
    assert redial.take(NUMBER) is None


@on_loop
async def test_places_survive_a_restart_without_the_number(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    await server.start()
    redis = Redis.from_url(server.url, decode_responses=True)
    try:
        before = Redial(redis, lambda: NOW, key)
        before.left(NUMBER, SINCE)
        while before._tasks:
            await next(iter(before._tasks))
        (name,) = [name async for name in redis.scan_iter("*")]
        assert name == PREFIX + key(NUMBER) and "138" not in await redis.get(name)
        assert 0 < await redis.ttl(name) <= KEEP_S
        after = Redial(redis, lambda: NOW, key)
        await after.start()
        assert after.take(NUMBER) == SINCE
        while after._tasks:
            await next(iter(after._tasks))
        assert not [name async for name in redis.scan_iter("*")]
    finally:
        await redis.aclose()
        await server.stop()
