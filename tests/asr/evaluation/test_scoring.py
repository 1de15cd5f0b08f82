"""What counts as right in the evaluation, and how it is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.evaluation.scoring import (
    Outcome,
    Tally,
    alarmed,
    among_nearest,
    digits,
    distance,
    meant,
    sound_errors,
    wrongly_told,
)
from core.sound import sounds

NOTHING = Outcome("nothing")
PERSON = Outcome("choice", "person")
ALARM = Outcome("choice", "emergency")
ASKED = Outcome("asked back", "emergency")
LETTERS = st.text("abc", max_size=8)


@pytest.mark.parametrize(
    ("meaning", "outcome", "right"),
    [
        ("dibao-shenqing", Outcome("told", "dibao-shenqing"), True),
        ("dibao-shenqing", Outcome("offered", "dibao-shenqing"), True),
        ("dibao-shenqing", Outcome("told", "dibao-huji"), False),
        ("dibao-shenqing", NOTHING, False),
        ("person", PERSON, True),
        ("emergency-fall", ALARM, True),
        ("emergency-fall", ASKED, True),
        ("emergency-fall", PERSON, False),
        ("outside-chat", ASKED, False),
        ("yes", Outcome("yes"), True),
        ("yes", Outcome("no"), False),
        ("no", Outcome("yes"), False),
        ("more", Outcome("choice", "policy"), True),
        ("finished", Outcome("choice", "policy"), False),
        ("outside-bank", NOTHING, True),
        ("outside-bank", PERSON, True),
        ("outside-bank", Outcome("offered", "dibao-huji"), False),
        ("outside-bank", ALARM, False),
    ],
)
def test_what_the_line_does_is_compared_with_what_is_wanted(
    meaning: str, outcome: Outcome, right: bool
) -> None:
    assert meant(meaning, outcome) is right


def test_only_an_article_told_unasked_is_a_wrong_answer() -> None:
    assert wrongly_told("a", Outcome("told", "b"))
    assert wrongly_told("outside-chat", Outcome("told", "b"))
    assert not wrongly_told("a", Outcome("told", "a"))
    assert not wrongly_told("a", Outcome("offered", "b"))
    assert not wrongly_told("a", NOTHING)


def test_an_alarm_is_a_raised_or_a_doubted_emergency() -> None:
    assert alarmed(ALARM) and alarmed(ASKED)
    assert not alarmed(PERSON) and not alarmed(Outcome("told", "emergency"))


def test_a_tally_keeps_what_the_wrong_ones_were_taken_for() -> None:
    tally = Tally()
    assert tally.share is None
    tally.add(True, "a", "a")
    tally.add(False, "a", "b")
    tally.add(False, "a", "b")
    assert (tally.right, tally.total) == (1, 3)
    assert tally.share == pytest.approx(1 / 3)
    assert dict(tally.confused) == {("a", "b"): 2}


@given(LETTERS, LETTERS)
def test_distance_is_symmetric_and_between_its_bounds(a: str, b: str) -> None:
    found = distance(a, b)
    assert found == distance(b, a)
    assert abs(len(a) - len(b)) <= found <= max(len(a), len(b))
    assert (found == 0) == (a == b)


@given(LETTERS, LETTERS, LETTERS)
def test_distance_takes_no_detours(a: str, b: str, c: str) -> None:
    assert distance(a, c) <= distance(a, b) + distance(b, c)


@pytest.mark.parametrize(
    ("said", "heard", "wrong", "total"),
    [
        ("低保", "低保", 0, 4),
        ("低保", "弟宝", 0, 4),  # the same sounds in other characters and tones
        ("低保", "地表", 1, 4),
        ("低保", "", 4, 4),
        ("安", "按", 0, 1),  # no initial
        ("低保", "低保金", 2, 4),
    ],
)
def test_sound_errors_count_initials_and_finals(
    said: str, heard: str, wrong: int, total: int
) -> None:
    assert sound_errors(said, heard) == (wrong, total)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("幺三八零零", "13800"), ("一二两〇", "1220"), ("138 0", "1380"), ("不知道", ""), ("", "")],
)
def test_digits_are_read_in_any_spelling(text: str, wanted: str) -> None:
    assert digits(text) == wanted


def test_the_nearest_names_are_found_by_sound() -> None:
    names = [(name, sounds(name)) for name in ("沙面街道", "龙津街道", "金花街道", "华林街道")]
    assert among_nearest("沙面街道", "杀面接到", names, 1)
    assert not among_nearest("沙面街道", "金花街道", names, 1)
    assert not among_nearest("沙面街道", "", names, 4)
    # Nothing is nearer than another: the one that was said comes last.
    assert not among_nearest("沙面街道", "街道", [*names, ("东面街道", sounds("东面街道"))], 1)


def test_names_of_the_same_sound_share_a_place() -> None:
    names = [(name, sounds(name)) for name in ("新华街道", "新华街道", "新花街道", "星华街道")]
    assert among_nearest("新华街道", "新华街道", names, 1)
