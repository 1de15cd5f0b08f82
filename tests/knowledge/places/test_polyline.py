"""Encoded lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.geo import Point
from knowledge.places.polyline import decoded, encoded


def by_the_book(points: list[tuple[int, int]]) -> str:
    """The algorithm as its page tells it, in millionths of a degree."""
    out, before = "", (0, 0)
    for point in points:
        for now, then in zip(point, before, strict=True):
            value = now - then
            value = ~(value << 1) if value < 0 else value << 1
            while value >= 32:
                out += chr((32 | value & 31) + 63)
                value >>= 5
            out += chr(value + 63)
        before = point
    return out


@given(
    st.lists(
        st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
    )
)
def test_there_and_back(points: list[tuple[int, int]]) -> None:
    text = encoded(Point(lat / 1e6, lon / 1e6) for lat, lon in points)
    assert text == by_the_book(points)
    found = decoded(text)
    assert [(round(p.lat * 1e6), round(p.lon * 1e6)) for p in found] == points


@pytest.mark.parametrize("torn", ["_", "_p~iF", "_p~iF~ps|U_", "é??"])
def test_a_torn_line(torn: str) -> None:
    with pytest.raises(ValueError, match="encoded line"):
        decoded(torn)
