"""A caller leaves a spoken message: how it ends and what is kept of it."""

from __future__ import annotations

import pytest

from telephony.calls.machine import Phase
from tests.calls.hall import LOUD, PROMPT_S, Hall
from tests.fakes.sip import FakeLeg


def _recording_message(hall: Hall) -> FakeLeg:
    leg = hall.call()
    leg.far_presses("3")
    assert hall.playing(leg) == ["beep.wav"]
    hall.pass_time(0.5)
    return leg


def _message(hall: Hall) -> float:
    (data,) = hall.journal.data("message")
    return float(data["seconds"])


def test_a_message_ends_with_the_hash_key(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 150)
    hall.ears.final("请给我回电话")
    leg.far_presses("#")
    assert _message(hall) == 3.0
    assert hall.playing(leg) == ["已经记录。"]
    assert "请给我回电话" in hall.journal.texts("heard")
    assert "#" not in [data["digit"] for data in hall.journal.data("digit")]


def test_a_message_ends_with_silence(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 100)
    leg.far_says(bytes(320) * 250)
    assert _message(hall) == 2.0


def test_a_message_that_nobody_speaks_is_none(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(bytes(320) * 400)
    assert _message(hall) == 0.0
    leg.far_hangs_up()
    hall.over()
    assert hall.ended["disposition"] == "abandoned"


def test_a_message_ends_at_its_limit(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 3100)
    assert _message(hall) == 60.0


def test_hanging_up_in_a_message_keeps_it(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 100)
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert _message(hall) == 2.0
    assert hall.ended["disposition"] == "message"


@pytest.mark.parametrize("how", ["hangs up", "presses hash"])
def test_the_last_words_of_a_message_are_kept_and_lead_nowhere(how: str, real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.session(leg).wait_ended("nobody")
    real.pass_time(3 * PROMPT_S + 1)
    leg.far_says(LOUD * 100)
    real.ears.last = "转人工"
    if how == "hangs up":
        leg.far_hangs_up()
    else:
        leg.far_presses("#")
    real.pass_time(0)
    assert "转人工" in real.journal.texts("heard")
    assert real.journal.data("queued") == real.journal.data("queued")[:1]
    real.ears.last = ""
    leg.far_hangs_up()
    real.pass_time(0)
    real.over()
    assert real.ended["disposition"] == "message"


def test_words_of_a_message_lead_nowhere_but_an_alarm_word_does(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.session(leg).wait_ended("nobody")
    real.pass_time(3 * PROMPT_S)
    assert real.session(leg).state.phase is Phase.MESSAGE
    real.pass_time(1)
    real.ears.final("请转人工")
    assert real.session(leg).state.phase is Phase.MESSAGE
    real.ears.partial("救命啊我摔倒了")
    real.ears.partial("救命啊我摔倒了快来")
    assert real.session(leg).state.phase is Phase.QUEUED
    assert real.room.told[-1] == ("join", "emergency", False)
    leg.far_says(LOUD * 400)
    leg.far_hangs_up()
    real.pass_time(0)
    real.over()
    assert real.journal.data("message") == []
    assert real.ended["disposition"] == "emergency"
