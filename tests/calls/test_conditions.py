"""Calls whose answer depends on who asks, on the shipped tree and with the shipped articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hotline import reply_from
from ivr.dialogue import Dialogue
from ivr.tree import load
from knowledge.amounts import Amount
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex
from telephony.calls.service import Calls
from tests.calls.conftest import TREE
from tests.calls.hall import PROMPT_S, Hall
from tests.fakes.sip import FakeLeg

DAY = date(2026, 3, 4)
PROVINCE = "440000"
WHERE = "请问您在哪个区、县或者市？"
HOW_OLD = "请问您今年多大年纪？"


@pytest.fixture(scope="module")
def index() -> KnowledgeIndex:
    """The shipped articles, and two on a grant for the old that tests made up."""
    articles = load_folder().articles
    model = next(each for each in articles if each.id == "lihun-cailiao")
    paid = Amount("样例津贴", "123", "元每月", "440106")
    grant = replace(
        model, topic="老龄工作/样例津贴", questions=("样例津贴怎么领", "样例津贴多少钱"),
        keys=("样例津贴",), area=PROVINCE,
    )  # fmt: skip
    return KnowledgeIndex(
        [
            *articles,
            replace(grant, id="young", title="七十九岁以下的样例津贴", age_to=79, spoken="没有。"),
            replace(
                grant, id="old", title="八十岁以上的样例津贴", age_from=80, spoken="有津贴。",
                amounts=(paid,),
            ),
        ]
    )  # fmt: skip


@pytest.fixture
def phone(tmp_path: Path, index: KnowledgeIndex) -> Callable[[], tuple[Hall, FakeLeg]]:
    """Calls the province's number; the caller has heard the open question."""

    def ring() -> tuple[Hall, FakeLeg]:
        hall = Hall(tmp_path, Dialogue(load(TREE)))
        hall.parts = replace(
            hall.parts, ask=lambda asked, area: reply_from(index, asked, area, DAY)
        )
        known = hall.calls
        hall.calls = Calls(
            hall.parts, "node1", lambda invitation: PROVINCE, known._new_id, known._max_call_s,
            known._ticket_of,
        )  # fmt: skip
        leg = hall.call()
        hall.pass_time(2 * PROMPT_S + 0.5)
        return hall, leg

    return ring


def say(hall: Hall, text: str) -> None:
    hall.ears.final(text)
    hall.pass_time(0)


def said(hall: Hall, leg: FakeLeg) -> str:
    """What the leg plays now."""
    return "".join(hall.playing(leg))


def noted(hall: Hall) -> list[tuple[str, str]]:
    """What was asked and understood, in order, as the ticket keeps it."""
    keys = ("asked", "area", "age", "household", "article")
    return [
        (data["key"], data["value"]) for data in hall.journal.data("note") if data["key"] in keys
    ]


def test_the_area_is_asked_once_and_decides(phone: Callable[[], tuple[Hall, FakeLeg]]) -> None:
    hall, leg = phone()
    say(hall, "火化要不要钱")
    assert WHERE in said(hall, leg)
    hall.pass_time(PROMPT_S + 1)
    say(hall, "我在惠阳")
    told = said(hall, leg)
    assert "惠州" in told and "以当地民政部门最新公布为准" in told
    assert noted(hall) == [("asked", "area"), ("area", "441303"), ("article", "binzang-huizhou")]
    hall.pass_time(6 * PROMPT_S)
    say(hall, "骨灰撒海补助多少钱")
    assert WHERE not in said(hall, leg), "it is known by now"
    leg.far_hangs_up()
    hall.pass_time(3)
    hall.over()


def test_age_then_area_lead_to_the_amount(phone: Callable[[], tuple[Hall, FakeLeg]]) -> None:
    hall, leg = phone()
    say(hall, "样例津贴多少钱")
    assert HOW_OLD in said(hall, leg)
    hall.pass_time(PROMPT_S + 1)
    for key in "85":
        leg.far_presses(key)
        hall.pass_time(0)
    assert WHERE in said(hall, leg)
    hall.pass_time(PROMPT_S + 1)
    say(hall, "天河")
    assert "天河区的样例津贴是123元每月。" in said(hall, leg)
    assert noted(hall) == [
        ("asked", "age"), ("age", "85"), ("asked", "area"), ("area", "440106"), ("article", "old"),
    ]  # fmt: skip


def test_who_cannot_say_where_hears_no_amount_and_is_offered_a_person(
    phone: Callable[[], tuple[Hall, FakeLeg]],
) -> None:
    hall, leg = phone()
    say(hall, "我今年八十五岁，样例津贴多少钱")
    assert WHERE in said(hall, leg)
    for words in ("就在家里面", "不晓得呀"):
        hall.pass_time(2 * PROMPT_S + 1)
        say(hall, words)
    told = said(hall, leg)
    assert "有津贴。" in told and "123" not in told
    assert told.endswith("想问清楚，请按0，或者说人工。")
    assert ("area", "") in noted(hall) and ("article", "old") in noted(hall)
    leg.far_presses("0")
    hall.pass_time(0)
    assert hall.room.waiting
