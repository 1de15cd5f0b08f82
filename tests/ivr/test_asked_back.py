"""One word of distress is asked back once; anything but a clear no is an emergency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.state import Phase
from tests.ivr.conftest import CLOSED, OPEN
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
ASK = ("您是需要紧急救助吗？",)
FOUND = ev.Answered("answer", "dibao", "低保怎么申请", "向户籍所在地的街道申请。", "根据办法。")


def asked(call: Call) -> Walk:
    """Asked back at the open question, after one finished word."""
    walk = call().to_question().say("我摔倒了")
    assert walk.of(ev.Say)[0].texts == ASK and not walk.of(ev.Enqueue)
    return walk


def is_emergency(walk: Walk, words: str) -> bool:
    (queue,) = walk.of(ev.Enqueue)
    noted = walk.notes("emergency") == [words] and walk.notes("disposition") == ["emergency"]
    return queue.priority == "emergency" and noted and walk.state.emergency


@pytest.mark.parametrize("words", ["我摔倒了", "家里着火了", "我妈晕倒了快来", "就命啊"])
def test_one_word_is_asked_back_before_the_sentence_ends(call: Call, words: str) -> None:
    walk = call().cry(words)
    assert walk.of(ev.Hush) and walk.of(ev.Say)[0].texts == ASK
    assert walk.state.node == "notice" and not walk.notes("emergency")
    assert walk.notes("asked_back")


def test_silence_is_a_yes_after_three_seconds(call: Call) -> None:
    walk = asked(call)
    walk.send(ev.SayDone(walk.state.saying))
    assert walk.of(ev.SetTimer)[0].ms == 3000
    assert is_emergency(walk.wait(), "摔倒了")


def test_a_question_whose_end_is_never_reported_is_given_its_silence(call: Call) -> None:
    walk = asked(call).wait()
    assert walk.of(ev.SetTimer)[0].ms == 3000
    assert is_emergency(walk.wait(), "摔倒了")


@pytest.mark.parametrize(
    "reply", ["是", "是的快来", "嗯", "什么", "我在家里", "低保怎么申请", "人工", "我摔倒了"]
)
def test_anything_but_a_no_is_a_yes(call: Call, reply: str) -> None:
    assert is_emergency(asked(call).hear_out().say(reply), "摔倒了")
    assert is_emergency(asked(call).say(reply), "摔倒了"), "spoken over the question"


@pytest.mark.parametrize("key", ["0", "1", "2", "7", "*", "#"])
def test_any_key_but_no_is_a_yes(call: Call, key: str) -> None:
    assert is_emergency(asked(call).press(key), "摔倒了")


@pytest.mark.parametrize("reply", ["不是", "不用了谢谢", "没有没有", "打错了", "没事", "不需要"])
def test_a_no_puts_the_question_of_before(call: Call, reply: str) -> None:
    walk = asked(call).hear_out().say(reply)
    assert "请说您的需求" in walk.said and walk.state.phase is Phase.LISTENING
    assert walk.notes("asked_back_no") == [reply] and not walk.notes("emergency")
    assert walk.hear_out().say("低保怎么申请").of(ev.Ask)


def test_the_key_for_no_is_a_no(call: Call) -> None:
    assert "请说您的需求" in asked(call).press("9").said


def test_the_same_word_is_asked_once(call: Call) -> None:
    walk = asked(call).hear_out().say("不是").hear_out()
    assert walk.say("我摔倒了能不能申请救助").of(ev.Ask)
    assert walk.notes("asked_back") == ["摔倒了"]


def test_a_second_word_needs_no_question_even_after_a_no(call: Call) -> None:
    walk = asked(call).hear_out().say("不是").hear_out().cry("我心口疼")
    assert is_emergency(walk, "摔倒了、心口疼")


@pytest.mark.parametrize("words", ["救命啊我摔倒了", "我摔倒了起不来", "胸口痛喘不过气"])
def test_two_words_in_one_sentence_are_not_asked(call: Call, words: str) -> None:
    walk = call().cry(words)
    assert walk.of(ev.Enqueue)[0].priority == "emergency" and not walk.notes("asked_back")


def test_the_same_word_twice_in_one_sentence_is_one(call: Call) -> None:
    assert call().cry("救命救命啊").of(ev.Say)[0].texts == ASK


def test_the_key_and_the_services_name_are_not_asked(call: Call) -> None:
    assert call().press("2").of(ev.Enqueue)[0].priority == "emergency"
    assert call().to_question().say("紧急求助").of(ev.Enqueue)[0].priority == "emergency"


def test_the_rest_of_the_first_cry_is_no_answer(call: Call) -> None:
    walk = call().to_question().cry("我摔倒了").say("我摔倒了在家里")
    assert not walk.of(ev.Enqueue) and walk.state.asked_back
    walk.send(ev.SayDone(walk.state.saying))
    assert "请说您的需求" in walk.say("不是").said


def test_the_rest_of_the_first_cry_may_hold_the_second_word(call: Call) -> None:
    walk = call().to_question().cry("我摔倒了").cry("我摔倒了起不来")
    assert is_emergency(walk, "摔倒了、起不来")
    walk = call().to_question().cry("我摔倒了").say("我摔倒了起不来")
    assert is_emergency(walk, "摔倒了、起不来")


def test_another_cry_in_the_answer_is_taken_before_it_ends(call: Call) -> None:
    assert is_emergency(asked(call).cry("我摔倒了"), "摔倒了")


def test_who_begins_to_answer_is_waited_for(call: Call) -> None:
    walk = asked(call).hear_out()
    first = walk.state.timer
    walk.send(ev.VoiceStarted())
    assert not walk.send(ev.TimerFired(first)).effects
    assert walk.murmur("不").of(ev.SetTimer)
    assert "请说您的需求" in walk.say("不是").said


def test_noise_is_no_answer_and_silence_after_it_is_a_yes(call: Call) -> None:
    walk = asked(call).hear_out().say("")
    assert walk.state.asked_back and walk.of(ev.SetTimer)[0].ms == 3000
    assert is_emergency(walk.wait(), "摔倒了")


def test_who_waits_is_asked_over_the_music_and_keeps_the_place(call: Call) -> None:
    walk = call().press("0").cry("我摔倒了").say("我摔倒了")
    (question,) = [effect for effect in walk.all if isinstance(effect, ev.SayWaiting)]
    assert question.texts == ASK and walk.state.phase is Phase.QUEUED
    walk.send(ev.SayDone(question.tag)).say("不是")
    assert walk.state.phase is Phase.QUEUED and walk.state.node == "waiting"
    assert not [e for e in walk.effects if not isinstance(e, ev.Note)]
    assert walk.send(ev.QueueEnded("nobody")).nodes[-1] == "message_nobody"


def test_a_no_over_the_question_does_not_silence_the_music(call: Call) -> None:
    walk = call().press("0").say("我摔倒了").say("不是")
    assert not walk.of(ev.Hush) and not walk.state.asked_back


def test_who_waits_and_is_silent_waits_as_an_emergency(call: Call) -> None:
    walk = call().press("0").say("我摔倒了")
    walk.send(ev.SayDone(walk.state.saying)).wait()
    assert is_emergency(walk, "摔倒了")


def test_a_wait_that_ends_during_the_question_goes_on_after_it(call: Call) -> None:
    walk = call().press("0").say("我摔倒了").send(ev.QueueEnded("timeout"))
    assert not walk.effects
    assert replace(walk.state, back="") != walk.state
    assert "留言" in walk.say("不是").said
    walk = call().press("0").say("我摔倒了").send(ev.QueueEnded("timeout")).hear_out().wait()
    assert is_emergency(walk, "摔倒了")


def test_a_person_who_comes_ends_the_question(call: Call) -> None:
    walk = call().press("0").say("我摔倒了").send(ev.PersonCame())
    assert not walk.state.asked_back and walk.state.phase is Phase.QUEUED
    assert walk.send(ev.PersonLeft()).nodes[-1] == "goodbye"


def test_in_a_message_the_message_begins_again_after_a_no(call: Call) -> None:
    walk = call(CLOSED).press("0").send(ev.QueueEnded("nobody")).hear_out()
    assert walk.state.phase is Phase.RECORDING
    walk.cry("我摔倒了")
    assert walk.of(ev.Say)[0].texts == ASK
    walk.say("我摔倒了").hear_out().say("不是")
    assert walk.of(ev.RecordMessage) and walk.state.phase is Phase.RECORDING
    assert walk.send(ev.MessageDone(5)).nodes[-1] == "new_number"


def test_other_words_of_a_message_lead_nowhere(call: Call) -> None:
    walk = call(CLOSED).press("0").send(ev.QueueEnded("nobody")).hear_out()
    assert not walk.say("请转人工").effects and not walk.say("紧急").effects


def test_over_an_answer_a_no_tells_it_again(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).cry("胸口痛").say("胸口痛啊")
    assert "向户籍所在地的街道申请" in walk.hear_out().say("不是").said
    assert walk.hear_out().state.node == "anything_else"


def test_while_the_knowledge_room_is_asked_a_no_asks_it_again(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").say("我摔倒了").send(FOUND)
    assert not walk.effects
    walk.hear_out().say("不是")
    assert walk.of(ev.Ask)[0].text == "低保怎么申请"
    assert "街道" in walk.send(FOUND).said


def test_a_caller_whose_recogniser_is_gone_is_asked_for_keys_after_a_no(call: Call) -> None:
    walk = asked(call).send(ev.NoRecogniser()).press("9").hear_out()
    assert walk.state.node == "menu"


def test_whoever_waits_as_an_emergency_is_asked_nothing(call: Call) -> None:
    walk = call().press("2")
    for event in (*map(ev.SpeechPartial, ("我摔倒了", "我摔倒了啊")), ev.Speech("我摔倒了", 0.9)):
        assert not walk.send(event).effects


def test_a_tree_that_asks_nothing_back_takes_one_word(shipped: Dialogue) -> None:
    plain = Dialogue(replace(shipped.tree, ask_back=None), shipped.calendar)
    walk = Walk(plain, OPEN).cry("我摔倒了")
    assert is_emergency(walk, "摔倒了") and not walk.notes("asked_back")
