"""What the recogniser was unsure of is read again; whatever happens meanwhile goes before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr import events as ev
from ivr.state import Phase
from tests.ivr.walk import Walk

Call = Callable[..., Walk]

QUESTION = "我想问一下低保怎么申请"


def unsure(walk: Walk, text: str = QUESTION, confidence: float = 0.5) -> Walk:
    """Say something that is only half understood, where a second reading can be had."""
    return walk.send(ev.Speech(text, confidence, True))


def asked(walk: Walk) -> list[ev.Ask]:
    return walk.of(ev.Ask)


def test_an_unsure_question_is_read_again_before_it_is_asked(call: Call) -> None:
    walk = unsure(call().to_question())
    assert walk.of(ev.Reread) and not asked(walk)
    walk.send(ev.ReadAgain("高龄津贴怎么领", 0.8, QUESTION))
    assert asked(walk) == [ev.Ask("高龄津贴怎么领", QUESTION)]
    assert walk.state.held is None


@pytest.mark.parametrize(
    "speech",
    [ev.Speech(QUESTION, 0.95, True), ev.Speech(QUESTION, 0.5, False)],
    ids=["sure", "no second reader"],
)
def test_it_is_asked_at_once_where_a_second_reading_is_not_needed_or_to_be_had(
    call: Call, speech: ev.Speech
) -> None:
    walk = call().to_question().send(speech)
    assert asked(walk) == [ev.Ask(QUESTION)] and not walk.of(ev.Reread)


def test_a_clear_choice_is_never_read_again(call: Call) -> None:
    walk = unsure(call().to_question(), "政策咨询", 0.9)
    assert walk.state.node == "policy"


def test_a_long_reading_is_announced_and_its_loss_ends_with_the_first(call: Call) -> None:
    walk = unsure(call().to_question()).wait()
    assert walk.said == "请稍等。"
    walk.send(ev.SayDone(walk.state.saying))
    assert not asked(walk)
    walk.wait()
    assert asked(walk) == [ev.Ask(QUESTION)]
    assert not walk.send(ev.ReadAgain("高龄津贴怎么领", 0.8)).of(ev.Ask)


def test_a_reading_that_comes_while_the_caller_is_asked_to_wait_is_taken_at_once(
    call: Call,
) -> None:
    walk = unsure(call().to_question()).wait().send(ev.ReadAgain(QUESTION, 0.9))
    assert walk.of(ev.Hush) and asked(walk) == [ev.Ask(QUESTION)]


@pytest.mark.parametrize(
    "event", [ev.Speech("高龄津贴怎么领取", 0.95), ev.Digit("0"), ev.Speech("转人工", 0.95)]
)
def test_what_happens_meanwhile_goes_before_it(call: Call, event: ev.Event) -> None:
    walk = unsure(call().to_question()).send(event)
    phase = walk.state.phase
    assert phase in (Phase.ASKING, Phase.QUEUED)
    assert not walk.send(ev.ReadAgain(QUESTION, 0.9)).effects
    assert walk.state.phase is phase


def test_a_sound_without_words_does_not_end_the_wait(call: Call) -> None:
    walk = unsure(call().to_question()).send(ev.VoiceStarted()).send(ev.Speech("", 0.0, True))
    assert walk.wait().said == "请稍等。"
    assert asked(walk.send(ev.ReadAgain(QUESTION, 0.9)))


def test_a_cry_that_only_the_second_reading_hears_is_heard(call: Call) -> None:
    walk = unsure(call().to_question(), "我刷卡了").send(ev.ReadAgain("救命啊我摔倒了", 0.9))
    assert walk.state.emergency and walk.state.phase is Phase.QUEUED


def test_sound_without_words_is_read_again_in_silence(call: Call) -> None:
    walk = unsure(call().to_question(), "", 0.0)
    assert walk.of(ev.Reread)
    assert not walk.wait().said
    assert walk.state.phase is Phase.LISTENING and walk.state.timer


def go_on(walk: Walk, text: str, confidence: float = 0.5) -> Walk:
    """Speak on while the last utterance is being read."""
    walk.send(ev.VoiceStarted()).send(ev.SpeechPartial(text))
    return walk.send(ev.Speech(text, confidence, True))


def test_a_request_in_which_the_caller_pauses_is_read_as_one(call: Call) -> None:
    walk = unsure(call().to_question(), "但获得低保")
    walk.send(ev.VoiceStarted()).send(ev.SpeechPartial("是怎么"))
    assert not walk.send(ev.ReadAgain("打仰户的低保", 0.76)).of(ev.Ask)
    walk.send(ev.Speech("是怎么一回事", 0.4, True))
    assert walk.of(ev.Reread) == [ev.Reread(2)] and not asked(walk)
    walk.send(ev.ReadAgain("单人户的低保是怎么一回事", 0.8, "但获得低保是怎么一回事"))
    assert asked(walk) == [ev.Ask("单人户的低保是怎么一回事", "但获得低保是怎么一回事")]


def test_what_waits_for_the_rest_is_taken_when_there_is_none(call: Call) -> None:
    walk = unsure(call().to_question())
    walk.send(ev.VoiceStarted()).send(ev.SpeechPartial("那个"))
    walk.send(ev.ReadAgain("高龄津贴怎么领", 0.8)).send(ev.Speech("", 0.0, True))
    assert asked(walk) == [ev.Ask("高龄津贴怎么领")]
    assert walk.state.held is None


def test_a_reading_that_comes_after_a_false_start_is_taken(call: Call) -> None:
    walk = unsure(call().to_question())
    walk.send(ev.VoiceStarted()).send(ev.SpeechPartial("那个")).send(ev.Speech("", 0.0, True))
    assert walk.state.timer and not asked(walk)
    assert asked(walk.send(ev.ReadAgain("高龄津贴怎么领", 0.8)))


def test_a_rest_that_is_lost_leaves_what_was_read(call: Call) -> None:
    walk = unsure(call().to_question())
    walk.send(ev.VoiceStarted()).send(ev.SpeechPartial("那个"))
    walk.send(ev.ReadAgain("高龄津贴怎么领", 0.8)).wait()
    assert asked(walk) == [ev.Ask("高龄津贴怎么领")]


def test_a_clear_choice_after_half_a_request_goes_before_it(call: Call) -> None:
    walk = go_on(unsure(call().to_question()), "转人工", 0.95)
    assert walk.state.phase is Phase.QUEUED


def test_no_more_than_five_utterances_are_read_as_one(call: Call) -> None:
    walk = unsure(call().to_question(), "我家里")
    read = [again for _ in range(5) for again in go_on(walk, "听人家讲能领钱").of(ev.Reread)]
    assert [again.utterances for again in read] == [2, 3, 4, 5, 1]


def test_a_piece_too_short_to_be_read_alone_is_read_with_what_was_before(call: Call) -> None:
    walk = unsure(call().to_question(), "一家子户口")
    assert walk.send(ev.Speech("放", 0.1, False)).of(ev.Reread) == [ev.Reread(2)]
