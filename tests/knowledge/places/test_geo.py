"""Distances, bearings, turns and compass words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.geo import (
    Point,
    PointError,
    bearing,
    checked,
    compass,
    metres,
    off_line,
    parsed,
    towards,
    turn,
)

HERE = Point(22.54, 114.03)


@given(st.floats(0, 359), st.floats(1, 5000))
def test_a_point_so_far_in_a_direction(degrees: float, far: float) -> None:
    there = towards(HERE, degrees, far)
    assert metres(HERE, there) == pytest.approx(far, rel=2e-3)
    assert abs(turn(degrees, bearing(HERE, there))) < 0.5


@given(st.floats(0, 360), st.floats(0, 360))
def test_a_turn_is_the_short_way_round(before: float, after: float) -> None:
    angle = turn(before, after)
    assert -180 <= angle < 180
    assert abs(turn((before + angle) % 360, after)) < 1e-6


def test_right_is_positive() -> None:
    assert turn(350, 80) == 90 and turn(80, 350) == -90


@pytest.mark.parametrize(
    ("degrees", "word"),
    [(0, "北"), (44, "东北"), (90, "东"), (181, "南"), (338, "北"), (300, "西北")],
)
def test_compass(degrees: float, word: str) -> None:
    assert compass(degrees) == word


def test_off_a_line() -> None:
    a, b = HERE, towards(HERE, 90, 100)
    away, share = off_line(towards(towards(HERE, 90, 30), 0, 20), a, b)
    assert away == pytest.approx(20, abs=0.2) and share == pytest.approx(0.3, abs=0.01)
    assert off_line(towards(HERE, 270, 40), a, b) == (pytest.approx(40, abs=0.2), 0.0)
    assert off_line(HERE, a, a) == (0.0, 0.0)


def test_parsed() -> None:
    assert parsed("22.54，114.03") == HERE
    assert parsed("香梅路") is None and parsed("1,2,3") is None
    with pytest.raises(PointError, match="no latitude"):
        parsed("114.03,222.54")
    with pytest.raises(PointError):
        checked(float("nan"), 0)
