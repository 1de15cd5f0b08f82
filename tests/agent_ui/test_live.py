"""What happens on the bus is on the page at once, for those who may see it, and as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.agent_ui.browser import Chromium
from tests.agent_ui.sample import live_row
from tests.agent_ui.served import Served


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def people(served: Served) -> None:
    served.user("boss", "supervisor", "000000", "陈主管")
    served.user("shenzhen", "agent", "440300")


@pytest.mark.usefixtures("people")
def test_call_comes_changes_and_goes_without_reloading(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        await expect(page.get_by_text("现在没有通话")).to_be_visible()
        served.publish("call.changed", live_row("p1", now() - timedelta(seconds=65)))
        row = page.locator("tr[data-call=p1]")
        await expect(row).to_contain_text("138****8000")
        await expect(row).to_contain_text("天河区")
        await expect(row).to_contain_text("1:")
        served.publish("call.changed", live_row("p1", now(), heard="低保怎么申请", state="queued"))
        await expect(row).to_contain_text("低保怎么申请")
        await expect(row).to_contain_text("等候人工")
        await expect(page.locator("#counts")).to_have_text("1 个通话，1 个在等人工")
        served.publish("call.gone", {"id": "p1"})
        await expect(page.get_by_text("现在没有通话")).to_be_visible()

    chromium.play(scene, "boss", "/live")


@pytest.mark.usefixtures("people")
def test_page_opened_later_shows_what_runs_and_emergencies_first(
    served: Served, chromium: Chromium
) -> None:
    for name, seconds, urgent in (("q1", 30, False), ("q2", 90, False), ("q3", 5, False)):
        row = live_row(name, now() - timedelta(seconds=seconds), emergency=urgent)
        served.publish("call.changed", row)
    served.until_heard("call.changed", id="q3")

    async def order(page: Page, names: list[str]) -> None:
        script = "[...document.querySelectorAll('#calls tbody tr')].map((r) => r.dataset.call)"
        await page.wait_for_function(f"() => JSON.stringify({script}) === '{_json(names)}'")

    async def scene(page: Page) -> None:
        await order(page, ["q2", "q1", "q3"])
        served.publish("call.changed", live_row("q3", now(), emergency=True))
        await order(page, ["q3", "q2", "q1"])
        await expect(page.locator("tr[data-call=q3]")).to_contain_text("紧急求助")

    try:
        chromium.play(scene, "boss", "/live")
    finally:
        for name in ("q1", "q2", "q3"):
            served.publish("call.gone", {"id": name})
        served.until_heard("call.gone", id="q3")


@pytest.mark.usefixtures("people")
def test_what_callers_say_is_text_and_never_code(served: Served, chromium: Chromium) -> None:
    evil = "<img src=x onerror='window.broken=1'><script>window.broken=1</script>"

    async def scene(page: Page) -> None:
        row = live_row("x1", now(), heard=evil, node_name=evil, topic=evil, agent=evil, caller=evil)
        served.publish("call.changed", row)
        await expect(page.locator("tr[data-call=x1] .heard")).to_have_text(evil)
        assert await page.evaluate("window.broken") is None
        served.publish("call.gone", {"id": "x1"})
        await expect(page.get_by_text("现在没有通话")).to_be_visible()

    chromium.play(scene, "boss", "/live")


@pytest.mark.usefixtures("people")
def test_calls_of_other_areas_do_not_appear(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        served.publish("call.changed", live_row("a1", now(), area="440106"))
        served.publish("call.changed", live_row("a2", now(), area="440305"))
        served.publish("call.changed", live_row("a3", now(), area="440106", agent="shenzhen"))
        await expect(page.locator("tr[data-call=a3]")).to_be_visible()
        await expect(page.locator("tr[data-call=a2]")).to_be_visible()
        assert await page.locator("tr[data-call=a1]").count() == 0
        for name in ("a1", "a2", "a3"):
            served.publish("call.gone", {"id": name})
        await expect(page.get_by_text("现在没有通话")).to_be_visible()

    chromium.play(scene, "shenzhen", "/live")


@pytest.mark.usefixtures("people")
def test_agents_and_warnings_are_shown(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        agent = {"agent": "shenzhen", "area": "440300", "call": "", "reason": ""}
        served.publish("agent.state", {**agent, "status": "ready", "state": "idle"})
        await expect(page.locator("#people")).to_contain_text("就绪")
        served.publish("agent.state", {**agent, "status": "off", "state": "away"})
        await expect(page.get_by_text("还没有人打开")).to_be_visible()
        warning = {"name": "disk", "text": "磁盘已满，通话不再录音"}
        served.publish("node.state", {"node": "node1", "calls": 0, "warnings": [warning]})
        await expect(page.locator("#strip")).to_contain_text("磁盘已满")
        served.publish("node.state", {"node": "node1", "calls": 0, "warnings": []})
        await expect(page.locator("#strip")).to_be_empty()

    chromium.play(scene, "boss", "/live")


@pytest.mark.usefixtures("people")
def test_redis_goes_and_comes_back(served: Served, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        await expect(page.get_by_text("现在没有通话")).to_be_visible()
        await served.redis_server.stop()
        await expect(page.locator("#strip")).to_contain_text("内部消息服务中断")
        await served.redis_server.start()
        await expect(page.locator("#strip")).to_be_empty()
        served.publish("call.changed", live_row("r1", now()))
        await expect(page.locator("tr[data-call=r1]")).to_be_visible()
        served.publish("call.gone", {"id": "r1"})

    chromium.play(scene, "boss", "/live")


def _json(names: list[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
