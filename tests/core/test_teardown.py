"""Parts are taken down in the reverse order, whatever one of them does."""

from __future__ import annotations

import asyncio

import pytest
from twisted.internet.defer import Deferred

from core.teardown import Teardown
from tests.core.loop import on_loop


@on_loop
async def test_the_last_started_ends_first_and_each_once() -> None:
    ended: list[str] = []

    async def slow() -> None:
        await asyncio.sleep(0)
        ended.append("slow")

    late: Deferred[object] = Deferred()
    late.addCallback(lambda _: ended.append("late"))
    teardown = Teardown()
    teardown.add("quick", lambda: ended.append("quick"))
    teardown.add("slow", slow)
    teardown.add("late", lambda: late)
    running = asyncio.ensure_future(teardown.run())
    await asyncio.sleep(0)
    assert ended == [], "a part was ended before one that was started after it"
    late.callback(None)
    await running
    await teardown.run()
    assert ended == ["late", "slow", "quick"]


@on_loop
@pytest.mark.parametrize("how", ["at once", "in a coroutine", "in a Deferred"])
async def test_a_part_that_fails_does_not_keep_the_others(how: str) -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise OSError("gone")

    def part() -> object:
        if how == "at once":
            raise OSError("gone")
        return Deferred.fromCoroutine(fails()) if how == "in a Deferred" else fails()

    teardown = Teardown()
    teardown.add("first", lambda: ended.append("first"))
    teardown.add("broken", part)  # type: ignore[arg-type]
    await teardown.run()
    assert ended == ["first"]
