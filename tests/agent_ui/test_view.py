"""How values look on pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_ui import view
from core.journal_tables import Utterance

AT = datetime(2026, 3, 2, 1, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("caller", "withheld", "shown"),
    [
        ("+8613800138000", False, "138****8000"), ("+862087744444", False, "020****4444"),
        ("12345", False, "12345"), ("", False, "无号码"), ("+8613800138000", True, "号码保密"),
        ("+14155550100", False, "+14****0100"),
    ],
)  # fmt: skip
def test_numbers_in_lists(caller: str, withheld: bool, shown: str) -> None:
    assert view.number(caller, withheld) == shown


@pytest.mark.parametrize(
    ("ms", "shown"), [(0, "0:00"), (65_400, "1:05"), (3_725_000, "1:02:05"), (-5, "0:00")]
)
def test_positions(ms: int, shown: str) -> None:
    assert view.clock(ms) == shown


def test_times_are_local() -> None:
    assert view.when(AT, "Asia/Shanghai") == "2026-03-02 09:30"
    assert view.to_second(AT, "Asia/Shanghai") == "09:30:05"
    assert view.when(None, "Asia/Shanghai") == ""


@pytest.mark.parametrize(("seconds", "shown"), [(8, "8秒"), (65, "1分05秒"), (3600, "60分00秒")])
def test_durations(seconds: int, shown: str) -> None:
    assert view.lasted(AT, AT + timedelta(seconds=seconds)) == shown
    assert view.lasted(AT, None) == ""


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ([["低保", 0, 400, 0.9], ["怎么", 400, 700, 0.3]], ["低保", "怎么"]),
        ([], ["低保怎么"]),
        ([["别的", 0, 400, 0.9]], ["低保怎么"]),
        ([["低保", 0], ["怎么", 400, 700, 0.3]], ["低保怎么"]),
    ],
)
def test_words_of_an_utterance(words: list[Any], texts: list[str]) -> None:
    said = Utterance(text="低保怎么", start_ms=0, end_ms=700, words=words, speaker="caller")
    assert [word.text for word in view.words(said)] == texts


def test_unsure_words_are_marked() -> None:
    said = Utterance(text="低保", start_ms=0, end_ms=9, words=[["低保", 0, 9, 0.59]], speaker="x")
    assert view.words(said)[0].unsure


def test_event_detail_is_short_and_names_no_secret() -> None:
    data = {"name": "need", "caller": "+8613800138000", "reason": "x" * 500}
    assert view.detail(data).startswith("need x")
    assert len(view.detail(data)) <= 120
    assert "138" not in view.detail(data)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("asked", "area", "问来电人：地区"),
        ("area", "440106", "所在地区：广东省广州市天河区"),
        ("age", "72", "年龄：72岁"),
        ("household", "other", "户口：外地户口"),
        ("area", "", "所在地区：没有问到"),
        ("topic", "低保", "topic 低保"),
    ],
)
def test_what_was_asked_and_understood_is_shown_in_words(key: str, value: str, shown: str) -> None:
    assert view.detail({"key": key, "value": value}) == shown
