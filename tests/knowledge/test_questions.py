"""Questions that nobody could answer: kept once, grouped by sound, settled and put back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.db import Sessions
from core.journal_apply import apply_to_call
from core.record import Record
from knowledge import questions
from knowledge.questions import Asked, apply_to_questions, grouped
from knowledge.tables import OpenQuestion
from tests.knowledge.published import NOW


def ask(sessions: Sessions, call: str, text: str, area: str = "440106", seq: int = 1) -> None:
    """Journal a call in which a question found no answer."""
    opened = {
        "node": "n1", "area": area, "trunk": "local", "sip_call_id": call, "caller": "",
        "withheld": False, "called": "12349", "diversion": "", "invite": "",
    }  # fmt: skip
    note = {"key": questions.NOTE, "value": text}
    with sessions() as db:
        if seq == 1:
            apply_to_call(db, Record(call, 0, NOW, "opened", opened))
        record = Record(call, seq, NOW + timedelta(seconds=seq), "note", note)
        apply_to_questions(db, record)


def test_the_journal_keeps_the_text_the_area_and_the_call(sessions: Sessions) -> None:
    ask(sessions, "c1", "共享单车坏了找谁")
    ask(sessions, "c2", "嗯嗯")
    with sessions() as db:
        apply_to_questions(db, Record("c1", 2, NOW, "note", {"key": "topic", "value": "低保"}))
        (row,) = db.scalars(select(OpenQuestion))
    assert (row.call_id, row.area, row.text, row.state) == (
        "c1", "440106", "共享单车坏了找谁", "open",
    )  # fmt: skip


def test_what_sounds_alike_is_one_group(sessions: Sessions) -> None:
    for number, text in enumerate(["公交卡怎么办", "公家卡怎么办", "我想问一下公交卡怎么办"]):
        ask(sessions, f"c{number}", text)
    ask(sessions, "c9", "垃圾分类怎么分")
    groups = questions.open_questions(sessions, "440000")
    assert [len(group.asked) for group in groups] == [3, 1]
    assert "卡怎么办" in groups[0].text and groups[1].text == "垃圾分类怎么分"


def test_other_areas_see_their_own_only(sessions: Sessions) -> None:
    ask(sessions, "c1", "公交卡怎么办", "440300")
    assert questions.open_questions(sessions, "440100") == []
    assert questions.of_area(sessions, [1], "440100") == []
    assert questions.texts(sessions, [1], "440100") == []
    assert questions.texts(sessions, [1], "440300") == ["公交卡怎么办"]


def test_settled_ones_can_be_put_back(sessions: Sessions) -> None:
    ask(sessions, "c1", "公交卡怎么办")
    assert questions.settle(sessions, [1], "li", NOW) == ["公交卡怎么办"]
    assert questions.settle(sessions, [1], "li", NOW, "gongjiaoka") == []
    assert questions.open_questions(sessions, "440000") == []
    assert questions.reopen(sessions, [1], "li", NOW) == ["公交卡怎么办"]
    assert questions.open_questions(sessions, "440000")[0].ids == (1,)


@given(st.lists(st.text("公交卡低保申请怎么办垃圾分类", min_size=1, max_size=9), max_size=30))
def test_no_question_is_lost_or_doubled(texts: list[str]) -> None:
    asked = [Asked(n, f"c{n}", "440106", text, NOW) for n, text in enumerate(texts)]
    groups = grouped(asked)
    assert sorted(each.id for group in groups for each in group.asked) == list(range(len(texts)))
    sizes = [len(group.asked) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
