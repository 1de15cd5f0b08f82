"""After an answer: hear it again, in full, what to bring, where to go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr import events as ev
from ivr.state import Phase
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
FOUND = ev.Answered(
    "answer", "dibao", "低保怎么申请", "向户籍所在地的街道申请。", "根据办法。", 0.9,
    long="以家庭为单位申请。详见办法。", materials="需要准备：身份证、户口本。",
)  # fmt: skip
NOT_KNOWN = "我说不上来"


def answered(call: Call, found: ev.Answered = FOUND) -> Walk:
    """A caller who has heard an answer and is asked what else there is."""
    walk = call().to_question().say("低保怎么申请").send(found).hear_out()
    assert walk.state.node == "anything_else"
    return walk


@pytest.mark.parametrize(
    ("words", "node", "told"),
    [
        ("再听一遍", "told_again", "向户籍所在地的街道申请。"),
        ("详细说", "told_long", "以家庭为单位申请。"),
        ("要带什么材料", "told_materials", "需要准备：身份证、户口本。"),
        ("那去哪里办", "told_place", NOT_KNOWN),
    ],
)
def test_each_part_is_told_and_the_caller_asked_again(
    call: Call, words: str, node: str, told: str
) -> None:
    walk = answered(call).say(words)
    assert walk.state.node == node and told in walk.said
    walk.hear_out()
    assert walk.state.node == "anything_else" and walk.state.phase is Phase.LISTENING


def test_again_tells_the_source_too(call: Call) -> None:
    assert "根据办法。" in answered(call).say("再听一遍").said


def test_asked_while_the_answer_is_told_it_is_told_next(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).say("要带什么材料")
    assert walk.state.node == "told_materials"


def test_a_person_is_reached_from_there(call: Call) -> None:
    walk = answered(call).say("去哪里办").press("0")
    assert walk.state.phase is Phase.QUEUED


def test_what_was_asked_first_stays_on_the_ticket(call: Call) -> None:
    walk = answered(call).say("详细说")
    assert not [e for e in walk.effects if isinstance(e, ev.Note) and e.key == "intent"]


def test_a_question_that_only_holds_such_words_is_a_question(call: Call) -> None:
    walk = answered(call).say("结婚登记要带什么材料")
    assert walk.state.node == "answer" and walk.state.question == "结婚登记要带什么材料"


def test_of_two_answers_the_last_is_meant(call: Call) -> None:
    walk = answered(call).say("离婚要多久")
    other = ev.Answered("answer", "lihun", "离婚要多久", "有三十天冷静期。", "根据民法典。")
    assert "三十天" in walk.send(other).hear_out().say("再听一遍").said
