"""Agents' days: changes are kept, drawn as lines, and agents can be forced with a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Page, expect
from sqlalchemy import delete, select

from agent_ui.agent_days.day import Change, PauseKind, change_of, line, sums
from agent_ui.agent_days.log import ALIVE, AgentLog
from agent_ui.agent_days.store import changes_between, keep
from agent_ui.agent_days.tables import AgentChange
from agent_ui.wallboard.figures import AGENT_STATES
from tests.agent_ui.browser import Chromium, within
from tests.agent_ui.served import Served
from tests.agent_ui.test_supervise import Telephony

START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(hours=24)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def change(minutes: float, doing: str, **more: str) -> Change:
    return Change("wang", at(minutes), doing, **more)


@pytest.mark.parametrize(
    ("changes", "end", "stretches"),
    [
        ([], END, []),
        ([change(60, "free")], at(90), [(60, 90, "free")]),
        ([change(-30, "free"), change(20, "talking")], at(40),
         [(0, 20, "free"), (20, 40, "talking")]),
        ([change(1, "free"), change(2, "free"), change(3, "away")], at(5),
         [(1, 3, "free"), (3, 5, "away")]),
        ([change(1, "break", pause="meal"), change(2, "break", pause="rest")], at(5),
         [(1, 2, "break"), (2, 5, "break")]),
        ([change(1, "free"), change(1, "talking")], at(5), [(1, 5, "talking")]),
        ([change(10, "free")], at(5), []),
    ],
)  # fmt: skip
def test_lines(changes: list[Change], end: datetime, stretches: list[Any]) -> None:
    found = line(changes, START, end)
    assert [(s.start, s.end, s.doing) for s in found] == [
        (at(first), at(last), doing) for first, last, doing in stretches
    ]


def test_sums_count_pauses_by_reason_and_no_absence() -> None:
    found = line(
        [change(0, "free"), change(10, "break", pause="meal"), change(40, "away"),
         change(100, "break", pause="rest")], START, at(105),
    )  # fmt: skip
    assert sums(found) == {"free": 600, "break": 2100, "break:meal": 1800, "break:rest": 300}


@given(
    st.lists(st.tuples(st.integers(-500, 2000), st.sampled_from(AGENT_STATES)), max_size=30),
    st.integers(0, 1440),
)
def test_a_line_has_neither_gap_nor_overlap(found: list[tuple[int, str]], end: int) -> None:
    changes = [change(minutes, doing) for minutes, doing in sorted(found)]
    stretches = line(changes, START, at(end))
    for before, after in pairwise(stretches):
        assert before.end == after.start
    assert all(START <= s.start < s.end <= at(end) for s in stretches)
    here = sum(s.seconds for s in stretches if s.doing != "away")
    assert sum(v for k, v in sums(stretches).items() if ":" not in k) == pytest.approx(here)


def test_change_from_a_message_of_the_bus() -> None:
    told = {"agent": "wang", "area": "440106", "status": "break", "state": "idle", "call": "",
            "pause": "meal", "forced_by": "boss", "reason": "会议"}  # fmt: skip
    assert change_of(told, START) == Change(
        "wang", START, "break", "440106", "meal", "", "boss", "会议"
    )
    assert change_of({**told, "state": "talking"}, START).pause == ""
    assert change_of({"agent": "x"}, START).doing == "away"


def _state(agent: str, status: str, state: str, **more: str) -> dict[str, Any]:
    return {"agent": agent, "area": "440106", "status": status, "state": state, "call": "",
            "reason": "", **more}  # fmt: skip


def _kept(served: Served, agent: str) -> list[str]:
    with served.sessions() as db:
        mine = select(AgentChange.doing).where(AgentChange.agent == agent).order_by(AgentChange.id)
        return list(db.scalars(mine))


def test_changes_are_kept_once_and_in_order(served: Served) -> None:
    for status, state in (("off", "idle"), ("ready", "idle"), ("ready", "idle"),
                          ("ready", "offered"), ("ready", "talking"), ("ready", "wrapup"),
                          ("break", "wrapup"), ("break", "idle")):  # fmt: skip
        served.publish("agent.state", _state("kept", status, state))
    expected = ["away", "free", "offered", "talking", "wrapup", "break"]
    served.run(within(lambda: _kept(served, "kept") == expected, "all changes"))


def test_only_what_matters_of_the_day_before_is_read(served: Served) -> None:
    with served.sessions() as db:
        keep(db, [Change("night", at(m), d) for m, d in
                  ((-90, "free"), (-60, "talking"), (-30, "wrapup"), (30, "free"))])  # fmt: skip
        found = changes_between(db, START, END, "night")["night"]
        db.execute(delete(AgentChange).where(AgentChange.agent == "night"))
    assert [(c.at, c.doing) for c in found] == [(at(-30), "wrapup"), (at(30), "free")]


@pytest.mark.parametrize(("silent_s", "closed"), [(600, True), (5, False)])
def test_after_a_crash_agents_were_away_since_the_last_sign_of_life(
    served: Served, silent_s: float, closed: bool
) -> None:
    name = f"crash{closed}"
    now = datetime.now(UTC)
    console = served.console
    with served.sessions() as db:
        keep(db, [Change(name, now - timedelta(hours=1), "free", "440106")])

    async def start() -> None:
        alive = now - timedelta(seconds=silent_s)
        await console.redis.set(ALIVE, str(alive.timestamp()))
        log = AgentLog(console.bus, console.redis, console.sessions, console.now)
        await log.start()
        try:
            if closed:
                await within(lambda: len(_kept(served, name)) == 2, "the absence")
        finally:
            log.stop()

    served.run(start())
    assert _kept(served, name) == (["free", "away"] if closed else ["free"])
    if closed:
        with served.sessions() as db:
            newest = select(AgentChange.at).where(AgentChange.agent == name)
            since = db.scalars(newest.order_by(AgentChange.id.desc())).first()
        assert since is not None
        assert abs((now - since).total_seconds() - silent_s) < 1


def test_page_draws_the_day_and_follows(served: Served, chromium: Chromium) -> None:
    served.user("boss", "supervisor", "440000", "陈主管")
    served.user("li", "agent", "440106", "李敏")
    served.user("far", "agent", "450000", "远方")
    telephony = Telephony(served)
    now = datetime.now(UTC)
    with served.sessions() as db:
        for seconds, doing, pause in ((60, "free", ""), (30, "break", "meal")):
            began = now - timedelta(seconds=seconds)
            keep(db, [Change("li", began, doing, "440106", pause)])
    served.publish("agent.state", _state("li", "break", "idle", pause="meal"))
    served.publish("agent.state", {**_state("far", "ready", "idle"), "area": "450000"})
    served.until_heard("agent.state", agent="far")

    kinds = {"meal": PauseKind("用餐", 0.25)}
    object.__setattr__(served.console, "pauses", kinds)

    async def scene(page: Page) -> None:
        row = page.locator("tr[data-agent=li]")
        await expect(row).to_contain_text("小休")
        await expect(row).to_contain_text(re.compile("用餐0:3./0.25分（超时）"))
        assert await row.locator("rect.s-free").count() == 1
        assert await page.locator("tr[data-agent=far]").count() == 0
        await expect(row.locator("svg.line")).to_have_attribute(
            "aria-label", re.compile("李敏：空闲")
        )
        served.publish("agent.state", _state("li", "ready", "talking", call="c1"))
        await expect(row).to_contain_text("通话")
        await expect(row.locator("rect.s-talking")).to_have_count(1)
        await row.get_by_role("button", name="设为小休").click()
        await page.get_by_label("原因").fill("参加培训")
        await page.get_by_role("button", name="确定").click()
        await expect(page.locator("#agents-done")).to_have_text("李敏已设为小休。")
        telephony.why = "李敏正在通话，结束后生效"
        await row.get_by_role("button", name="设为离线").click()
        await page.get_by_label("原因").fill("下班")
        await page.get_by_role("button", name="确定").click()
        await expect(page.locator("#agents-fault")).to_have_text("李敏正在通话，结束后生效")

    try:
        chromium.play(scene, "boss", "/agents")
    finally:
        telephony.stop()
    assert [(o["agent"], o["status"], o["reason"], o["by"]) for o in telephony.orders] == [
        ("li", "break", "参加培训", "boss"), ("li", "off", "下班", "boss"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2020-01-01", "yesterday", "2999-01-01", "2026-13-99"])
def test_any_day_can_be_asked_for(served: Served, day: str) -> None:
    served.user(f"b{abs(hash(day)) % 10**6}", "supervisor", "440000")
    with served.signed_in(f"b{abs(hash(day)) % 10**6}") as client:
        assert client.get(f"/agents?day={day}").status_code == 200
        answer = client.get(f"/agents/lines?day={day}")
        assert answer.status_code == 200
        if day == "2020-01-01":
            assert answer.json()["rows"] == []
