"""Where names stand on the map: along their streets, clear of each other. Pure.

Names are placed from the farthest zoom to the nearest. One that has its place keeps it on nearer
zooms, where there is room for more of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from knowledge.places.map_shapes import World

ZOOMS = range(11, 19)
TILE_PX = 256
_LETTER_PX = 14.0
_CELL_PX = 16.0
_APART_PX = 420.0
"""The same name stands no nearer than this to itself."""
_STRAIGHT = 0.94
"""A name stands where its street is about straight: chord by length."""


@dataclass(frozen=True, slots=True)
class Street:
    """A named street: its line, the farthest zoom that shows its name, and how much it matters."""

    name: str
    line: tuple[World, ...]
    zoom: int
    rank: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A named place: a station, a hospital, a park."""

    name: str
    place: World
    zoom: int
    rank: float


@dataclass(frozen=True, slots=True)
class Label:
    """A name at its place, from `zoom` on; `angle` in degrees clockwise, None for a spot."""

    text: str
    place: World
    angle: int | None
    zoom: int


def placed(streets: Iterable[Street], spots: Iterable[Spot]) -> list[Label]:
    """The labels of all zooms; what matters more is placed first."""
    everything: list[Street | Spot] = [*streets, *spots]
    everything.sort(key=lambda named: (-named.rank, named.name))
    found: list[Label] = []
    for zoom in ZOOMS:
        room = _Room(zoom)
        for label in found:
            room.take(label)
        for named in everything:
            if zoom < named.zoom:
                continue
            for label in _places(named, zoom):
                if room.has(label):
                    room.take(label)
                    found.append(label)
    return found


def joined(pieces: Iterable[tuple[str, tuple[World, ...]]]) -> Iterator[tuple[str, list[World]]]:
    """Lines of one name put end to end: a street is in many pieces."""
    by_name: dict[str, list[tuple[World, ...]]] = defaultdict(list)
    for name, line in pieces:
        by_name[name].append(line)
    for name, lines in by_name.items():
        begins: dict[World, list[int]] = defaultdict(list)
        for at, line in enumerate(lines):
            begins[line[0]].append(at)
        ends = {line[-1] for line in lines}
        used: set[int] = set()
        # A piece that no other leads to comes first; then what is left of rings.
        order = sorted(range(len(lines)), key=lambda at: lines[at][0] in ends)
        for at in order:
            if at in used:
                continue
            used.add(at)
            whole = list(lines[at])
            while following := [n for n in begins[whole[-1]] if n not in used]:
                used.add(following[0])
                whole.extend(lines[following[0]][1:])
            yield name, whole


class _Room:
    """What is taken on the map at a zoom."""

    def __init__(self, zoom: int) -> None:
        self._scale = TILE_PX * 2**zoom
        self._cells: set[tuple[int, int]] = set()
        self._names: dict[str, list[World]] = defaultdict(list)

    def has(self, label: Label) -> bool:
        if any(cell in self._cells for cell in self._covered(label, 1)):
            return False
        near = _APART_PX / self._scale
        return all(math.dist(label.place, other) > near for other in self._names[label.text])

    def take(self, label: Label) -> None:
        self._cells.update(self._covered(label, 0))
        self._names[label.text].append(label.place)

    def _covered(self, label: Label, around: int) -> Iterator[tuple[int, int]]:
        along = math.radians(label.angle or 0)
        half = len(label.text) * _LETTER_PX / 2
        x, y = label.place[0] * self._scale, label.place[1] * self._scale
        count = max(1, math.ceil(2 * half / _CELL_PX))
        for step in range(count + 1):
            off = -half + 2 * half * step / count
            cx = math.floor((x + off * math.cos(along)) / _CELL_PX)
            cy = math.floor((y + off * math.sin(along)) / _CELL_PX)
            for i in range(-around, around + 1):
                for j in range(-around, around + 1):
                    yield cx + i, cy + j


def _places(named: Street | Spot, zoom: int) -> Iterator[Label]:
    """Where a name may stand at a zoom, the middle of its street first."""
    if isinstance(named, Spot):
        yield Label(named.name, named.place, None, zoom)
        return
    width = len(named.name) * _LETTER_PX / (TILE_PX * 2**zoom)
    lengths = [math.dist(a, b) for a, b in pairwise(named.line)]
    whole = sum(lengths)
    if whole < width:
        return
    count = max(1, int(whole / max(width, _APART_PX / (TILE_PX * 2**zoom))))
    middles = sorted(((n + 0.5) / count for n in range(count)), key=lambda share: abs(share - 0.5))
    for share in middles:
        middle = share * whole
        a = _at(named.line, lengths, middle - width / 2)
        b = _at(named.line, lengths, middle + width / 2)
        if math.dist(a, b) >= _STRAIGHT * width:
            angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
            upright = (angle + 90) % 180 - 90  # never on its head
            yield Label(named.name, _at(named.line, lengths, middle), round(upright), zoom)


def _at(line: tuple[World, ...], lengths: list[float], along: float) -> World:
    """The point so far along a line."""
    for (a, b), long in zip(pairwise(line), lengths, strict=True):
        if along <= long and long:
            share = max(0.0, along / long)
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        along -= long
    return line[-1]
