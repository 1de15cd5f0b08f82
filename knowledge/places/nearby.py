"""Points in a grid: which of many are within some metres of a place."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from knowledge.places.geo import Point, metres

Thing = TypeVar("Thing")

_CELL = 0.002
"""Degrees: some 220 m north, 200 m east in Guangdong."""


class Grid(Generic[Thing]):
    """Things with a position. Reading is safe from several threads."""

    def __init__(self, things: Iterable[tuple[Point, Thing]]) -> None:
        """Take the things with their positions."""
        self._cells: dict[tuple[int, int], list[tuple[Point, Thing]]] = defaultdict(list)
        for point, thing in things:
            self._cells[_cell(point)].append((point, thing))

    def within(self, point: Point, limit_m: float) -> list[tuple[float, Thing]]:
        """The things at most so far away, with their distance, nearest first."""
        row, column = _cell(point)
        up = math.ceil(limit_m / 111_000 / _CELL)
        side = math.ceil(limit_m / 111_000 / _CELL / max(0.1, math.cos(math.radians(point.lat))))
        found = [
            (away, thing)
            for i in range(row - up, row + up + 1)
            for j in range(column - side, column + side + 1)
            for where, thing in self._cells.get((i, j), ())
            if (away := metres(point, where)) <= limit_m
        ]
        return sorted(found, key=lambda item: item[0])


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point.lat / _CELL), math.floor(point.lon / _CELL)
