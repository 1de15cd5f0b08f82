"""The queue: in which order, why nobody came yet, and moving a caller to the front."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Page, expect

from agent_ui.wallboard.queue import (
    CLASSES,
    Decision,
    class_of,
    decision_of,
    in_order,
    queue_shown,
    told,
    why_waiting,
)
from tests.agent_ui.browser import Chromium
from tests.agent_ui.sample import live_row
from tests.agent_ui.served import Served
from tests.agent_ui.test_supervise import Telephony

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def waits(call: str, priority: str = "normal", seconds: int = 0, **more: Any) -> dict[str, Any]:
    since = (AT - timedelta(seconds=seconds)).isoformat()
    row = live_row(call, AT, state="queued", queued_at=since, priority=priority, language="")
    return {**row, **more}


def agent(name: str, status: str, state: str, area: str = "", skills: str = "") -> dict[str, Any]:
    return {"agent": name, "status": status, "state": state, "area": area, "skills": skills}


def test_order_is_class_then_front_then_wait() -> None:
    rows = [
        waits("new", seconds=1), waits("long", seconds=90), waits("old", "elder", 2),
        waits("back", "callback", 900), waits("help", emergency=True), waits("alarm", "alarm"),
        live_row("talks", AT, state="connected"),
    ]  # fmt: skip
    order = [row["id"] for row in in_order(rows)]
    assert order == ["alarm", "help", "old", "long", "new", "back"]
    moved = [row["id"] for row in in_order(rows, ["long", "new"])]
    assert moved == ["alarm", "help", "old", "new", "long", "back"]


@given(st.lists(st.tuples(st.sampled_from([*CLASSES, "", "x"]), st.integers(0, 99)), max_size=20))
def test_order_loses_nobody_and_serves_better_classes_first(found: list[tuple[str, int]]) -> None:
    rows = [waits(str(n), priority, wait) for n, (priority, wait) in enumerate(found)]
    order = in_order(rows, ["3", "7"])
    assert sorted(row["id"] for row in order) == sorted(row["id"] for row in rows)
    ranks = [list(CLASSES).index(class_of(row)) for row in order]
    assert ranks == sorted(ranks)


BUSY = [
    agent("a", "ready", "talking"), agent("b", "ready", "wrapup"), agent("c", "break", "idle"),
    agent("y", "ready", "talking", skills="粤语"), agent("far", "ready", "idle", "440300"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "agents", "why"),
    [
        ({}, BUSY, "能接这个来电的话务员都不空闲：通话2人、整理1人、小休1人。"),
        ({"language": "粤语"}, BUSY, "会讲粤语的话务员都不空闲：通话1人。"),
        ({"language": "客家话"}, BUSY, "没有会讲客家话的话务员在线。"),
        ({}, [agent("gone", "ready", "away")], "没有能接这个来电的话务员在线。"),
        ({"area": "440305"}, BUSY, "有空闲的话务员，正在派话。"),
        ({"emergency": True, "language": "客家话"}, BUSY, "有空闲的话务员，正在派话。"),
    ],
)
def test_why_nobody_came_yet(more: dict[str, Any], agents: list[Any], why: str) -> None:
    assert why_waiting(waits("c", **more), agents) == why


def test_decisions_are_shown_for_running_calls_of_the_area() -> None:
    rows = [waits("c1"), waits("c2", area="440305"), live_row("c3", AT, state="connected")]
    made = [Decision("c1", "wang", "空闲最久", "t1"), Decision("c2", "li", "y", "t2"),
            Decision("gone", "li", "z", "t3"), Decision("c3", "zhao", "w", "t4")]  # fmt: skip
    shown = queue_shown(rows, [], made, [], "440100", {"wang": "王小梅"})
    assert [row["call"] for row in shown["rows"]] == ["c1"]
    assert shown["rows"][0]["tried"] == "王小梅"
    assert [(d["call"], d["agent_name"]) for d in shown["decisions"]] == [
        ("c3", "zhao"), ("c1", "王小梅"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"why": "空闲最久"}, "空闲最久"),
        ({"kind": "offered", "text": "普通来电，已等 9 秒；空闲最久。", "at": 1_790_000_000_000},
         "普通来电，已等 9 秒；空闲最久。"),
        ({"kind": "refused", "text": "no answer"}, "没有接：振铃没有接"),
        ({"kind": "refused"}, "没有接"),
        ({"kind": "moved", "who": "boss", "agent": ""}, "由陈主管移到最前"),
    ],
)  # fmt: skip
def test_what_the_dispatcher_s_log_says(message: dict[str, Any], sentence: str) -> None:
    decision = decision_of({"call": "c1", "agent": "wang", **message})
    assert told(decision, {"boss": "陈主管"}) == sentence


def test_what_concerns_no_caller_is_not_shown() -> None:
    made = [decision_of({"kind": kind, "call": "c1", "agent": "wang", "text": "x"})
            for kind in ("forced", "ended", "refused")]  # fmt: skip
    shown = queue_shown([waits("c1")], [], made, [], "440100", {})
    assert [each["why"] for each in shown["decisions"]] == ["没有接：x"]
    assert shown["rows"][0]["tried"] == ""


def test_page_shows_who_waits_and_moves_to_the_front(served: Served, chromium: Chromium) -> None:
    served.user("boss", "supervisor", "440000", "陈主管")
    telephony = Telephony(served)
    now = datetime.now(UTC)

    def queued(call: str, seconds: int, **more: Any) -> None:
        since = (now - timedelta(seconds=seconds)).isoformat()
        row = live_row(call, now, state="queued", queued_at=since, priority="normal")
        served.publish("call.changed", {**row, **more})

    async def scene(page: Page) -> None:
        await expect(page.get_by_text("现在没有人等候")).to_be_visible()
        queued("q1", 90, language="粤语", caller="+86137****1111")
        queued("q2", 30, caller="+86137****2222")
        rows = page.locator("#waiting tbody tr")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(0)).to_contain_text("137****1111")
        await expect(rows.nth(0)).to_contain_text("1:3")
        await expect(rows.nth(0)).to_contain_text("没有会讲粤语的话务员在线")
        decided = {"call": "q2", "agent": "li", "why": "等候最久，李敏空闲", "at": now.isoformat()}
        served.publish("queue.decided", decided)
        await expect(page.locator("#decisions")).to_contain_text("等候最久，李敏空闲")
        await rows.nth(1).get_by_role("button", name="移到最前").click()
        await expect(rows.nth(0)).to_contain_text("137****2222")
        await expect(rows.nth(0)).to_contain_text("1（提前）")
        telephony.why = "这个来电人刚刚接通"
        await rows.nth(1).get_by_role("button", name="移到最前").click()
        await expect(page.locator("#queue-fault")).to_have_text("这个来电人刚刚接通")
        for call in ("q1", "q2"):
            served.publish("call.gone", {"id": call})
        await expect(page.get_by_text("现在没有人等候")).to_be_visible()

    try:
        chromium.play(scene, "boss", "/queue")
    finally:
        telephony.stop()
