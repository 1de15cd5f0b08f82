"""Elder mode: how a call comes into it, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import events as ev
from ivr.elder import age_said
from ivr.state import Phase
from ivr.tree import examine
from tests.ivr.conftest import SHIPPED
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
KNOWN = frozenset({"number", "elder"})


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("我八十岁了", 80),
        ("我今年七十二", 72),
        ("我今年七十二岁想问一下低保", 72),
        ("我都六十五了", 65),
        ("八十岁了", 80),
        ("我72岁", 72),
        ("本人今年66岁", 66),
        ("我一百零二岁", 102),
        ("我快七十了", 70),
        ("我七八十岁了", 70),
        ("我吧是岁了", 80),  # by sound
        ("我三十岁", 30),
        ("八十岁以上有什么补贴", 0),
        ("我妈八十岁了", 0),
        ("我八十岁的老母亲", 0),
        ("我就是想问低保", 0),
        ("我就是了", 0),
        ("我要八十块", 0),
        ("我十分着急", 0),
        ("我的电话一三八零零", 0),
        ("", 0),
    ],
)
def test_an_age_is_taken_when_it_is_the_speakers_own(said: str, age: int) -> None:
    assert age_said(said)[0] == age


@given(st.integers(65, 120))
def test_every_age_is_understood_in_figures(age: int) -> None:
    assert age_said(f"我今年{age}岁") == (age, "")


@given(st.text("我今年零一二三四五六七八九十百岁了的以上，", max_size=12))
def test_an_age_is_one_that_people_reach(text: str) -> None:
    age, rest = age_said(text)
    assert 0 <= age <= 120
    assert len(rest) <= len(text)


def begun(walk: Walk) -> list[ev.ElderBegins]:
    return [effect for effect in walk.all if isinstance(effect, ev.ElderBegins)]


def test_a_remembered_caller_is_in_it_before_the_first_word(call: Call) -> None:
    walk = call(known=KNOWN)
    kinds = [type(effect) for effect in walk.effects]
    assert kinds.index(ev.ElderBegins) < kinds.index(ev.Say)
    assert walk.notes("elder") == ["record"]


def test_an_age_alone_gets_the_question_again_in_short(call: Call) -> None:
    walk = call().to_question().say("我八十岁了")
    assert walk.notes("elder") == ["age"]
    assert walk.said == "好的，我说慢一点。您好，请说您的需求。"
    assert walk.state.misses == 0


def test_an_age_beside_a_question_leaves_the_question(call: Call) -> None:
    walk = call().to_question().say("我今年七十二，我想问低保怎么申请")
    assert walk.notes("elder") == ["age"]
    (asked,) = walk.of(ev.Ask)
    assert "低保" in asked.text


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('digit: "*"', "digit: 1", "the digit 1 is given twice"),
        ("年纪大了, 年纪大,", "我摔倒了,", "holds a word of distress"),
        ('elder: "{spoken}"', 'elder: "{answer}"', "a placeholder stands where nothing fills it"),
        ("elder:\n  asked:", "shared_elder:\n  asked:", "shared_elder"),
    ],
)
def test_what_is_wrong_with_it_is_found(
    tree_file: Callable[[str], Path], old: str, new: str, what: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    _, findings = examine(tree_file(text.replace(old, new)))
    assert any(what in str(finding) for finding in findings)


def test_a_tree_without_it_has_no_words_for_it(tree_file: Callable[[str], Path]) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    start, end = text.index("elder:\n  asked:"), text.index("# These hold at every moment")
    _, findings = examine(tree_file(text[:start] + text[end:]))
    assert any("need has words for elder mode" in str(finding) for finding in findings)


def test_who_is_younger_is_not_in_it(call: Call) -> None:
    assert not begun(call().to_question().say("我今年六十四岁了"))


@pytest.mark.parametrize(
    "said", ["讲慢一点", "请说慢一点", "听不清楚啊", "大声一点", "再说一遍", "我听不清楚"]
)
def test_who_asks_for_it_hears_the_question_again(call: Call, said: str) -> None:
    walk = call().to_question().say(said)
    assert walk.notes("elder") == ["asked"]
    assert walk.said == "好的，我说慢一点。您好，请说您的需求。"


def test_the_key_asks_for_it_too_at_any_question(call: Call) -> None:
    walk = call().to_question().press("*")
    assert walk.notes("elder") == ["asked"] and "慢一点" in walk.said
    walk.hear_out()
    assert "您好" in walk.press("*").said
    assert len(begun(walk)) == 1


def test_asking_over_a_text_says_it_again(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请")
    walk.send(ev.Answered("answer", "a", "低保", "向街道申请。", "根据办法。"))
    walk.murmur("说慢一点").say("说慢一点")
    assert walk.notes("elder") == ["asked"]
    assert "向街道申请。" in walk.said and walk.state.phase is Phase.SAYING


def test_only_the_first_answer_says_where_it_stands(call: Call) -> None:
    walk = call(known=KNOWN).to_question().say("低保怎么申请")
    found = ev.Answered("answer", "a", "低保", "向街道申请。", "根据办法。")
    walk.send(found)
    assert walk.said == "向街道申请。根据办法。以当地民政部门最新公布为准。"
    walk.hear_out().say("低保要多久").send(found)
    assert walk.said == "向街道申请。"


def test_one_misunderstanding_leads_to_a_person(call: Call) -> None:
    nothing = ev.Answered("nothing")
    usual = call().to_question().say("地堡山区").send(nothing)
    assert "sorry_person" not in usual.nodes
    walk = call(known=KNOWN).to_question().say("地堡山区").send(nothing)
    assert walk.nodes[-1] == "sorry_person"


def test_the_caller_has_more_time(call: Call) -> None:
    def patience(walk: Walk) -> int:
        timers = [effect.ms for effect in walk.all if isinstance(effect, ev.SetTimer)]
        return timers[-1]

    assert patience(call().to_question()) == 6_000
    assert patience(call(known=KNOWN).to_question()) == 9_000


def test_silence_brings_other_words(call: Call) -> None:
    walk = call(known=KNOWN).to_question().wait()
    assert walk.said == "请直接说您要问什么，或者按0，找人工。"
    assert walk.hear_out().wait().said == "不用着急，请慢慢说。要找人工，请按0。"


def late(walk: Walk, seconds: float) -> Walk:
    """Begin to answer so long after the question."""
    walk.now += timedelta(seconds=seconds)
    return walk.send(ev.VoiceStarted())


def test_two_slow_answers_make_one(call: Call) -> None:
    walk = late(call().to_question(), 4.5).say("政策咨询")
    assert walk.nodes[-1] == "policy" and not begun(walk)
    late(walk.hear_out(), 4.5).say("低保怎么申请")
    assert walk.notes("elder") == ["slow"]


def test_quick_answers_and_coughs_do_not(call: Call) -> None:
    walk = late(call().to_question(), 0.5).say("政策咨询").hear_out()
    late(walk, 4.5).say("")
    assert walk.state.slow == 0
    walk.say("低保怎么申请")
    assert not begun(walk)


def test_two_silences_make_one(call: Call) -> None:
    walk = call().to_question().wait().hear_out()
    assert walk.state.slow == 1
    assert walk.wait().notes("elder") == ["slow"]
    assert "不用着急" in walk.said


def test_who_leaves_in_silence_is_not_slow(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请")
    walk.send(ev.Answered("answer", "a", "低保", "向街道申请。", "根据办法。"))
    walk.hear_out()
    assert walk.state.node == "anything_else"
    assert walk.wait().state.slow == 0


def test_a_wish_for_a_person_goes_first(call: Call) -> None:
    walk = call().to_question().say("听不清楚，转人工")
    assert "person" in walk.nodes and walk.notes("elder") == ["asked"]


def test_in_a_number_an_age_is_none_but_asking_counts(call: Call) -> None:
    walk = call()
    walk.state = walk.state.__class__(node="new_number", phase=Phase.LISTENING, tag=9)
    walk.say("我八十岁了")
    assert not begun(walk)
    walk.say("听不清楚")
    assert walk.notes("elder") == ["asked"] and "八零" in walk.said
