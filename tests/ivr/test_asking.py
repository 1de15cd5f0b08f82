"""An answer that depends on who asks: the condition is asked for, understood, and remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.asker import AGE, AREA, HOUSEHOLD, UNKNOWN, Asker
from ivr import conditions
from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.nodes import Choice
from ivr.state import Phase
from tests.ivr.conftest import OPEN
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
QUESTIONS = {AREA: "哪个区", AGE: "多大年纪", HOUSEHOLD: "本地户口吗"}
TOLD = ev.Answered("answer", "hui", "高龄津贴", "每月一百元。", "根据办法。", area="440000")
UNSURE = ev.Answered("unsure", "hui", "高龄津贴", "看年龄。", "根据办法。", asks=AGE)


def needs(condition: str) -> ev.Answered:
    return ev.Answered("ask", "hui", "高龄津贴", "看情况。", "根据办法。", 1.0, asks=condition,
                       area="440000")  # fmt: skip


def asked(call: Call, condition: str) -> Walk:
    """A caller who is asked for a condition, and has heard the question."""
    walk = call().to_question().say("高龄津贴怎么领").send(needs(condition))
    assert QUESTIONS[condition] in walk.said and walk.notes("asked") == [condition]
    return walk.hear_out()


def asker(walk: Walk) -> Asker:
    (question,) = walk.of(ev.Ask)
    assert question.text == "高龄津贴怎么领"
    return question.asker


@pytest.mark.parametrize(
    ("condition", "reply", "known"),
    [
        (AREA, "天河区", Asker(area="440106")),
        (AREA, "我在惠州", Asker(area="441300")),
        (AGE, "七十二", Asker(age=72)),
        (AGE, "我今年八十岁了", Asker(age=80)),
        (AGE, "三十", Asker(age=30)),
        (HOUSEHOLD, "是的", Asker(household="local")),
        (HOUSEHOLD, "不是", Asker(household="other")),
        (HOUSEHOLD, "我是外地户口", Asker(household="other")),
        (HOUSEHOLD, "不是本地户口", Asker(household="other")),
        (HOUSEHOLD, "本地人", Asker(household="local")),
    ],
)
def test_a_reply_is_understood_and_the_question_put_again(
    call: Call, condition: str, reply: str, known: Asker
) -> None:
    walk = asked(call, condition).say(reply)
    found = asker(walk)
    assert (found.area, found.age, found.household) == (known.area, known.age, known.household)
    assert condition in found.settled
    value = known.area or known.household or str(known.age)
    assert value in walk.notes(condition)
    walk.send(TOLD)
    assert "每月一百元。" in walk.said and walk.state.phase is Phase.SAYING
    assert "0" not in walk.said, "nobody was misunderstood"


def test_what_was_said_is_known_for_the_rest_of_the_call(call: Call) -> None:
    walk = asked(call, AREA).say("天河区").send(TOLD).hear_out().say("高龄津贴怎么领")
    assert asker(walk).area == "440106" and AREA in asker(walk).settled
    walk.send(needs(AREA))
    assert QUESTIONS[AREA] not in walk.said, "never twice"


def test_an_age_in_the_question_is_used_and_another_s_is_not_kept(call: Call) -> None:
    walk = call().to_question().say("我今年七十二岁，高龄津贴怎么领")
    (question,) = walk.of(ev.Ask)
    assert question.asker.age == 72 and walk.notes("age") == ["72"]
    assert "高龄津贴怎么领" in question.otherwise and "七十二" not in question.otherwise
    walk.send(TOLD).hear_out().say("我妈九十五岁，高龄津贴多少")
    assert walk.of(ev.Ask)[0].asker.age == 95
    walk.send(TOLD).hear_out().say("高龄津贴怎么领")
    assert asker(walk).age == 72


def test_an_age_said_before_any_question_is_known(call: Call) -> None:
    walk = call().to_question().say("我八十岁了").hear_out().say("高龄津贴怎么领")
    assert asker(walk).age == 80


def test_nothing_is_asked_that_the_tree_has_no_words_for(call: Call) -> None:
    walk = call().to_question().say("高龄津贴怎么领")
    assert asker(walk) == UNKNOWN
    walk.send(needs("weather"))
    assert walk.state.phase is not Phase.ASKING and not walk.notes("asked")


def test_after_two_misses_what_can_be_told_is_told_and_a_person_offered(call: Call) -> None:
    walk = asked(call, AREA).say("我也不晓得这是哪里")
    assert "例如天河区" in walk.said
    walk.hear_out().say("这边这边")
    assert AREA in asker(walk).settled and walk.notes(AREA) == [""]
    walk.send(TOLD)
    assert walk.said.endswith("想问清楚，请按0，或者说人工。") and "每月一百元。" in walk.said
    assert walk.press("0").state.phase is Phase.QUEUED


def test_with_nothing_to_tell_a_person_is_offered_all_the_same(call: Call) -> None:
    walk = asked(call, AGE).wait().hear_out().wait()
    assert AGE in asker(walk).settled
    walk.send(ev.Answered("nothing"))
    assert "请按0" in walk.said and "答不上来" not in walk.said
    assert walk.hear_out().state.node == "anything_else"


def test_an_offer_that_is_confirmed_is_asked_about(call: Call) -> None:
    walk = call().to_question().say("高龄津贴怎么领").send(UNSURE).hear_out().say("是的")
    assert QUESTIONS[AGE] in walk.said
    walk.hear_out().say("七十二岁")
    (question,) = walk.of(ev.Ask)
    assert question.about == "hui" and question.asker.age == 72


@pytest.mark.parametrize(
    ("keys", "age"), [("72", 72), ("102", 102), ("10#", 10), ("8#", 8), ("13", 13)]
)
def test_an_age_may_be_keyed(call: Call, keys: str, age: int) -> None:
    walk = asked(call, AGE)
    for key in keys:
        assert not walk.of(ev.Ask)
        walk.press(key)
    assert asker(walk).age == age


def test_ten_may_go_on_to_a_hundred_and_ends_with_the_patience(call: Call) -> None:
    walk = asked(call, AGE).press("1").press("0").wait()
    assert asker(walk).age == 10


def test_a_lone_key_means_what_it_means_everywhere(call: Call) -> None:
    walk = asked(call, AGE).press("2")
    assert not walk.notes("emergency")
    assert walk.wait().notes("emergency") == ["2"]
    assert asked(call, AGE).press("0").state.phase is Phase.QUEUED
    assert asked(call, AREA).press("3").state.node == "directions"
    assert asker(asked(call, AGE).press("7").wait()).age == 7


@pytest.mark.parametrize(("key", "household"), [("1", "local"), ("9", "other")])
def test_yes_and_no_may_be_keyed(call: Call, key: str, household: str) -> None:
    assert asker(asked(call, HOUSEHOLD).press(key)).household == household


def test_a_cry_for_help_and_a_person_go_before_the_question(call: Call) -> None:
    walk = asked(call, AREA).say("救命啊着火了")
    assert walk.notes("emergency")
    assert asked(call, AREA).say("转人工").state.phase is Phase.QUEUED


def test_asked_back_for_a_word_of_distress_the_question_is_put_again(call: Call) -> None:
    walk = asked(call, AGE).say("救命")
    assert "紧急救助" in walk.said
    walk.hear_out().say("不是")
    assert QUESTIONS[AGE] in walk.said


def test_slower_please_repeats_the_question(call: Call) -> None:
    assert QUESTIONS[AGE] in asked(call, AGE).say("说慢一点").said


def test_without_a_recogniser_an_area_is_not_asked_and_an_age_is_keyed(shipped: Dialogue) -> None:
    walk = Walk(shipped, OPEN).to_question().say("高龄津贴怎么领").send(needs(AGE)).hear_out()
    walk.send(ev.NoRecogniser())
    assert "按键" in walk.said
    assert asker(walk.press("7").press("2")).age == 72
    walk = Walk(shipped, OPEN).to_question().say("高龄津贴怎么领").send(needs(AREA)).hear_out()
    assert AREA in asker(walk.send(ev.NoRecogniser())).settled


def test_a_recogniser_that_goes_while_the_area_is_asked_for_leaves_nobody_in_silence(
    shipped: Dialogue,
) -> None:
    walk = Walk(shipped, OPEN).to_question().say("高龄津贴怎么领").send(needs(AREA))
    question = walk.state.saying
    assert question
    walk.send(ev.NoRecogniser())
    assert walk.of(ev.Hush) and walk.state.phase is Phase.ASKING
    walk.send(ev.SayDone(question))
    assert walk.state.phase is Phase.ASKING and walk.state.timer
    walk.send(ev.TimerFired(walk.state.timer))
    assert walk.state.phase is not Phase.ASKING


def test_a_key_goes_before_a_second_reading_of_what_was_said(call: Call) -> None:
    walk = asked(call, AGE).send(ev.Speech("七十啊二呀", 0.3, True))
    assert walk.of(ev.Reread)
    walk.press("8").press("1")
    assert asker(walk).age == 81
    walk.send(ev.ReadAgain("七十二", 0.9))
    assert walk.state.phase is Phase.ASKING and walk.state.asker.age == 81


def test_a_nod_over_the_question_answers_nothing(call: Call) -> None:
    walk = call().to_question().say("高龄津贴怎么领").send(needs(AGE)).say("嗯")
    assert walk.state.phase is Phase.LISTENING and not walk.effects


ASKED = conditions.Asked(
    ("首先？",), ("再问？",), Choice("yes", "", "1", ("是",)), Choice("no", "", "9", ("不是",)),
    "440000", frozenset("012345"),
)  # fmt: skip
done = st.one_of(
    st.builds(conditions.Heard, st.text("七十二岁天河区是不本地户口", max_size=8)),
    st.builds(conditions.Key, st.sampled_from("0123456789*#")),
    st.just(conditions.Silence()),
)


@given(st.sampled_from([AREA, AGE, HOUSEHOLD]), st.lists(done, max_size=20))
def test_it_ends_by_two_misses_at_most(condition: str, events: list[conditions.Event]) -> None:
    state = conditions.State(condition)
    for event in events:
        state, reply = conditions.step(ASKED, state, event, ())
        assert state.tries <= conditions.TRIES and len(state.keys) < 3
        if isinstance(reply, conditions.Known):
            known = conditions.with_value(UNKNOWN, condition, reply.value)
            assert condition in known.settled and known.age in (None, *range(121))
            return
        assert isinstance(reply, conditions.Vain) == (state.tries == conditions.TRIES)
        if isinstance(reply, conditions.Vain):
            return
