"""Cutting lines and areas into pieces."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.geo import Point, metres
from knowledge.places.map_shapes import (
    EXTENT,
    World,
    area_pieces,
    line_pieces,
    packed,
    point_of,
    simplified,
    world,
)

LEVEL = 14
SIDE = 1 / 2**LEVEL
BASE = (13380 * SIDE, 7138 * SIDE)


def at(x: float, y: float) -> World:
    """A place so many pieces east and south of the corner of piece 13380, 7138."""
    return BASE[0] + x * SIDE, BASE[1] + y * SIDE


def test_the_world_square() -> None:
    assert world(Point(0, 0)) == pytest.approx((0.5, 0.5))
    assert world(Point(85.0511, -180)) == pytest.approx((0, 0), abs=1e-6)
    x, y = world(Point(22.5412, 114.0302))  # in Futian: piece 14/13381/7138 by the usual formula
    assert (math.floor(x / SIDE), math.floor(y / SIDE)) == (13381, 7138)


@given(st.floats(-84, 84), st.floats(-179, 179))
def test_there_and_back(lat: float, lon: float) -> None:
    assert metres(point_of(world(Point(lat, lon))), Point(lat, lon)) < 0.01


def test_a_line_over_an_edge_is_in_both_pieces() -> None:
    found = dict(line_pieces([at(0.5, 0.5), at(1.5, 0.5)], LEVEL, 1))
    assert set(found) == {(13380, 7138), (13381, 7138)}
    half = EXTENT // 2
    assert found[13380, 7138][0] == (half, half) and found[13381, 7138][-1] == (half, half)
    assert found[13380, 7138][-1][0] > EXTENT, "it is drawn over the edge"
    assert found[13381, 7138][0][0] < 0


def test_a_line_that_comes_back_is_in_its_piece_twice() -> None:
    line = [at(0.5, 0.2), at(1.5, 0.2), at(1.5, 0.8), at(0.5, 0.8)]
    parts = [part for piece, part in line_pieces(line, LEVEL, 1) if piece == (13380, 7138)]
    assert len(parts) == 2 and all(len(part) == 2 for part in parts)


def off(point: World, a: World, b: World) -> float:
    """How far a point is from a segment."""
    along = (b[0] - a[0], b[1] - a[1])
    square = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / square
    share = min(1.0, max(0.0, share))
    return math.dist(point, (a[0] + share * along[0], a[1] + share * along[1]))


@given(st.lists(st.tuples(st.integers(-90, 190), st.integers(-90, 190)), min_size=2, max_size=8))
def test_every_corner_inside_a_piece_is_drawn(spots: list[tuple[int, int]]) -> None:
    line = [at(x / 100, y / 100) for x, y in spots]
    drawn = [part for piece, part in line_pieces(line, LEVEL, 0) if piece == (13380, 7138)]
    for x, y in spots:
        if len(set(spots)) > 1 and 0 < x < 100 and 0 < y < 100:
            own = x / 100 * EXTENT, y / 100 * EXTENT
            assert min(off(own, *pair) for part in drawn for pair in pairwise(part)) < 2


def test_an_area_covers_a_piece_that_none_of_its_corners_is_in() -> None:
    ring = [at(-1, -1), at(2, -1), at(2, 2), at(-1, 2), at(-1, -1)]
    found = dict(area_pieces(ring, LEVEL, 1))
    assert len(found) >= 9
    xs, ys = zip(*found[13380, 7138], strict=True)
    assert min(xs) <= 0 and max(xs) >= EXTENT and min(ys) <= 0 and max(ys) >= EXTENT


def test_simplified_keeps_the_ends_and_what_sticks_out() -> None:
    line = [(0.0, 0.0), (5.0, 0.4), (10.0, 0.0), (15.0, 8.0), (20.0, 0.0)]
    assert simplified(line, 1) == [line[0], line[2], line[3], line[4]]
    assert simplified(line, 50) == [line[0], line[-1]]


def test_packed() -> None:
    assert packed([(10, 20), (15, 18), (15, 30)]) == [10, 20, 5, -2, 0, 12]
