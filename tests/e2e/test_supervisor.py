"""A supervisor at the page of running calls, with a real call: what is at each ear, by tones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.agent_ui.browser import enter
from tests.e2e.citizen import Citizen, tone
from tests.e2e.conftest import run, scene
from tests.e2e.desk import Chromium
from tests.e2e.service import PASSWORD, Service
from tests.e2e.test_call_control import CALLER_HZ, CHEN_HZ, LI_HZ, Seat, hears_only


class Watcher(Seat):
    """A supervisor who takes no calls: only the page of running calls is open."""

    async def sit_down(self) -> Watcher:
        """Open the page."""
        self._window = await self._chromium.window(self._service)
        self.page = await self._window.new_page()
        await enter(self.page, self.name, PASSWORD)
        await self.page.goto("/live")
        return self

    async def leave(self) -> None:
        """Close the page."""
        await self._window.close()
        assert not self.faults, self.faults

    async def press(self, button: str) -> None:
        """Press one of the buttons of supervision."""
        await self.page.locator("#stepped-in").get_by_role("button", name=button).click()

    async def told(self, words: str) -> None:
        """Wait until the bar says so."""
        await expect(self.page.locator("#listening")).to_contain_text(words, timeout=15_000)


@pytest.fixture
def shift(service: Service, chromium: Chromium) -> Iterator[tuple[Seat, Watcher]]:
    """An agent who takes calls and a supervisor."""
    li = Seat(chromium, service, service.agent("mei"), LI_HZ)
    boss = Watcher(chromium, service, service.agent("guo", "supervisor"), CHEN_HZ)
    run(li.ready())
    run(boss.sit_down())
    yield li, boss
    run(boss.leave())
    run(li.leave())


@scene
async def test_supervisor_listens_whispers_steps_in_and_takes_over(
    service: Service, shift: tuple[Seat, Watcher]
) -> None:
    li, boss = shift
    citizen = await Citizen(service.sip).answered()
    citizen.press("0")
    await li.answer()
    row = await service.watch.row(citizen.number, state="connected", agent=li.name)
    citizen.say(tone(CALLER_HZ, 120))
    await li.hears_only(CALLER_HZ)
    await (
        boss.page.locator(f"tr[data-call='{row['id']}']").get_by_role("button", name="监听").click()
    )
    await boss.told("正在监听，双方听不到您")
    await boss.hears_only(CALLER_HZ, LI_HZ)
    await li.hears_only(CALLER_HZ)
    await hears_only(citizen, LI_HZ)
    await boss.press("只对话务员说")
    await boss.told("来电人听不到")
    await li.hears_only(CALLER_HZ, CHEN_HZ)
    await hears_only(citizen, LI_HZ)
    await boss.press("三方一起说")
    await boss.told("三方通话中")
    await hears_only(citizen, LI_HZ, CHEN_HZ)
    await boss.press("接管")
    await boss.page.get_by_label("原因").fill("来电人情绪激动")
    await boss.page.locator("#takeover").get_by_role("button", name="接管").click()
    await boss.told("已接管")
    await hears_only(citizen, CHEN_HZ)
    await boss.hears_only(CALLER_HZ)
    await service.watch.agent(li.name, state="wrapup")
    await boss.press("挂断")
    await boss.told("点通话右边的“监听”")
    await citizen.over()
