"""The page of missed calls: pushed, claimed by one, dialled, marked, taken back; rights."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served, csrf_of

NOW = datetime.now(UTC)
QUEUED = {"queue": "main", "priority": "normal"}


@pytest.fixture(scope="module", autouse=True)
def people(served: Served) -> None:
    served.user("wang", "agent", "440000", "王小梅")
    served.user("li", "agent", "440000", "李敏")
    served.user("far", "agent", "440300", "林芳")
    served.user("ops", "operator", "440000", "运维")


def miss(served: Served, call: str, caller: str, ago: int = 60, **opened: Any) -> None:
    """Somebody waited forty seconds and hung up `ago` seconds before now."""
    at = datetime.now(UTC) - timedelta(seconds=ago + 60)
    journal = served.journal
    journal.opened(call, at, caller=caller, **opened)
    journal.write(call, "queued", at + timedelta(seconds=20), **QUEUED)
    journal.write(
        call, "ended", at + timedelta(seconds=60), reason="caller hung up", disposition="abandoned"
    )
    served.publish("missed.changed", {"call": call})


def returned(served: Served, call: str, caller: str) -> None:
    """They phone again, which closes all entries of theirs."""
    served.journal.opened(call, datetime.now(UTC), caller=caller)
    served.journal.ended(call, at=datetime.now(UTC))
    served.publish("missed.changed", {"call": call})


def tries(served: Served, user: str, entry: str) -> tuple[str, int, str]:
    """What a user's page shows, and what comes of their claim. Not on the console's loop."""
    with served.signed_in(user) as client:
        shown = client.get("/missed").text
        answer = client.post(f"/missed/{entry}/claim", data={"csrf": csrf_of(client)})
        return shown, answer.status_code, answer.text


def row(page: Page, digits: str) -> Any:
    return page.locator("#missed table.missed tr", has_text=digits)


def test_an_empty_list_says_what_will_appear_and_fills_by_itself(
    served: Served, chromium: Chromium
) -> None:
    async def scene(page: Page) -> None:
        await expect(page.get_by_text("没有要回的电话")).to_be_visible()
        miss(served, "m1", "+8613811112222")
        await expect(row(page, "138****2222")).to_contain_text("等候时挂断")
        await expect(row(page, "138****2222")).to_contain_text("0:40")
        await expect(row(page, "138****2222").locator(".due")).to_contain_text("还剩")
        returned(served, "m1b", "+8613811112222")
        await expect(page.get_by_text("没有要回的电话")).to_be_visible()
        await expect(page.locator("#missed")).to_contain_text("对方又打来了")

    chromium.play(scene, "wang", "/missed")


def test_the_clock_turns_to_overdue(served: Served, chromium: Chromium) -> None:
    miss(served, "m2", "+8613811113333", ago=15 * 60 - 4)

    async def scene(page: Page) -> None:
        due = row(page, "138****3333").locator(".due")
        await expect(due).to_contain_text("还剩")
        await expect(due).to_contain_text("已超时")
        await expect(due).to_have_class("pill due alarm")

    chromium.play(scene, "wang", "/missed")
    returned(served, "m2b", "+8613811113333")


def test_one_claims_marks_and_takes_it_back(served: Served, chromium: Chromium) -> None:
    miss(served, "m3", "+8613811114444")

    async def scene(page: Page) -> None:
        mine = row(page, "138****4444")
        await mine.get_by_role("button", name="我来处理").click()
        await expect(mine).to_contain_text("王小梅")
        entry = await mine.get_attribute("data-entry")
        shown, status, why = await asyncio.to_thread(tries, served, "li", entry)
        assert "王小梅" in shown
        assert status == 400 and "有人" in why
        await mine.get_by_role("button", name="没有接通").click()
        await expect(mine).to_contain_text("打过1次")
        await mine.get_by_role("button", name="我来处理").click()
        await mine.get_by_role("button", name="已联系上").click()
        await expect(mine).to_have_count(0)
        done = page.locator("#missed tr", has_text="138****4444")
        await expect(done).to_contain_text("已联系上")
        await done.get_by_role("button", name="撤销").click()
        await expect(mine).to_contain_text("王小梅")

    chromium.play(scene, "wang", "/missed")
    returned(served, "m3b", "+8613811114444")


def test_another_page_sees_a_claim_at_once(served: Served, chromium: Chromium) -> None:
    miss(served, "m4", "+8613811115555")

    async def scene(page: Page) -> None:
        entry = await row(page, "138****5555").get_attribute("data-entry")
        _, status, _ = await asyncio.to_thread(tries, served, "li", entry)
        assert status == 303
        await expect(row(page, "138****5555")).to_contain_text("李敏")

    chromium.play(scene, "wang", "/missed")
    returned(served, "m4b", "+8613811115555")


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": False, "why": "您正在通话中。"}, None])
def test_dialling_asks_telephony_and_says_what_came_of_it(
    served: Served, chromium: Chromium, answer: dict[str, Any] | None
) -> None:
    number = f"+861381111{6000 + (answer is None) + 2 * bool(answer and answer['ok'])}"
    miss(served, f"m5{number}", number)
    asked: list[dict[str, Any]] = []

    def telephony(topic: str, message: dict[str, Any]) -> None:
        asked.append(message)
        if answer is not None:
            told = {"id": message["id"], "agent": message["agent"], "call": "", **answer}
            served.bus.publish("agent.controlled", told)

    stop = served.bus.subscribe(["agent.control"], telephony)

    async def scene(page: Page) -> None:
        mine = row(page, number[-4:])
        await mine.get_by_role("button", name="拨打").click()
        if answer is None:
            await expect(page.locator("#missed .fault")).to_contain_text("没有回应，请再试一次")
        elif answer["ok"]:
            await expect(page.locator("#missed .done")).to_contain_text("正在拨打")
        else:
            await expect(page.locator("#missed .fault")).to_contain_text("您正在通话中。")
        await expect(mine).to_contain_text("王小梅")

    chromium.play(scene, "wang", "/missed")
    stop()
    assert len(asked) == 1 and asked[0]["command"] == "dial"
    assert asked[0]["number"] == number and asked[0]["ticket"] and asked[0]["agent"] == "wang"
    returned(served, f"m5b{number}", number)


def test_rights(served: Served) -> None:
    miss(served, "m6", "+8613811117777", area="440106")
    miss(served, "m7", "+8613811118888", area="440106", withheld=True)
    with served.signed_in("ops") as client:
        assert client.get("/missed").status_code == 403
    with served.signed_in("far") as client:
        shown = client.get("/missed").text
        assert "138****7777" not in shown
        answer = client.post("/missed/1/claim", data={"csrf": csrf_of(client)})
        assert answer.status_code == 400 and "没有这条" in answer.text
    with served.signed_in("wang") as client:
        shown = client.get("/missed").text
        assert "138****7777" in shown and "13811117777" not in shown and "8888" not in shown
        assert client.post("/missed/1/claim").status_code == 403
        hidden = shown.split("号码保密")[0].rsplit('data-entry="', 1)[1].split('"')[0]
        answer = client.post(f"/missed/{hidden}/dial", data={"csrf": csrf_of(client)})
        assert answer.status_code == 400 and "不能从这里拨打" in answer.text


def test_it_can_be_looked_at(served: Served, chromium: Chromium, tmp_path: Any) -> None:
    miss(served, "p1", "+8613911110001", ago=1000)
    miss(served, "p2", "+8613911110002", ago=300)

    async def scene(page: Page) -> None:
        await row(page, "139****0002").get_by_role("button", name="我来处理").click()
        await expect(row(page, "139****0002")).to_contain_text("王小梅")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 1366, "the page is wider than the screen"
        await page.screenshot(path=tmp_path / "missed.png", full_page=True)

    chromium.play(scene, "wang", "/missed", viewport={"width": 1366, "height": 768})
