"""Read places, roads and crossings from an OpenStreetMap extract (.osm.pbf).

Data © OpenStreetMap contributors, ODbL 1.0: whoever shows or passes on what is imported says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.places import kinds, stations
from knowledge.places.geo import Point, length, metres
from knowledge.places.kinds import Kind
from knowledge.places.record import (
    NAME_LIMIT,
    AliasKind,
    CrossingRecord,
    PlaceProblem,
    PlaceRecord,
    Reading,
)
from knowledge.places.stations import Entrance

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
APART_M = 400.0
"""Pieces of a road of one name that are farther apart than this are two roads."""
ONE_CROSSING_M = 120.0
"""Meetings of two roads nearer than this are one crossing: carriageways meet more than once."""

_OTHER_NAMES = (
    ("old_name", AliasKind.OLD), ("alt_name", AliasKind.POPULAR), ("loc_name", AliasKind.POPULAR),
    ("short_name", AliasKind.SHORT), ("official_name", AliasKind.POPULAR),
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_SIDE_ROAD = re.compile(r"(?<=.)辅(?:路|道)$")
_REPORT_EVERY = 200_000

Progress = Callable[[str], None]


@dataclass(slots=True)
class _Road:
    """One way that has a name: its nodes in order."""

    way: int
    name: str
    highway: str
    nodes: list[int]
    line: list[Point]
    aliases: tuple[tuple[str, AliasKind], ...]


@dataclass(slots=True)
class _Plan:
    """What the extract holds, gathered in one pass."""

    roads: list[_Road] = field(default_factory=list)
    places: list[PlaceRecord] = field(default_factory=list)
    stations: list[PlaceRecord] = field(default_factory=list)
    entrances: list[Entrance] = field(default_factory=list)
    skipped: int = 0


def read(file: Path, area: str, progress: Progress) -> Reading:
    """Read an extract; `area` is the GB/T 2260 code that its places get. Raises PlaceProblem.

    Ways of one name that hang together are one road. A name without a Chinese character is left
    out (`skipped`): it could neither be said nor heard.
    """
    plan = _Plan()
    with whole(file):
        for done, thing in enumerate(things(file), 1):
            _take(plan, thing, area)
            if done % _REPORT_EVERY == 0:
                progress(f"{done} objects read, {len(plan.places)} places, {len(plan.roads)} ways")
    if not (plan.roads or plan.places or plan.stations):
        raise PlaceProblem(f"{file} holds no place and no road with a Chinese name")
    progress(f"{len(plan.places)} places, {len(plan.roads)} named ways; joining roads …")
    roads = [_as_place(pieces, area) for pieces in joined(plan.roads)]
    into = stations.entrances(plan.entrances, plan.stations)
    places = (*plan.places, *plan.stations, *into, *roads)
    return Reading(places, tuple(crossings(plan.roads, area)), (), plan.skipped)


def plain_road(name: str) -> str:
    """A road without its service carriageway: 深南大道辅路 is asked for as 深南大道."""
    return _SIDE_ROAD.sub("", name)


@contextmanager
def whole(file: Path) -> Iterator[None]:
    """Raise PlaceProblem when the extract turns out to be torn or no extract."""
    try:
        yield
    except (RuntimeError, OSError, ValueError) as bad:
        raise PlaceProblem(
            f"{file} is not a whole OpenStreetMap extract ({str(bad).strip()}); fetch it again"
        ) from bad


def things(file: Path) -> Iterator[Any]:
    """All objects of an extract, ways with the places of their nodes. Raises PlaceProblem."""
    try:
        import osmium
    except ImportError as bad:
        raise PlaceProblem("the package osmium is not installed; run make setup") from bad
    if not file.is_file():
        raise PlaceProblem(f"{file} is not a file")
    return iter(osmium.FileProcessor(str(file)).with_locations().with_areas())


def _take(plan: _Plan, thing: Any, area: str) -> None:
    if thing.is_relation():
        return
    tags = {tag.k: tag.v for tag in thing.tags}
    if thing.is_node() and (into := stations.entrance(f"n{thing.id}", tags, place_of(thing))):
        plan.entrances.append(into)
        return
    name = chinese_name(thing.tags)
    highway = thing.tags.get("highway") if thing.is_way() else None
    if not name:
        plan.skipped += bool("name" in thing.tags)
        return
    if highway:
        located = [node for node in thing.nodes if node.location.valid()]
        if len(located) > 1:
            line = [Point(node.lat, node.lon) for node in located]
            nodes = [node.ref for node in located]
            plan.roads.append(
                _Road(thing.id, name, highway, nodes, line, _others(thing.tags, name))
            )
        return
    if thing.is_way():
        return  # closed ones come as areas too; open ones are waterways and the like
    kind = kinds.by_tags(tags)
    point = place_of(thing)
    if kind is None or point is None:
        return
    street, number = thing.tags.get("addr:street", ""), thing.tags.get("addr:housenumber", "")
    place = PlaceRecord(
        key=f"a{thing.id}" if thing.is_area() else f"n{thing.id}",
        name=name,
        kind=kind,
        area=area,
        point=point,
        shape="area" if thing.is_area() else "point",
        importance=kinds.IMPORTANCE[kind],
        address=f"{street}{number}号" if street and number else street,
        aliases=_others(thing.tags, name),
    )
    metro = stations.is_metro(tags)
    if metro or stations.is_train(tags):
        plan.stations.append(stations.station(place, metro))
    else:
        plan.places.append(place)


def place_of(thing: Any) -> Point | None:
    """Where a node is, or the middle of an area's outer corners."""
    if thing.is_node():
        return Point(thing.location.lat, thing.location.lon)
    for ring in thing.outer_rings():
        corners = [(node.lat, node.lon) for node in ring if node.location.valid()][:-1]
        if corners:
            lats, lons = zip(*corners, strict=True)
            return Point(sum(lats) / len(lats), sum(lons) / len(lons))
    return None


def chinese_name(tags: Mapping[str, str]) -> str:
    """The name of an object; empty when it has none with a Chinese character."""
    for key in ("name", "name:zh", "name:zh-Hans"):
        name = tags.get(key) or ""
        if _HAN.search(name) and len(name) <= NAME_LIMIT:
            return name.strip()
    return ""


def _others(tags: Mapping[str, str], name: str) -> tuple[tuple[str, AliasKind], ...]:
    found: dict[str, AliasKind] = {}
    for key, kind in _OTHER_NAMES:
        for other in (tags.get(key) or "").split(";"):
            if _HAN.search(other) and len(other) <= NAME_LIMIT and other.strip() != name:
                found.setdefault(other.strip(), kind)
    return tuple(found.items())


# ---- roads ---------------------------------------------------------------------------------------


def joined(roads: Iterable[_Road]) -> list[list[_Road]]:
    """The ways of each road: those of one name that share a node or are near each other."""
    by_name: dict[str, list[_Road]] = defaultdict(list)
    for road in roads:
        by_name[plain_road(road.name)].append(road)
    return [pieces for ways in by_name.values() for pieces in _clusters(ways)]


def _clusters(ways: list[_Road]) -> list[list[_Road]]:
    """Group the ways of one name by the cells of a grid that they touch, neighbours included."""
    owner = list(range(len(ways)))

    def root(at: int) -> int:
        while owner[at] != at:
            owner[at] = owner[owner[at]]
            at = owner[at]
        return at

    cells: dict[tuple[int, int], int] = {}
    step = APART_M / 111_000
    for at, way in enumerate(ways):
        for point in way.line:
            cells.setdefault((int(point.lat / step), int(point.lon / step)), at)
    for at, way in enumerate(ways):
        for point in way.line:
            row, column = int(point.lat / step), int(point.lon / step)
            for near in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                if near in cells:
                    owner[root(cells[near])] = root(at)
    groups: dict[int, list[_Road]] = defaultdict(list)
    for at, way in enumerate(ways):
        groups[root(at)].append(way)
    return list(groups.values())


def _as_place(pieces: list[_Road], area: str) -> PlaceRecord:
    name = plain_road(pieces[0].name)
    points = [point for piece in pieces for point in piece.line]
    middle = _nearest_to_middle(points)
    highway = max((piece.highway for piece in pieces), key=kinds.road_importance)
    kind = kinds.by_name(name)
    aliases = {piece.name: AliasKind.POPULAR for piece in pieces}
    aliases.update(other for piece in pieces for other in piece.aliases)
    aliases.pop(name, None)
    return PlaceRecord(
        # The lowest way id: stable while the road keeps that way.
        key=f"r{min(piece.way for piece in pieces)}",
        name=name,
        kind=kind if kind is Kind.BRIDGE else Kind.ROAD,
        area=area,
        point=middle,
        shape="line",
        extent_m=round(sum(length(piece.line) for piece in pieces)),
        importance=kinds.road_importance(highway),
        aliases=tuple(aliases.items()),
    )


def _nearest_to_middle(points: list[Point]) -> Point:
    middle = Point(
        sum(point.lat for point in points) / len(points),
        sum(point.lon for point in points) / len(points),
    )
    return min(points, key=lambda point: metres(point, middle))


def crossings(roads: Iterable[_Road], area: str) -> list[CrossingRecord]:
    """Where roads of different names share a node; several such nodes near each other are one."""
    at_node: dict[int, set[str]] = defaultdict(set)
    where: dict[int, Point] = {}
    for road in roads:
        name = plain_road(road.name)
        for node, point in zip(road.nodes, road.line, strict=True):
            at_node[node].add(name)
            where[node] = point
    meetings: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for node, met in at_node.items():
        ordered = sorted(met)
        for i, first in enumerate(ordered):
            for second in ordered[i + 1 :]:
                meetings[first, second].append(where[node])
    return [
        CrossingRecord(first, second, _nearest_to_middle(group), area)
        for (first, second), points in meetings.items()
        for group in _near_each_other(points)
    ]


def _near_each_other(points: list[Point]) -> list[list[Point]]:
    groups: list[list[Point]] = []
    for point in points:
        near = [g for g in groups if any(metres(point, other) < ONE_CROSSING_M for other in g)]
        groups = [g for g in groups if g not in near]
        groups.append([point, *(other for g in near for other in g)])
    return groups
