"""Cut lines and areas of a map into square pieces. Pure.

A position is (x, y) in the world square of Web Mercator (EPSG:3857), 0..1, x to the east and y to
the south. At level L the world has 2^L pieces a side; inside a piece counts `EXTENT` units a side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge.places.geo import Point

World = tuple[float, float]
Unit = tuple[int, int]
Piece = tuple[int, int]

EXTENT = 4096
_MARGIN = 160
"""What is drawn at an edge is wide: so many units beyond it belong to a piece too."""
_MOST_NORTH = 85.0511


def world(point: Point) -> World:
    """Where a point lies in the world square."""
    lat = math.radians(max(-_MOST_NORTH, min(_MOST_NORTH, point.lat)))
    return (point.lon + 180) / 360, (1 - math.asinh(math.tan(lat)) / math.pi) / 2


def point_of(place: World) -> Point:
    """The other way round."""
    x, y = place
    return Point(math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y)))), x * 360 - 180)


def line_pieces(
    line: Sequence[World], level: int, fine: float
) -> Iterator[tuple[Piece, list[Unit]]]:
    """The pieces that a line runs through, each with a part of it; a piece as often as it is met.

    Corners that stick out less than `fine` units are left out.
    """
    scaled = simplified(_scaled(line, level), fine)
    for piece in _touched(scaled):
        left, top = piece[0] * EXTENT, piece[1] * EXTENT
        box = (left - _MARGIN, top - _MARGIN, left + EXTENT + _MARGIN, top + EXTENT + _MARGIN)
        part: list[Unit] = []
        for a, b in pairwise(scaled):
            inside = _clipped(a, b, box)
            if inside is None:
                continue
            (ax, ay), (bx, by) = inside
            begin, end = (round(ax - left), round(ay - top)), (round(bx - left), round(by - top))
            if not part or part[-1] != begin:
                if len(part) > 1:
                    yield piece, part
                part = [begin]
            if end != begin:
                part.append(end)
        if len(part) > 1:
            yield piece, part


def area_pieces(
    ring: Sequence[World], level: int, fine: float
) -> Iterator[tuple[Piece, list[Unit]]]:
    """The pieces that a closed ring covers, each with what of the ring lies in it."""
    scaled = simplified(_scaled(ring, level), fine)
    if len(scaled) < 4:
        return
    for piece in _touched(scaled):
        left, top = piece[0] * EXTENT, piece[1] * EXTENT
        inside = _cut_ring(scaled[:-1], left, top)
        part = [(round(x - left), round(y - top)) for x, y in inside]
        part = [corner for at, corner in enumerate(part) if at == 0 or corner != part[at - 1]]
        if len(part) > 2:
            yield piece, part


def extent_units(line: Sequence[World], level: int) -> float:
    """The longer side of the box around a line, in units of a level."""
    xs, ys = zip(*line, strict=True)
    return max(max(xs) - min(xs), max(ys) - min(ys)) * EXTENT * 2**level


def packed(part: Sequence[Unit]) -> list[int]:
    """The first corner, then the step to each next one: small numbers compress well."""
    flat = list(part[0])
    for (ax, ay), (bx, by) in pairwise(part):
        flat += (bx - ax, by - ay)
    return flat


def simplified(line: Sequence[World], fine: float) -> list[World]:
    """Leave out corners that stick out less than `fine` (Douglas and Peucker); the ends stay."""
    kept, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        long = math.hypot(dx, dy)
        worst, at = fine, 0
        for i in range(first + 1, last):
            px, py = line[i][0] - ax, line[i][1] - ay
            away = abs(px * dy - py * dx) / long if long else math.hypot(px, py)
            if away > worst:
                worst, at = away, i
        if at:
            kept.add(at)
            todo += [(first, at), (at, last)]
    return [line[i] for i in sorted(kept)]


def _scaled(line: Sequence[World], level: int) -> list[World]:
    scale = EXTENT * 2**level
    return [(x * scale, y * scale) for x, y in line]


def _touched(scaled: Sequence[World]) -> Iterator[Piece]:
    """The pieces that the box around a line touches."""
    xs, ys = zip(*scaled, strict=True)
    for x in range(_piece(min(xs) - _MARGIN), _piece(max(xs) + _MARGIN) + 1):
        for y in range(_piece(min(ys) - _MARGIN), _piece(max(ys) + _MARGIN) + 1):
            yield x, y


def _piece(units: float) -> int:
    return math.floor(units / EXTENT)


def _clipped(
    a: World, b: World, box: tuple[float, float, float, float]
) -> tuple[World, World] | None:
    """The part of a segment inside a box (Liang and Barsky); None when there is none."""
    (ax, ay), (bx, by) = a, b
    dx, dy, first, last = bx - ax, by - ay, 0.0, 1.0
    for step, room in (
        (-dx, ax - box[0]),
        (dx, box[2] - ax),
        (-dy, ay - box[1]),
        (dy, box[3] - ay),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first > last:
        return None
    return (ax + first * dx, ay + first * dy), (ax + last * dx, ay + last * dy)


def _cut_ring(ring: list[World], left: float, top: float) -> list[World]:
    """What of a ring lies in a piece and its margin (Sutherland and Hodgman)."""
    for axis, limit, sign in (
        (0, left - _MARGIN, 1), (0, left + EXTENT + _MARGIN, -1),
        (1, top - _MARGIN, 1), (1, top + EXTENT + _MARGIN, -1),
    ):  # fmt: skip
        cut: list[World] = []
        for a, b in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
            in_a, in_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if in_a != in_b:
                share = (limit - a[axis]) / (b[axis] - a[axis])
                cut.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
            if in_b:
                cut.append(b)
        ring = cut
    return ring
