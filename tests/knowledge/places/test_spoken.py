"""Numbers, distances and times as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spoken_numbers import number as heard
from knowledge.places.spoken import distance, duration, number


@given(st.integers(0, 9999))
def test_a_number_is_heard_as_it_was_said(value: int) -> None:
    assert heard(number(value)) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "零"), (2, "两"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"),
     (250, "两百五十"), (2010, "两千零一十"), (1005, "一千零五")],
)  # fmt: skip
def test_numbers(value: int, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("metres", "said"),
    [(3, "十来米"), (18, "二十米"), (64, "六十米"), (97, "一百米"),
         (130, "一百三十米"), (330, "三百五十米"),
     (410, "四百米"), (970, "九百五十米"), (980, "一公里"), (1240, "一点二公里"), (2040, "两公里"),
     (2500, "二点五公里"), (9960, "十公里"), (12_400, "十二公里")],
)  # fmt: skip
def test_distances(metres: float, said: str) -> None:
    assert distance(metres) == said


@given(st.floats(15, 50_000))
def test_rounding_is_small(metres: float) -> None:
    from core.spoken_numbers import amount

    text = distance(metres)
    found = float(amount(text) or 0) * (1000 if "公里" in text else 1)
    assert abs(found - metres) <= max(25.5, 0.05 * metres)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "不到一分钟"), (120, "两分钟"), (1390, "二十三分钟"), (4200, "一小时十分钟"),
     (7200, "两小时")],
)  # fmt: skip
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said
