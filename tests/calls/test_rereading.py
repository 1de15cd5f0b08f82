"""A call whose caller was half understood has the utterance read a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.second_reader.fusion import Candidate
from asr.second_reader.port import Reading
from ivr.dialogue import Dialogue
from ivr.tree import load
from telephony.calls.listening import Line
from telephony.calls.rereading import READ_BY_S, Latest, as_one, deadline_s
from tests.calls.conftest import TREE
from tests.calls.hall import LOUD, PROMPT_S, Hall
from tests.fakes.sip import FakeLeg

RIGHT = "低保怎么申请"
WRONG = "地堡怎么山区"


def ask(folder: Path, *readings: Reading, reading_s: float = 1.0) -> tuple[Hall, FakeLeg]:
    """A caller has heard the open question, and said something for a second and a half."""
    hall = Hall(folder, Dialogue(load(TREE)), readings=readings, reading_s=reading_s)
    leg = hall.call()
    leg.far_says(bytes(320) * round((2 * PROMPT_S + 1) * 50) + LOUD * 75)
    return hall, leg


def half_understood(hall: Hall, text: str = WRONG, length_ms: int = 1500) -> None:
    """Of what was said last, so long; a recogniser counts in what it was fed."""
    end_ms = hall.ears.open_streams[0].fed // 16
    hall.ears.final(text, end_ms - length_ms, end_ms, confidence=0.5)


def notes(hall: Hall, key: str) -> list[str]:
    return [data["value"] for data in hall.journal.data("note") if data["key"] == key]


def test_the_second_reading_is_asked_and_noted(tmp_path: Path) -> None:
    hall, _ = ask(tmp_path, Reading(RIGHT, 0.9))
    half_understood(hall)
    assert hall.second is not None
    ((sound, deadline),) = hall.second.asked
    assert LOUD * 50 in sound and len(sound) < 16 * 2000
    assert deadline == pytest.approx(READ_BY_S, abs=0.05)
    assert not notes(hall, "question")
    hall.pass_time(1)
    assert notes(hall, "reread") == notes(hall, "question") == [RIGHT]


def test_a_reading_that_comes_too_late_leaves_the_first(tmp_path: Path) -> None:
    hall, leg = ask(tmp_path, Reading(RIGHT, 0.9), reading_s=60)
    half_understood(hall)
    hall.pass_time(1)
    assert hall.playing(leg) == ["请稍等。"]
    hall.pass_time(3)
    assert notes(hall, "question") == [WRONG]
    hall.pass_time(60)
    assert not notes(hall, "reread"), "nobody read it again"
    assert notes(hall, "reread_missed") == ["late"]


def test_an_overloaded_reader_is_noted(tmp_path: Path) -> None:
    hall, _ = ask(tmp_path, *[Reading("", 0.0)] * 9)
    assert hall.second is not None
    busy = [hall.second.read(LOUD * 50, 60.0) for _ in range(9)]
    half_understood(hall)
    assert notes(hall, "reread_missed") == ["refused"]
    assert notes(hall, "question") == [WRONG]
    hall.pass_time(9)
    assert all(reading.called for reading in busy)


def test_a_reader_that_heard_nothing_is_noted(tmp_path: Path) -> None:
    hall, _ = ask(tmp_path, Reading("", 0.0))
    half_understood(hall)
    hall.pass_time(1)
    assert notes(hall, "reread_missed") == ["nothing"]


@pytest.mark.parametrize(
    ("since_s", "deadline"), [(-0.1, 2.25), (0.0, 2.25), (0.5, 1.75), (1.05, 1.2), (1.6, 1.2)]
)
def test_the_deadline_counts_from_the_end_of_speech(since_s: float, deadline: float) -> None:
    assert deadline_s(since_s) == pytest.approx(deadline)


def test_nothing_is_written_for_a_caller_who_hung_up_meanwhile(tmp_path: Path) -> None:
    hall, leg = ask(tmp_path, Reading(RIGHT, 0.9))
    half_understood(hall)
    leg.far_hangs_up()
    hall.pass_time(5)
    assert not notes(hall, "reread")
    hall.over()


def test_a_reading_is_never_taken_for_that_of_a_later_utterance(tmp_path: Path) -> None:
    hall, leg = ask(tmp_path, Reading("结婚登记要什么", 0.9), Reading(RIGHT, 0.9))
    half_understood(hall, "接昏登机")
    leg.far_says(LOUD * 30)
    half_understood(hall, length_ms=600)
    hall.pass_time(3)
    assert notes(hall, "reread") == notes(hall, "question") == [RIGHT]


def test_a_request_in_two_pieces_is_read_as_one(tmp_path: Path) -> None:
    hall, leg = ask(tmp_path, Reading("低保", 0.9), Reading(RIGHT, 0.9))
    half_understood(hall, "地堡")
    leg.far_says(bytes(320) * 20)
    hall.ears.partial("怎么山区")
    leg.far_says(LOUD * 50)
    assert not notes(hall, "question"), "the rest of the request is awaited"
    half_understood(hall, "怎么山区", length_ms=1000)
    assert hall.second is not None
    sound, _ = hall.second.asked[-1]
    assert bytes(320) * 20 in sound and len(sound) > 16 * 2700, "both and the pause between them"
    hall.pass_time(2)
    assert notes(hall, "question") == [RIGHT]


def test_sounds_without_words_are_no_piece_of_a_request() -> None:
    latest = Latest()
    for start, text in ((0.0, "地堡"), (2.0, ""), (3.0, "怎么山区")):
        latest.add(Line(text, start, start + 1, 0.5, (), True))
    both = latest.as_one(2)
    assert both is not None and (both.text, both.start, both.end) == ("地堡怎么山区", 0.0, 4.0)


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (("惠州人火葬免费", 0.4), ("回周人火葬免费", 0.8), ("回周人火葬免费", "惠州人火葬免费")),
        (("低保怎么申请", 0.4), ("低保怎么申请", 0.8), ("低保怎么申请", "")),
        (("人工", 0.9), ("殡葬", 0.3), ("人工", "殡葬")),
        (("低保怎么申请", 0.4), ("", 0.0), ("低保怎么申请", "")),
        (("", 0.0), ("低保怎么申请", 0.8), ("低保怎么申请", "")),
        (("", 0.0), ("", 0.0), ("", "")),
    ],
)  # fmt: skip
def test_both_readings_go_along_even_where_they_agree(
    first: tuple[str, float], second: tuple[str, float], taken: tuple[str, str]
) -> None:
    again = as_one(Candidate(*first), Reading(*second))
    assert (again.text, again.otherwise) == taken
