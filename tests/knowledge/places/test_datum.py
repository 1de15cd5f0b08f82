"""Datums: known points, and there and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.datum import Datum, from_wgs84, in_china, to_wgs84
from knowledge.places.geo import Point, metres

CHINA = st.builds(Point, st.floats(18.5, 53.0), st.floats(74.0, 134.0))

# Tian'anmen and Guangzhou as open converters (coordtransform, eviltransform) give them.
KNOWN = [
    (Point(39.907370, 116.391261), Datum.GCJ02, Point(39.908774, 116.397506)),
    (Point(39.915, 116.404), Datum.GCJ02, Point(39.916404, 116.410244)),
]


@pytest.mark.parametrize(("wgs", "datum", "shifted"), KNOWN)
def test_known_points(wgs: Point, datum: Datum, shifted: Point) -> None:
    assert metres(from_wgs84(wgs, datum), shifted) < 1.0
    assert metres(to_wgs84(shifted, datum), wgs) < 1.0


@given(CHINA, st.sampled_from(Datum))
def test_there_and_back(point: Point, datum: Datum) -> None:
    assert metres(to_wgs84(from_wgs84(point, datum), datum), point) < 0.01


@given(CHINA)
def test_the_shift_is_some_hundred_metres(point: Point) -> None:
    assert 50 < metres(from_wgs84(point, Datum.GCJ02), point) < 1200
    assert 500 < metres(from_wgs84(point, Datum.BD09), point) < 2500


def test_baidu_is_shifted_from_gcj02_by_its_formula() -> None:
    wgs = Point(39.915, 116.404)
    assert metres(from_wgs84(wgs, Datum.BD09), Point(39.922699, 116.416627)) < 1.0


def test_nothing_is_shifted_abroad() -> None:
    london = Point(51.5, -0.12)
    assert not in_china(london)
    assert from_wgs84(london, Datum.GCJ02) == london == to_wgs84(london, Datum.GCJ02)
