"""Which service places fit, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.area import COUNTRY
from knowledge.places.geo import Point
from knowledge.service_places.record import Kind, ServicePlace
from knowledge.service_places.search import Wanted, around, fits, search
from tests.knowledge.service_places.samples import TABLE, place

HERE = Point(23.136, 113.276)
CARE = Kind.CARE_HOME


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Wanted(), "YX-1 YX-2 YX-3 YX-4 YX-H TH-1 GZ-J FT-1"),
        (Wanted(CARE), "YX-1 YX-2 YX-3 YX-4 TH-1 FT-1"),
        (Wanted(CARE, "440104"), "YX-1 YX-2 YX-3 YX-4"),
        (Wanted(CARE, "440100"), "YX-1 YX-2 YX-3 YX-4 TH-1"),
        (Wanted(CARE, "440304003"), "FT-1"),
        (Wanted(CARE, level=4), "YX-3"),
        (Wanted(CARE, price=1999), "YX-2"),
        (Wanted(CARE, "440104", beds_free=True), "YX-1 YX-4"),
        (Wanted(text="东山"), "YX-1"),
        (Wanted(text="示例一路"), "YX-1 YX-2 YX-3 YX-4 YX-H TH-1 GZ-J FT-1"),
        (Wanted(text="TH-"), "TH-1"),
        (Wanted(text="没有这样的"), ""),
    ],
)
def test_what_fits(wanted: Wanted, codes: str) -> None:
    assert {hit.place.code for hit in search(TABLE, wanted)} == set(codes.split())


def test_nearest_first_and_without_a_position_last() -> None:
    hits = search(TABLE, Wanted(CARE, near=HERE))
    assert [hit.place.code for hit in hits] == ["YX-2", "YX-1", "YX-4", "TH-1", "FT-1", "YX-3"]
    assert hits[0].metres == pytest.approx(151, abs=5) and hits[-1].metres is None


def test_without_a_place_by_area_and_name() -> None:
    names = [(hit.place.area, hit.place.name) for hit in search(TABLE, Wanted())]
    assert names == sorted(names)


def test_an_area_without_any_gets_the_nearest_of_the_city() -> None:
    relief = [each for each in TABLE if each.kind is Kind.RELIEF_STATION]
    far = place("GZ-K", kind=Kind.RELIEF_STATION, area="440118", point=Point(23.3, 113.8))
    found = around([far, *relief], "440104", lambda: TABLE)
    assert found.area == "440100" and [hit.place.code for hit in found.hits] == ["GZ-J", "GZ-K"]
    assert {hit.metres for hit in found.hits} == {None}
    town = around(relief, "440104003", lambda: TABLE)
    assert town.area == "440100"
    assert around(relief, "440304", lambda: TABLE).area == "440000"
    assert around([], "440104", lambda: TABLE).hits == ()
    assert around(relief, "440111", lambda: TABLE).area == "440111"
    assert around(relief, "110101", lambda: TABLE).area == COUNTRY


points = st.builds(Point, st.floats(20, 26), st.floats(109, 118))
rows = st.builds(
    place,
    st.text("ABC123", min_size=1, max_size=4),
    point=st.none() | points,
    area=st.sampled_from(["440104", "440106", "440304003"]),
    level=st.integers(0, 5),
    price_from=st.none() | st.integers(0, 9000),
    beds_free=st.none() | st.integers(0, 5),
)
questions = st.builds(
    Wanted,
    area=st.sampled_from([COUNTRY, "440000", "440100", "440104"]),
    near=st.none() | points,
    level=st.integers(0, 5),
    price=st.none() | st.integers(0, 9000),
    beds_free=st.booleans(),
)


@given(st.lists(rows, max_size=12), questions)
def test_all_that_fits_and_nothing_else_in_order(table: list[ServicePlace], wanted: Wanted) -> None:
    hits = search(table, wanted)
    assert sorted(h.place.code for h in hits) == sorted(e.code for e in table if fits(e, wanted))
    if wanted.near is not None:
        far = [float("inf") if hit.metres is None else hit.metres for hit in hits]
        assert far == sorted(far)
