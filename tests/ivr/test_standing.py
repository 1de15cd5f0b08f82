"""What who waits is told: rounding, wording, and that it never grows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import standing
from ivr.standing import EVERY, STILL, Announced, announce, place_text, rounded, wait_text

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0, 1), (1, 1), (60, 1), (61, 2), (120, 2), (241, 5), (300, 5), (301, 10), (600, 10),
     (601, 15), (1799, 30), (1801, 45), (3600, 60), (3601, standing.LONGER),
     (1e9, standing.LONGER)],
)  # fmt: skip
def test_waits_are_rounded_up(seconds: float, minutes: int) -> None:
    assert rounded(seconds) == minutes


@pytest.mark.parametrize(
    ("ahead", "text"),
    [(0, "下一位就是您。"), (1, "您前面还有一位。"), (2, "您前面还有两位。"),
     (3, "您前面还有三位。"),
     (10, "您前面还有十位。"), (20, "您前面还有二十位。"), (21, "您前面还有二十多位。"),
     (29, "您前面还有二十多位。"), (30, "您前面还有三十多位。"), (99, "您前面还有九十多位。"),
     (100, "您前面还有一百多位。"), (400, "您前面还有一百多位。")],
)  # fmt: skip
def test_places_in_plain_words(ahead: int, text: str) -> None:
    assert place_text(ahead) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "大约需要等一分钟。"), (2, "大约需要等两分钟。"), (5, "大约需要等五分钟。"),
     (15, "大约需要等十五分钟。"), (60, "大约需要等一个小时。"),
     (standing.LONGER, "可能需要等一个小时以上。")],
)  # fmt: skip
def test_waits_in_plain_words(minutes: int, text: str) -> None:
    assert wait_text(minutes) == text


def test_the_example_of_the_brief() -> None:
    _, texts = announce(Announced(), 3, 290, NOW)
    assert texts == ("您前面还有三位。", "大约需要等五分钟。")


def test_what_became_worse_is_left_out() -> None:
    state, _ = announce(Announced(), 3, 290, NOW)
    state, texts = announce(state, 4, 290, NOW + EVERY)
    assert texts == ("大约需要等五分钟。",)
    state, texts = announce(state, 2, 900, NOW + 2 * EVERY)
    assert texts == ("您前面还有两位。",)
    state, texts = announce(state, 5, 900, NOW + 3 * EVERY)
    assert texts == (STILL,)
    _, texts = announce(state, 2, 240, NOW + 4 * EVERY)
    assert texts == ("您前面还有两位。", "大约需要等四分钟。")


def test_no_estimate_no_wait() -> None:
    assert announce(Announced(), 1, None, NOW)[1] == ("您前面还有一位。",)


Moments = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.none() | st.floats(0, 20_000),
        st.floats(0, 200).map(lambda s: timedelta(seconds=s)),
    ),
    max_size=30,
)


@given(Moments)
def test_nothing_that_is_said_ever_grows_or_comes_too_often(moments: list[tuple]) -> None:
    state, now = Announced(), NOW
    places: list[int] = []
    waits: list[int] = []
    said_at: list[datetime] = []
    for ahead, wait_s, passed in moments:
        now += passed
        state, texts = announce(state, ahead, wait_s, now)
        if not texts:
            continue
        said_at.append(now)
        assert set(texts) <= set(standing.texts())
        # What is said is true at that moment.
        if place_text(ahead) in texts:
            places.append(ahead)
        if wait_s is not None and wait_text(rounded(wait_s)) in texts:
            waits.append(rounded(wait_s))
            assert wait_s <= waits[-1] * 60 or waits[-1] == standing.LONGER
    assert places == sorted(places, reverse=True)
    assert waits == sorted(waits, reverse=True)
    assert all(b - a >= EVERY for a, b in pairwise(said_at))
