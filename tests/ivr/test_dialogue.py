"""What callers live through on the shipped tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr import events as ev
from ivr.state import Phase
from tests.ivr.conftest import CLOSED
from tests.ivr.walk import Walk

Call = Callable[..., Walk]

FOUND = ev.Answered(
    "answer", "dibao", "低保怎么申请", "向户籍所在地的街道申请。", "根据二零二一年的办法。"
)
UNSURE = ev.Answered("unsure", "dibao", "低保怎么申请", "向街道申请。", "根据办法。")
NOTHING = ev.Answered("nothing")
CAVEAT = "以当地民政部门最新公布为准。"


def asked(walk: Walk) -> str:
    return walk.of(ev.Ask)[0].text


def test_first_words_are_the_recording_notice_then_the_open_question(call: Call) -> None:
    walk = call()
    assert walk.of(ev.Listen) and "录音" in walk.said
    walk.send(ev.SayDone(walk.state.saying))
    assert "请说您的需求" in walk.said


def test_question_is_answered_with_its_source_and_the_offer_of_more(call: Call) -> None:
    walk = call().to_question().say("我想问一下低保怎么申请")
    assert asked(walk) == "我想问一下低保怎么申请"
    walk.send(FOUND)
    told = ("向户籍所在地的街道申请。", "根据二零二一年的办法。", CAVEAT)
    assert walk.of(ev.Say)[0].texts == told
    walk.send(ev.SayDone(walk.state.saying))
    assert "还需要其他帮助吗" in walk.said
    walk.hear_out().say("不用了谢谢").hear_out()
    assert walk.ended
    assert walk.notes("article") == ["dibao"] and walk.notes("topic") == ["低保怎么申请"]
    assert walk.notes("disposition") == ["machine"]


def test_the_caveat_is_said_once_and_not_where_the_source_says_it(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).hear_out()
    walk.say("离婚要多久").send(FOUND)
    assert CAVEAT not in walk.said
    dated = replace(FOUND, source="根据二零二一年的办法，以当地民政部门最新公布为准。")
    walk = call().to_question().say("低保怎么申请").send(dated)
    assert walk.said.count("最新公布") == 1


def test_another_question_after_the_answer_is_asked_at_once(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).hear_out()
    walk.say("有，那离婚要多久")
    assert "离婚要多久" in asked(walk)


def test_yes_to_more_help_asks_for_the_question(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).hear_out().say("还有")
    assert walk.state.node == "policy"


def test_silence_after_the_answer_is_a_farewell(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).hear_out().wait().hear_out()
    assert walk.ended


def test_unsure_find_is_confirmed_and_told_after_yes(call: Call) -> None:
    walk = call().to_question().say("那个低什么怎么弄").send(UNSURE)
    assert "您是想问，低保怎么申请，对吗" in walk.said
    walk.say("是的")
    assert "向街道申请。" in walk.said


def test_no_to_an_unsure_find_asks_for_other_words(call: Call) -> None:
    walk = call().to_question().say("那个低什么怎么弄").send(UNSURE).hear_out().say("不是")
    assert "换一种说法" in walk.said and not walk.of(ev.Enqueue)


def test_what_nobody_could_answer_is_noted(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(NOTHING)
    assert walk.notes("unanswered") == ["低保怎么申请"]
    walk = call().to_question().say("低保怎么申请").send(UNSURE).hear_out()
    assert walk.notes("unanswered") == []
    assert walk.say("不是").notes("unanswered") == ["低保怎么申请"]
    assert call().to_question().say("低保怎么申请").send(FOUND).notes("unanswered") == []


def test_other_words_instead_of_yes_or_no_are_a_new_question(call: Call) -> None:
    walk = call().to_question().say("那个低什么怎么弄").send(UNSURE).hear_out()
    assert asked(walk.say("我问的是高龄津贴多少钱")) == "我问的是高龄津贴多少钱"


def test_a_nod_while_it_is_asked_is_not_a_yes(call: Call) -> None:
    walk = call().to_question().say("那个低什么怎么弄").send(UNSURE).say("嗯")
    assert not walk.effects and walk.state.saying
    assert "向街道申请" in walk.hear_out().say("嗯").said


def test_menu_comes_only_after_silence_or_a_miss(call: Call) -> None:
    assert "menu" not in call().to_question().say("低保怎么申请").send(FOUND).hear_out().nodes
    assert "请按1" in call().to_question().wait().said
    assert "menu" in call().to_question().say("哇").hear_out().nodes


def test_two_misunderstandings_reach_a_person(call: Call) -> None:
    walk = call().to_question().say("呜哩哇啦").send(NOTHING).hear_out()
    assert walk.state.node == "menu"
    walk.say("乌拉乌拉").send(NOTHING).hear_out()
    assert walk.state.phase is Phase.QUEUED and walk.notes("intent")[-1] == "unclear"


def test_an_answer_forgives_an_earlier_misunderstanding(call: Call) -> None:
    walk = call().to_question().say("呜哩哇啦").send(NOTHING).hear_out()
    walk.say("低保怎么申请").send(FOUND).hear_out().say("乌拉乌拉").send(NOTHING).hear_out()
    assert walk.state.node == "menu"


def test_a_choice_forgives_an_earlier_misunderstanding(call: Call) -> None:
    walk = call().to_question().say("呜哩哇啦").send(NOTHING).hear_out().press("1").hear_out()
    assert walk.say("乌拉乌拉").send(NOTHING).hear_out().state.node == "menu"


def test_who_never_speaks_gets_a_person_and_out_of_hours_a_message(call: Call) -> None:
    walk = call().to_question().wait().hear_out().wait().hear_out().wait().hear_out()
    assert walk.state.phase is Phase.QUEUED
    walk = call(CLOSED).to_question().wait().hear_out().wait().hear_out().wait().hear_out()
    assert walk.state.node == "on_duty"
    walk.send(ev.QueueEnded("nobody")).hear_out()
    assert walk.state.phase is Phase.RECORDING
    assert walk.send(ev.MessageDone(0.2)).hear_out().ended
    assert "message" not in walk.notes("disposition")


@pytest.mark.parametrize(
    "words", ["人工", "我要人工", "转人工", "帮我转一下人工", "接线员", "任工"]
)
def test_person_by_word_at_the_question(call: Call, words: str) -> None:
    walk = call().to_question().say(words, 0.3)
    assert [effect.priority for effect in walk.of(ev.Enqueue)] == ["normal"]
    assert walk.of(ev.Enqueue)[0].texts


@pytest.mark.parametrize("words", ["残疾人工作证怎么办", "人工流产补助", "工人的低保", "怎么办理"])
def test_words_that_only_contain_the_sound_of_a_person_do_not_queue(call: Call, words: str) -> None:
    assert not call().to_question().say(words).of(ev.Enqueue)


@pytest.mark.parametrize(
    ("digit", "node"),
    [
        ("1", "policy"),
        ("2", "emergency"),
        ("3", "directions"),
        ("4", "complaint"),
        ("0", "waiting"),
    ],
)
def test_keys_work_from_the_first_second(call: Call, digit: str, node: str) -> None:
    assert call().press(digit).nodes[-1] == node


def test_a_key_silences_what_is_said(call: Call) -> None:
    assert call().press("1").of(ev.Hush)


def test_star_repeats_the_question_and_a_wrong_key_counts_as_a_miss(call: Call) -> None:
    walk = call().to_question().press("*")
    assert "请说您的需求" in walk.said and walk.state.misses == 0
    assert call().to_question().press("7").state.misses == 1


@pytest.mark.parametrize("words", ["救命啊我摔倒了", "家里着火了喘不过气"])
def test_emergency_words_are_spotted_before_the_sentence_ends(call: Call, words: str) -> None:
    walk = call().cry(words)
    assert [effect.priority for effect in walk.of(ev.Enqueue)] == ["emergency"]
    assert walk.notes("emergency") and walk.notes("disposition") == ["emergency"]


@pytest.mark.parametrize(
    "words", ["材料没齐怎么办", "遗体运到殡仪馆", "离婚冷静期过了怎么办", "我没去过", "救助站在哪"]
)
def test_harmless_words_that_sound_like_alarms_raise_none(call: Call, words: str) -> None:
    walk = call().to_question().murmur(words).say(words)
    assert not walk.notes("emergency") and not walk.notes("asked_back")


def test_emergency_is_heard_while_waiting_and_while_leaving_a_message(call: Call) -> None:
    waiting = call().press("0").cry("救命啊我摔倒了")
    assert waiting.of(ev.Enqueue)[0].priority == "emergency"
    message = call(CLOSED).press("0").send(ev.QueueEnded("nobody")).hear_out()
    assert message.state.phase is Phase.RECORDING
    assert message.cry("我摔倒了起不来").of(ev.Enqueue)[0].priority == "emergency"


def test_emergency_with_nobody_tells_to_dial_and_takes_a_message(call: Call) -> None:
    walk = call(CLOSED).press("2").send(ev.QueueEnded("nobody"))
    assert all(number in walk.said for number in ("120", "110", "119"))
    walk.hear_out()
    assert walk.of(ev.RecordMessage)
    walk.cry("我摔倒了").say("我摔倒了在家里")
    assert walk.state.phase is Phase.RECORDING
    assert walk.send(ev.MessageDone(9)).hear_out().ended
    assert walk.notes("disposition") == ["emergency"]


def test_zero_after_an_emergency_returns_to_its_queue_even_out_of_hours(call: Call) -> None:
    walk = call(CLOSED).press("2").send(ev.QueueEnded("nobody")).press("0")
    assert walk.of(ev.Enqueue)[0].priority == "emergency"


def test_nobody_available_takes_a_message_with_a_promise(call: Call) -> None:
    walk = call(known=frozenset({"number"})).press("0").send(ev.QueueEnded("timeout"))
    assert "留言" in walk.said and "工作时间给您回电" in walk.said
    walk.hear_out().send(ev.MessageDone(12)).hear_out().wait().hear_out()
    assert walk.ended and walk.notes("disposition") == ["message"]


def test_people_keep_hours_but_the_machine_answers_round_the_clock(call: Call) -> None:
    walk = call(CLOSED).press("0")
    assert walk.nodes[-1] == "on_duty"
    assert walk.send(ev.QueueEnded("nobody")).nodes[-1] == "message_closed"
    assert asked(call(CLOSED).to_question().say("低保怎么申请"))


def test_waiting_caller_keeps_the_place_in_the_queue(call: Call) -> None:
    walk = call().press("0")
    for event in (ev.Digit("0"), ev.Digit("1"), ev.Speech("人工", 0.9), ev.SayDone(1)):
        assert walk.send(event).state.phase is Phase.QUEUED and not walk.effects


def test_agent_who_hangs_up_first_leaves_the_caller_a_farewell(call: Call) -> None:
    walk = call().press("0").send(ev.PersonLeft()).hear_out()
    assert walk.ended and walk.notes("disposition") == ["connected"]


def test_speech_interrupts_the_question_and_a_nod_does_not(call: Call) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying))
    for nod in ("嗯", "哦", "好", "你好", "低"):
        assert not walk.murmur(nod).of(ev.Hush)
    assert walk.murmur("低保").of(ev.Hush)
    assert walk.state.phase is Phase.LISTENING
    assert asked(walk.say("低保怎么申请"))


def test_a_sound_makes_the_machine_pause_and_words_make_it_stop(call: Call) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying))
    assert walk.send(ev.VoiceStarted()).of(ev.Pause)
    assert not walk.send(ev.VoiceStarted()).effects
    assert walk.murmur("低保").of(ev.Hush)
    assert asked(walk.say("低保怎么申请"))
    assert not [effect for effect in walk.all if isinstance(effect, ev.Resume)]


@pytest.mark.parametrize("sound", ["", "嗯", "好的"])
def test_a_sound_that_is_no_request_lets_the_text_go_on(call: Call, sound: str) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying)).send(ev.VoiceStarted())
    assert walk.say(sound).of(ev.Resume)
    assert not walk.state.paused and not walk.of(ev.Say)
    assert walk.hear_out().state.node == "need"


def test_a_sound_without_end_lets_the_text_go_on(call: Call) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying)).send(ev.VoiceStarted())
    assert walk.wait().of(ev.Resume)
    assert walk.of(ev.SetTimer), "an end of the text that is never reported must not matter"


def test_a_noisy_line_is_no_longer_paused_for(call: Call) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying))
    for _ in range(2):
        assert walk.send(ev.VoiceStarted()).of(ev.Pause)
        walk.say("")
    assert not walk.send(ev.VoiceStarted()).effects
    assert walk.murmur("低保").of(ev.Hush)


def test_nothing_stands_still_that_must_be_heard(call: Call) -> None:
    assert not call().send(ev.VoiceStarted()).effects


def test_false_interruption_resumes_the_question(call: Call) -> None:
    walk = call()
    walk.send(ev.SayDone(walk.state.saying)).murmur("低保").say("")
    assert "请说您的需求" in walk.said


def test_the_notice_is_heard_out_but_what_was_said_over_it_is_not_lost(call: Call) -> None:
    walk = call().murmur("低保怎么申请").say("低保怎么申请")
    assert not walk.of(ev.Hush) and not walk.of(ev.Ask)
    walk.send(ev.SayDone(walk.state.saying))
    assert asked(walk) == "低保怎么申请"


def test_question_said_over_an_answer_is_asked_next(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND)
    assert walk.murmur("那离婚").of(ev.Hush)
    assert asked(walk.say("那离婚要多久")) == "那离婚要多久"


def test_answer_goes_on_after_a_cough(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(FOUND).murmur("咳咳").say("")
    assert "向户籍所在地的街道申请" in walk.said


def test_partial_speech_holds_the_silence_timer(call: Call) -> None:
    walk = call().to_question()
    old = walk.state.timer
    walk.murmur("我想问一下")
    assert not walk.send(ev.TimerFired(old)).effects


def test_old_tags_change_nothing(call: Call) -> None:
    walk = call()
    first = walk.state.saying
    walk.send(ev.SayDone(first))
    before = walk.state
    assert walk.send(ev.SayDone(first)).state == before
    assert walk.send(ev.TimerFired(first)).state == before


def test_unreported_end_of_a_prompt_does_not_hold_the_call(call: Call) -> None:
    walk = call().wait()
    assert walk.state.node == "need"


def test_late_answer_from_the_knowledge_room_is_a_miss_not_a_hang(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").wait()
    assert "答不上来" in walk.said
    assert not walk.send(FOUND).effects


def test_without_a_recogniser_the_keys_are_offered_at_once(call: Call) -> None:
    walk = call().send(ev.NoRecogniser()).hear_out()
    assert walk.state.node == "menu"
    assert walk.press("1").state.phase is Phase.QUEUED


def test_recogniser_lost_at_the_question_leads_to_the_keys(call: Call) -> None:
    assert "请按1" in call().to_question().send(ev.NoRecogniser()).said


def test_without_a_recogniser_nothing_is_left_to_be_confirmed(call: Call) -> None:
    walk = call().to_question().say("低保怎么申请").send(ev.NoRecogniser()).send(UNSURE).hear_out()
    assert walk.state.node == "menu"


def test_nothing_happens_after_the_end(call: Call) -> None:
    walk = call().press("0").send(ev.PersonLeft()).hear_out()
    for event in (ev.Digit("0"), ev.Speech("救命", 1.0), ev.TimerFired(1), ev.MessageDone(3)):
        assert not walk.send(event).effects
