"""A street network read from an extract: the streets one may walk on, cut at their junctions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from knowledge.places.geo import Point, length, metres, off_line, turn
from knowledge.places.moves import leaving

_NOT_ON_FOOT = {"motorway", "motorway_link"}


@dataclass(frozen=True, slots=True)
class Street:
    """A piece of street from one junction to the next, as walked from `start`."""

    start: int
    end: int
    name: str
    line: tuple[Point, ...]
    metres: float


class Streets:
    """The streets one may walk on, cut at their junctions; each is there in both directions."""

    def __init__(self, file: Path) -> None:
        """Read an extract (.osm.pbf)."""
        import osmium

        where: dict[int, Point] = {}
        near: dict[int, dict[int, str]] = defaultdict(dict)
        for thing in osmium.FileProcessor(str(file)).with_locations():
            if not isinstance(thing, osmium.osm.Way):
                continue
            if thing.tags.get("highway", "motorway") in _NOT_ON_FOOT:
                continue
            name = thing.tags.get("name") or ""
            nodes = [node for node in thing.nodes if node.location.valid()]
            where.update((node.ref, Point(node.lat, node.lon)) for node in nodes)
            for a, b in pairwise(nodes):
                near[a.ref][b.ref] = near[b.ref][a.ref] = name
        junctions = {n for n, others in near.items() if len(others) != 2 or _renames(others)}
        self.leaving: dict[int, list[Street]] = defaultdict(list)
        for begin in junctions:
            for other in near[begin]:
                street = _street(begin, other, near, junctions, where)
                if not any(_drawn_twice(street, known) for known in self.leaving[begin]):
                    self.leaving[begin].append(street)
        self.all = [street for streets in self.leaving.values() for street in streets]

    def near(self, point: Point, limit_m: float) -> list[tuple[float, Street, int]]:
        """The streets near a point, nearest first: how far, which, after which of its points."""
        found = []
        for street in self.all:
            if metres(point, street.line[0]) > limit_m + street.metres:
                continue
            away, at = min(
                (off_line(point, a, b)[0], at) for at, (a, b) in enumerate(pairwise(street.line))
            )
            if away <= limit_m:
                found.append((away, street, at))
        return sorted(found, key=lambda item: item[0])


def _renames(others: dict[int, str]) -> bool:
    return len(set(others.values())) > 1


def _street(
    node: int,
    other: int,
    near: dict[int, dict[int, str]],
    junctions: set[int],
    where: dict[int, Point],
) -> Street:
    path, name = [node, other], near[node][other]
    while path[-1] not in junctions and path[-1] != node:
        ahead = [n for n in near[path[-1]] if n != path[-2]]
        path.append(ahead[0] if ahead else path[-2])
    line = tuple(where[n] for n in path)
    return Street(node, path[-1], name, line, length(list(line)))


def _drawn_twice(a: Street, b: Street) -> bool:
    same = a.end == b.end and a.name == b.name and abs(a.metres - b.metres) < 3
    return same and abs(turn(leaving(a.line), leaving(b.line))) < 4
