"""The wall: figures are pushed, are the same after a reconnect, and nothing shifts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect
from starlette.concurrency import run_in_threadpool

from agent_ui.wallboard.push import Boards
from tests.agent_ui.browser import Chromium, within
from tests.agent_ui.sample import live_row
from tests.agent_ui.served import Served
from tests.agent_ui.test_socket import _cookie, _next, _open
from tickets.missed import store as missed

BOXES = """() => [...document.querySelectorAll('.tile')].map((tile) => {
  const box = tile.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height].map(Math.round).join();
})"""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def people(served: Served) -> None:
    served.user("boss", "supervisor", "440000", "陈主管")
    served.user("shenzhen", "supervisor", "440300")


@pytest.fixture(autouse=True)
def quiet(served: Served) -> Iterator[None]:
    yield
    for call in served.live():
        served.publish("call.gone", {"id": call})
        served.until_heard("call.gone", id=call)


def _waits(call: str, seconds: float, **more: Any) -> dict[str, Any]:
    since = (now() - timedelta(seconds=seconds)).isoformat()
    return live_row(call, now(), state="queued", queued_at=since, **more)


def _board(served: Served, user: str) -> dict[str, Any]:
    """What a page that connects now gets."""
    cookie = _cookie(served, user)

    async def scene() -> dict[str, Any]:
        async with _open(served, cookie) as socket:
            await socket.send('{"type":"show","view":"wallboard"}')
            return await _next(socket, "wallboard")

    return served.run(scene())


def test_figures_come_by_themselves_and_nothing_moves(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        waiting = page.locator("#waiting [data-f=figure]")
        await expect(waiting).to_have_text("0")
        await expect(page.locator("#devices")).to_contain_text("没有登记设备")
        before = await page.evaluate(BOXES)
        served.publish("call.changed", _waits("w1", 75))
        await expect(waiting).to_have_text("1")
        await expect(page.locator("#longest")).to_contain_text("1:1")
        await expect(page.locator("#longest")).to_contain_text("超过15秒")
        served.publish("call.changed", live_row("w2", now(), emergency=True))
        await expect(page.locator("#emergencies")).to_contain_text("1个还没有人接")
        trunks = [{"name": f"中继{number}", "calls": number, "limit": 60} for number in range(9)]
        load = {"streams": 12345, "lag_ms": 1900, "most_lag_ms": 2000}
        state = {"node": "n1", "warnings": [], "trunks": trunks, "recogniser": load}
        served.publish("node.state", state)
        await expect(page.locator("#recogniser")).to_contain_text("负荷95%")
        await expect(page.locator("#trunks")).to_contain_text("还有6条")
        for number in range(20):
            told = {"agent": f"a{number}", "area": "440106", "status": "ready", "state": "idle"}
            served.publish("agent.state", {**told, "call": "", "reason": ""})
        await expect(page.locator("#agents [data-f=free]")).to_have_text("20")
        assert await page.evaluate(BOXES) == before
        fits = "document.documentElement.scrollHeight <= innerHeight"
        assert await page.evaluate(fits)

    for size in ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080}):
        chromium.play(scene, "boss", "/wallboard", viewport=size)
        for call in ("w1", "w2"):
            served.publish("call.gone", {"id": call})
        served.publish("node.state", {"node": "n1", "warnings": []})
        for number in range(20):
            gone = {"agent": f"a{number}", "area": "440106", "status": "off", "state": "away"}
            served.publish("agent.state", gone)
        served.until_heard("agent.state", agent="a19", state="away")


def test_type_grows_with_the_screen(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> float:
        figure = page.locator("#waiting [data-f=figure]")
        await expect(figure).to_be_visible()
        size = await figure.evaluate("(one) => getComputedStyle(one).fontSize")
        return float(size.removesuffix("px"))

    def size(width: int, height: int) -> float:
        screen = {"width": width, "height": height}
        return float(chromium.play(scene, "boss", "/wallboard", viewport=screen))

    small, wall = size(1366, 768), size(3840, 2160)
    assert small > 60
    assert wall / small == pytest.approx(3840 / 1366, rel=0.05)


def test_service_level_from_events_equals_that_of_a_console_that_comes_later(
    served: Served,
) -> None:
    start = now() - timedelta(minutes=10)
    ends = [("r1", 9.0, "connected", "answered"), ("r2", 40.0, "connected", "answered"),
            ("r3", 5.0, "ended", "abandoned"), ("r4", 60.0, "waited", "unanswered")]  # fmt: skip
    for call, seconds, kind, end in ends:
        until = start + timedelta(seconds=seconds)
        served.journal.opened(call, start)
        served.journal.write(call, "queued", start, queue="people", priority="normal")
        more = {"agent": "wang"} if kind == "connected" else {"reason": "timeout"}
        if kind == "ended":
            more["disposition"] = "abandoned"
        served.journal.write(call, kind, until, **more)
        told = {"queued_at": start.isoformat(), "wait_ended_at": until.isoformat(), "wait_end": end}
        served.publish("call.changed", {**live_row(call, start), **told})
        served.publish("call.gone", {"id": call, **told})
        served.until_heard("call.gone", id=call)
    by_events = _board(served, "boss")
    assert (by_events["now"]["in_time"], by_events["now"]["share"]) == (1, 0.25)

    console = served.console

    async def late() -> dict[str, Any]:
        """A second console over the same Redis and database, started now."""
        boards = Boards(
            console.bus, console.redis, console.sessions, console.now, console.midnight, {}
        )
        await boards.start()
        try:
            return boards.figures("440000")
        finally:
            boards.stop()

    later = served.run(late())
    assert later == {key: by_events[key] for key in later}


def test_figures_are_of_the_own_area(served: Served) -> None:
    served.publish("call.changed", _waits("f1", 20, area="440106"))
    served.publish("call.changed", _waits("f2", 20, area="440305"))
    served.until_heard("call.changed", id="f2")
    assert _board(served, "boss")["waiting"] == 2
    assert _board(served, "shenzhen")["waiting"] == 1


def test_missed_call_is_overdue_until_it_is_dealt_with(served: Served) -> None:
    at = now() - timedelta(minutes=30)
    served.journal.opened("m1", at)
    served.journal.write("m1", "queued", at, queue="people", priority="normal")
    served.journal.ended("m1", "abandoned", at)
    served.run(served.app.state.boards.refresh())
    board = _board(served, "boss")
    assert board["overdue"] == 1
    assert datetime.fromisoformat(board["overdue_since"]) == at + timedelta(minutes=1 + 15)
    cookie = _cookie(served, "boss")

    def phoned_back() -> None:
        with served.sessions() as db:
            (entry,) = missed.open_entries(db, "440000")
            missed.claim(db, entry.missed, "boss", now())
            missed.mark(db, entry.missed, "boss", "reached", now())
        served.publish("missed.changed", {"call": "m1"})

    async def settled() -> None:
        async with _open(served, cookie) as socket:
            await socket.send('{"type":"show","view":"wallboard"}')
            assert (await _next(socket, "wallboard"))["overdue"] == 1
            await run_in_threadpool(phoned_back)
            assert (await _next(socket, "wallboard"))["overdue"] == 0

    served.run(settled())


def test_lost_bus_is_read_again(served: Served) -> None:
    served.publish("call.changed", _waits("b1", 5))
    served.until_heard("call.changed", id="b1")
    boards = served.app.state.boards
    redis: Any = served.bus.redis

    async def restore() -> None:
        await redis.hdel("hotline:live", "b1")
        served.bus.deliver("bus.restored", {})

    served.run(restore())

    served.run(within(lambda: boards.figures("440000")["waiting"] == 0, "the row is gone"))
