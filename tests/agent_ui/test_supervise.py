"""Listening in, whispering, stepping in and taking over: the page, the bus, rights and audit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select

from core.journal_tables import AuditEntry
from tests.agent_ui.browser import Chromium, within
from tests.agent_ui.sample import live_row
from tests.agent_ui.served import Served
from tests.agent_ui.test_phone import CALLER, CONNECT
from tests.agent_ui.test_socket import _cookie, _next, _open

NOW = datetime.now(UTC)


class Telephony:
    """Answers orders on the bus as the contract says; `why` refuses, `silent` says nothing."""

    TOPICS = ("supervise.control", "agent.force", "queue.move")
    ANSWERS = ("supervise.controlled", "agent.forced", "queue.moved")

    def __init__(self, served: Served) -> None:
        self.served, self.why, self.silent = served, "", False
        self.orders: list[dict[str, Any]] = []
        self.stop = served.bus.subscribe(self.TOPICS, self._take)

    def _take(self, topic: str, message: dict[str, Any]) -> None:
        self.orders.append(message)
        if self.silent:
            return
        kept = {k: message[k] for k in ("id", "supervisor", "call", "agent") if k in message}
        answer = self.ANSWERS[self.TOPICS.index(topic)]
        self.served.bus.publish(answer, {**kept, "ok": not self.why, "why": self.why})


@pytest.fixture
def telephony(served: Served) -> Iterator[Telephony]:
    answering = Telephony(served)
    yield answering
    answering.stop()


@pytest.fixture(scope="module", autouse=True)
def people(served: Served) -> None:
    served.user("boss", "supervisor", "440000", "陈主管")
    served.user("far", "supervisor", "450000")
    served.user("wang", "agent", "440106", "王小梅")


def _audit(served: Served, who: str) -> list[tuple[str, str]]:
    with served.sessions() as db:
        rows = select(AuditEntry.did, AuditEntry.what).where(AuditEntry.who == who)
        return [(did, what) for did, what in db.execute(rows.order_by(AuditEntry.id))]


def _ask(served: Served, user: str, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Send orders from a page's socket one by one; returns the answers."""

    cookie = _cookie(served, user)

    async def scene() -> list[dict[str, Any]]:
        async with _open(served, cookie) as socket:
            await _next(socket, "snapshot")
            answers = []
            for message in messages:
                await socket.send(_json(message))
                answers.append(await _next(socket, "ordered"))
            return answers

    return served.run(scene())


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message)


def _talk(served: Served, call: str, **changes: Any) -> None:
    row = live_row(call, NOW, state="connected", agent="wang", ticket=f"T-{call}", **changes)
    served.publish("call.changed", row)
    served.until_heard("call.changed", id=call)


def _order(id: str, command: str, call: str = "t1", **more: str) -> dict[str, Any]:
    return {"type": "supervise", "id": id, "call": call, "command": command, **more}


def test_every_use_is_audited_and_given_in_order(served: Served, telephony: Telephony) -> None:
    _talk(served, "t1")
    answers = _ask(
        served, "boss", _order("a", "listen"), _order("b", "whisper"), _order("c", "barge"),
        _order("d", "takeover", reason="话务员身体不适"), _order("e", "leave"),
    )  # fmt: skip
    assert [(each["id"], each["ok"], each["why"]) for each in answers] == [
        (id, True, "") for id in "abcde"
    ]
    assert telephony.orders[:5] == [
        {"id": id, "supervisor": "boss", "call": "t1", "command": command}
        for id, command in zip("abcde", ["listen", "whisper", "barge", "takeover", "leave"],
                               strict=True)
    ]  # fmt: skip
    assert _audit(served, "boss")[-5:] == [
        ("supervise.listen", "T-t1 wang"), ("supervise.whisper", "T-t1 wang"),
        ("supervise.barge", "T-t1 wang"), ("supervise.takeover", "T-t1 wang 话务员身体不适"),
        ("supervise.leave", "T-t1 wang"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("user", "message", "why"),
    [
        ("wang", _order("x", "listen"), "没有这项权限"),
        ("far", _order("x", "listen"), "不在您的地区"),
        ("boss", _order("x", "listen", "none"), "已经结束"),
        ("boss", _order("x", "listen", "machine"), "没有话务员"),
        ("boss", _order("x", "takeover"), "写明原因"),
        ("boss", {"type": "move", "id": "x", "call": "t2"}, "不在排队"),
        ("wang", {"type": "move", "id": "x", "call": "t2"}, "没有这项权限"),
        ("wang", {"type": "force", "id": "x", "agent": "wang", "status": "ready", "reason": "r"},
         "没有这项权限"),
        ("boss", {"type": "force", "id": "x", "agent": "nobody", "status": "off", "reason": "r"},
         "没有这个话务员"),
        ("boss", {"type": "force", "id": "x", "agent": "near", "status": "off", "reason": " "},
         "写明原因"),
        ("far", {"type": "force", "id": "x", "agent": "near", "status": "off", "reason": "r"},
         "不在您的地区"),
    ],
)  # fmt: skip
def test_who_may_not_is_told_why_and_telephony_hears_nothing(
    served: Served, telephony: Telephony, user: str, message: dict[str, Any], why: str
) -> None:
    for call in ("t1", "t2"):
        _talk(served, call)
    served.publish("call.changed", live_row("machine", NOW))
    near = {"agent": "near", "area": "440106", "status": "ready", "state": "idle", "call": ""}
    served.publish("agent.state", near)
    served.until_heard("agent.state", agent="near")
    before = _audit(served, user)
    answer = _ask(served, user, message)[0]
    assert answer["ok"] is False
    assert why in answer["why"]
    assert telephony.orders == []
    done = {did for did, _ in _audit(served, user)[len(before) :]}
    assert done <= {"login", "second_factor.set_up"}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "supervise", "command": "listen", "call": "t1"},
        {"type": "supervise", "id": "x", "command": "record", "call": "t1"},
        {"type": "supervise", "id": 7, "command": "listen", "call": "t1"},
        {"type": "force", "id": "x", "agent": "near", "status": "gone", "reason": "r"},
        {"type": "show", "view": "secrets"},
        {"type": "hangup", "leg": "somebody-else-s"},
    ],
)
def test_nonsense_is_ignored(served: Served, telephony: Telephony, message: dict[str, Any]) -> None:
    _talk(served, "t1")
    good = _order("good", "listen")
    cookie = _cookie(served, "boss")

    async def scene() -> dict[str, Any]:
        async with _open(served, cookie) as socket:
            await socket.send(_json(message))
            await socket.send(_json(good))
            return await _next(socket, "ordered")

    assert served.run(scene())["id"] == "good"
    assert [order["id"] for order in telephony.orders if order["command"] == "listen"] == ["good"]


def test_refusal_of_telephony_is_shown(served: Served, telephony: Telephony) -> None:
    _talk(served, "t1")
    telephony.why = "通话刚刚结束"
    assert _ask(served, "boss", _order("x", "listen"))[0]["why"] == "通话刚刚结束"


def test_silence_of_telephony_is_told_after_three_seconds(
    served: Served, telephony: Telephony
) -> None:
    _talk(served, "t1")
    telephony.silent = True
    told = _ask(served, "boss", _order("x", "listen"))[0]
    assert (told["ok"], told["why"]) == (False, "电话服务没有回应，请再试一次")


def test_move_and_force_go_out_as_agreed(served: Served, telephony: Telephony) -> None:
    waiting = live_row("q1", NOW, state="queued", ticket="T-q1", queued_at=NOW.isoformat())
    served.publish("call.changed", waiting)
    near = {"agent": "near", "area": "440106", "status": "ready", "state": "idle", "call": ""}
    served.publish("agent.state", near)
    served.until_heard("agent.state", agent="near")
    _ask(
        served, "boss", {"type": "move", "id": "m", "call": "q1"},
        {"type": "force", "id": "f", "agent": "near", "status": "break", "reason": "耳麦坏了"},
    )  # fmt: skip
    assert telephony.orders == [
        {"id": "m", "by": "boss", "call": "q1", "front": True},
        {"id": "f", "by": "boss", "agent": "near", "status": "break", "reason": "耳麦坏了"},
    ]
    assert _audit(served, "boss")[-2:] == [
        ("queue.moved", "T-q1"), ("agent.forced", "near break 耳麦坏了"),
    ]  # fmt: skip


def test_supervisor_hears_the_call_in_the_browser_at_once(
    served: Served, chromium: Chromium, telephony: Telephony
) -> None:
    _talk(served, "v1", caller="+86139****5521")

    async def scene(page: Page) -> None:
        context: BrowserContext = page.context
        far = await context.new_page()
        await far.goto("/help")
        sdp = await far.evaluate(CALLER)
        await page.locator("tr[data-call=v1]").get_by_role("button", name="监听").click()
        await within(lambda: len(telephony.orders) == 1, "the order to listen")
        offer = {"agent": "boss", "type": "offer", "leg": "leg-s", "sdp": sdp}
        served.publish("agent.signal", offer)

        def answers() -> list[dict[str, Any]]:
            return [m for t, m in served.heard if t == "agent.reply" and m.get("leg") == "leg-s"]

        await within(lambda: bool(answers()), "the page's answer")
        assert answers()[0]["type"] == "answer"
        await far.evaluate(CONNECT, answers()[0]["sdp"])
        told = page.locator("#listening")
        await expect(told).to_contain_text("正在监听，双方听不到您")
        await expect(told).to_contain_text("139****5521，话务员王小梅，0:0")
        await page.get_by_role("button", name="只对话务员说").click()
        await expect(told).to_contain_text("来电人听不到")
        await page.get_by_role("button", name="接管").click()
        await page.get_by_role("button", name="取消").click()
        assert [order["command"] for order in telephony.orders] == ["listen", "whisper"]
        await page.get_by_role("button", name="接管").click()
        await page.get_by_label("原因").fill("情况紧急")
        await page.locator("#takeover").get_by_role("button", name="接管").click()
        await expect(told).to_contain_text("已接管")
        await page.get_by_role("button", name="挂断").click()
        await expect(told).to_contain_text("点通话右边的“监听”")
        await within(lambda: answers()[-1]["type"] == "hangup", "the leg is hung up")

    chromium.play(scene, "boss", "/live")
    commands = [order["command"] for order in telephony.orders]
    assert commands == ["listen", "whisper", "takeover", "leave"]


def test_call_that_ends_ends_the_listening(
    served: Served, chromium: Chromium, telephony: Telephony
) -> None:
    _talk(served, "v2")

    async def scene(page: Page) -> None:
        await page.locator("tr[data-call=v2]").get_by_role("button", name="监听").click()
        await expect(page.locator("#listening")).to_contain_text("正在监听")
        served.publish("call.gone", {"id": "v2"})
        await expect(page.locator("#supervise-fault")).to_have_text("这个通话已经结束。")
        await expect(page.locator("#listening")).to_contain_text("点通话右边的“监听”")

    chromium.play(scene, "boss", "/live")


def test_closed_page_leaves_the_call(served: Served, telephony: Telephony) -> None:
    _talk(served, "v3")
    _ask(served, "boss", _order("x", "listen", "v3"))
    served.until_heard("supervise.control", call="v3", command="leave")


def test_agents_see_no_buttons(served: Served, chromium: Chromium) -> None:
    _talk(served, "v4")

    async def scene(page: Page) -> None:
        await expect(page.locator("tr[data-call=v4]")).to_be_visible()
        assert await page.get_by_role("button", name="监听").count() == 0
        assert await page.locator("#stepped-in").count() == 0

    chromium.play(scene, "wang", "/live")


def test_signals_for_an_agent_s_phone_do_not_reach_a_supervisor_who_listens_elsewhere(
    served: Served,
) -> None:
    desk = served.app.state.supervisors

    async def ask() -> Any:
        return desk._page_of({"agent": "wang", "type": "offer", "leg": "l", "sdp": "v=0"})

    assert served.run(asyncio.wait_for(ask(), 5)) is None
