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
