"""Choices are found by sound, in whatever words and however unsure the recogniser was."""

from __future__ import annotations

import pytest

from ivr.matching import best, core_of, syllables
from ivr.nodes import AnswerNode, Choice
from ivr.tree import load
from tests.calls.conftest import TREE

PERSON = Choice("person", "p", says=("人工",), mentions=("转人工",))
NEED = Choice("need", "n", says=("需要", "要", "是"))
NO_NEED = Choice("no_need", "d", says=("不需要", "不要", "不是", "没有了"))
CHOICES = (PERSON, NEED, NO_NEED)
FILLERS = ("嗯", "请", "我要", "谢谢", "好的")


@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("人工", "person"),
        ("请人工", "person"),
        ("我要人工", "person"),
        ("任公", "person"),
        ("仁宫", "person"),
        ("麻烦帮我转人工好不好", "person"),
        ("麻烦帮我专人工好不好", "person"),
        ("需要", "need"),
        ("不需要", "no_need"),
        ("不需要谢谢", "no_need"),
        ("不是", "no_need"),
        ("是", "need"),
        ("没有了", "no_need"),
        ("残疾人工作证怎么办", None),
        ("我想问高龄津贴有没有", None),
        ("今天天气", None),
        ("", None),
        ("?!", None),
    ],
)
def test_meaning_of_an_utterance(heard: str, intent: str | None) -> None:
    found = best(heard, 0.9, CHOICES, FILLERS)
    assert (found.intent if found else None) == intent


@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("不是的不是的", "no_need"),
        ("没有了没有了谢谢", "no_need"),
        ("嗯是的呀", "need"),
        ("没有了不要不要", "no_need"),
        ("谢谢谢谢", None),
        ("没有了钱还要不要交", None),
        ("要是不要低保是不是要还钱", None),
    ],
)
def test_a_short_answer_may_be_put_together_of_phrases(heard: str, intent: str | None) -> None:
    found = best(heard, 0.9, CHOICES, FILLERS)
    assert (found.intent if found else None) == intent


def test_low_confidence_alone_rejects_nothing_but_a_doubtful_sound_needs_confidence() -> None:
    assert best("转人工", 0.0, CHOICES, FILLERS) is PERSON
    doubtful = "林公"
    assert best(doubtful, 1.0, CHOICES, FILLERS) is PERSON
    assert best(doubtful, 0.1, CHOICES, FILLERS) is None


def test_short_phrases_inside_a_sentence_must_sound_almost_exactly_so() -> None:
    mentioning = Choice("person", "p", mentions=("接人工",))
    assert best("残疾人工作", 0.9, (mentioning,), FILLERS) is None
    assert best("请接任公", 0.9, (mentioning,), FILLERS) is mentioning


def test_courtesies_are_taken_off_the_ends_only() -> None:
    assert core_of("嗯，请我要人工谢谢", FILLERS) == "人工"
    assert core_of("低保请谁办", FILLERS) == "低保请谁办"
    assert core_of("嗯嗯谢谢", FILLERS) == ""


def test_syllables_count_sounds_not_signs() -> None:
    assert (syllables("低保，怎么？"), syllables("12349"), syllables("…")) == (4, 5, 0)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("不是这个意思", "no"),
        ("不是的不是这个意思", "no"),
        ("这个意思", "yes"),
        ("没有这个意思", None),
        ("不对不对错了", "no"),
        ("没错", "yes"),
    ],
)
def test_a_negation_is_never_taken_for_a_yes(heard: str, meant: str | None) -> None:
    tree = load(TREE)
    node = tree.nodes["answer"]
    assert isinstance(node, AnswerNode)
    found = best(heard, 0.95, (node.yes, node.no), tree.courtesies)
    assert found is {"yes": node.yes, "no": node.no, None: None}[meant]
