"""A caller who is asked back hears the question and stays where they were."""

from __future__ import annotations

from telephony.calls.machine import Phase
from tests.calls.hall import LOUD, PROMPT_S, Hall

ASK = "您是需要紧急救助吗？。"  # as the shelf of prompts here cuts it


def test_over_the_music_and_after_a_no_the_music_again(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.pass_time(2 * PROMPT_S)
    assert real.playing(leg) == ["hold.wav"]
    real.ears.final("我摔倒了")
    assert real.playing(leg) == [ASK]
    real.pass_time(PROMPT_S + 0.5)
    assert real.playing(leg) == ["hold.wav"]
    real.ears.final("不是")
    real.pass_time(10)
    assert real.session(leg).state.phase is Phase.QUEUED
    assert real.room.told == [("join", "normal", False)]
    assert ASK in real.journal.texts("said")
    assert not real.session(leg).state.emergency


def test_over_the_music_and_silence_moves_the_caller_to_the_front(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.pass_time(2 * PROMPT_S)
    real.ears.final("我摔倒了")
    real.pass_time(PROMPT_S + 2.5)
    assert real.room.told == [("join", "normal", False)]
    real.pass_time(1)
    assert real.room.told[-1] == ("join", "emergency", False)
    notes = {data["key"]: data["value"] for data in real.journal.data("note")}
    assert notes["asked_back"] == notes["emergency"] == "摔倒了"


def test_a_person_who_answers_during_the_question_is_not_disturbed(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.pass_time(2 * PROMPT_S)
    real.ears.final("我摔倒了")
    real.connect(leg)
    real.pass_time(10)
    assert real.session(leg).state.phase is Phase.CONNECTED
    assert real.playing(leg) == []
    real.line.browser_gone("li")
    real.pass_time(10)
    assert real.room.told[-1] == ("join", "normal", True)


def test_in_a_message_the_question_ends_the_tone_and_a_no_gives_it_again(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.session(leg).wait_ended("nobody")
    real.pass_time(3 * PROMPT_S + 1)
    assert real.session(leg).state.phase is Phase.MESSAGE
    leg.far_says(LOUD * 100)
    real.ears.final("我摔倒了")
    assert real.playing(leg) == [ASK]
    real.pass_time(PROMPT_S + 0.5)
    real.ears.final("没有没有")
    assert real.playing(leg) == ["beep.wav"]
    real.pass_time(1)
    assert real.session(leg).state.phase is Phase.MESSAGE
    leg.far_says(LOUD * 150)
    leg.far_presses("#")
    assert [data["seconds"] for data in real.journal.data("message")] == [3.0]
