"""Ears on one leg: opened once, closed for good, times in the reactor's seconds."""

from __future__ import annotations

from array import array

import pytest
from twisted.internet.task import Clock

from asr.scripted import ScriptedRecogniser
from telephony.calls.listening import Line, Listening, loud
from tests.calls.hall import Ears
from tests.fakes.sip import FakeLeg, FakeLine

LOUD = b"\x00\x20\x00\xe0" * 80


class Desk:
    """Ears on a leg that is up."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.leg: FakeLeg = FakeLine(self.clock, lambda leg, invitation: None).invite()
        self.leg.answer()
        self.clock.advance(10)
        self.ears = Ears(self.clock)
        self.lines: list[Line] = []
        self.listening = Listening(self.leg, self.ears, self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_words_come_with_the_reactor_s_time(desk: Desk) -> None:
    assert desk.listening.words((), desk.lines.append)
    desk.ears.final("低保", start_ms=1000, end_ms=1800)
    desk.ears.partial("申", at_ms=2500)
    assert desk.lines == [
        Line("低保", 11.0, 11.8, 0.9, (("低保", 50, 800, 0.9),), True),
        Line("申", 12.5, 12.5, 0.0, (), False),
    ]


def test_the_same_phrases_again_change_nothing_and_others_open_anew(desk: Desk) -> None:
    desk.listening.words((), desk.lines.append)
    desk.listening.words((), desk.lines.append)
    assert len(desk.ears.streams) == 1
    desk.listening.words(("是", "不是"), desk.lines.append)
    assert [stream.closed for stream in desk.ears.streams] == [True, False]


def test_after_deafening_nothing_is_fed(desk: Desk) -> None:
    desk.listening.words((), desk.lines.append)
    desk.leg.far_says(LOUD)
    assert desk.ears.streams[0].fed == 320
    desk.listening.deafen(desk.lines.append)
    desk.leg.far_says(LOUD)
    assert desk.ears.streams[0].closed and desk.leg._listener is None
    assert not desk.listening.open_stream


def test_what_was_being_said_still_comes_but_not_to_who_listened_before(desk: Desk) -> None:
    last: list[str] = []
    done: list[bool] = []
    desk.listening.words((), desk.lines.append)
    desk.ears.last = "请给我回"
    desk.listening.deafen(lambda line: last.append(line.text), lambda: done.append(True))
    assert done == []
    desk.clock.advance(0)
    assert (last, done, desk.lines) == (["请给我回"], [True], [])
    desk.listening.deafen(lambda line: last.append(line.text), lambda: done.append(True))
    assert (last, done) == (["请给我回"], [True, True]), "nobody listened: done at once"


def test_levels_go_on_while_deaf_and_words_while_levels_are_not_wanted(desk: Desk) -> None:
    levels: list[bool] = []
    desk.listening.levels(levels.append)
    desk.listening.words((), desk.lines.append)
    desk.leg.far_says(LOUD + bytes(320))
    desk.listening.deafen(desk.lines.append)
    desk.leg.far_says(LOUD)
    assert levels == [True, False, True]
    desk.listening.words((), desk.lines.append)
    desk.listening.levels(None)
    desk.leg.far_says(LOUD)
    assert len(levels) == 3 and desk.ears.open_streams[0].fed == 320
    desk.listening.close()
    assert desk.leg._listener is None


def test_a_recogniser_that_is_not_to_be_had_is_told(desk: Desk) -> None:
    desk.ears.ready = False
    assert not desk.listening.words((), desk.lines.append)
    assert not desk.listening.open_stream


def test_a_recogniser_that_breaks_down_is_told_and_fed_no_more(desk: Desk) -> None:
    told: list[str] = []
    desk.listening.words((), desk.lines.append, on_failed=lambda: told.append("failed"))
    desk.ears.streams[0].fail()
    assert told == ["failed"] and not desk.listening.open_stream
    desk.leg.far_says(LOUD)
    assert desk.leg._listener is None
    desk.listening.deafen(desk.lines.append, lambda: told.append("done"))
    assert told == ["failed", "done"]


def test_levels_go_on_when_the_recogniser_breaks_down(desk: Desk) -> None:
    levels: list[bool] = []
    desk.listening.levels(levels.append)
    desk.listening.words((), desk.lines.append)
    desk.ears.streams[0].fail()
    desk.leg.far_says(LOUD)
    assert levels == [True]


def test_patience_holds_for_the_stream_that_is_open_and_for_later_ones(desk: Desk) -> None:
    desk.listening.patience(900)
    desk.listening.words((), desk.lines.append)
    assert desk.ears.streams[0].patience_ms == 900
    desk.listening.patience(1500)
    assert desk.ears.streams[0].patience_ms == 1500
    desk.listening.words(("是",), desk.lines.append)
    assert desk.ears.streams[1].patience_ms == 1500


def test_real_audio_reaches_a_recogniser_that_ends_the_utterance_by_itself(desk: Desk) -> None:
    recogniser = ScriptedRecogniser(desk.clock, ["低保怎么申请"])
    listening = Listening(desk.leg, recogniser, desk.clock)
    listening.words((), desk.lines.append)
    desk.leg.far_says(bytes(320) * 25 + LOUD * 60 + bytes(320) * 150)
    desk.clock.advance(0)
    finals = [line for line in desk.lines if line.final and line.text]
    assert [line.text for line in finals] == ["低保怎么申请"]
    assert 10 <= finals[0].start < finals[0].end <= desk.clock.seconds()
    starts = [start for _, start, _, _ in finals[0].words]
    assert starts == sorted(starts) and starts[0] >= 0


@pytest.mark.parametrize(
    ("pcm", "is_loud"),
    [
        (b"", False),
        (b"\1", False),
        (bytes(320), False),
        (array("h", [100, -100] * 80).tobytes(), False),
        (array("h", [500, -500] * 80).tobytes(), True),
        (array("h", [32767, -32768] * 80).tobytes() + b"\1", True),
    ],
)
def test_line_noise_is_no_speech(pcm: bytes, is_loud: bool) -> None:
    assert loud(pcm) is is_loud
