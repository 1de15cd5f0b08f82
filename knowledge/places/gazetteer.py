"""Find the place that was said among all names in memory: exact, alias, by sound, contained.

How well a name fits (0..1) comes first; nearness to the caller, importance and area only decide
between names that fit alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.sound import Sounds, similarity, sounds, sounds_contain
from knowledge.places import divisions
from knowledge.places.asked import asked
from knowledge.places.geo import Point, metres
from knowledge.places.kinds import Kind
from knowledge.places.labels import labelled
from knowledge.places.name_index import NameIndex, Rows
from knowledge.places.nearby import Grid
from knowledge.places.port import FoundPlace, FoundPlaces, Match, Sureness
from knowledge.places.record import CrossingRecord
from knowledge.places.store import Named

_POOL = 120
_SAME_POOL = 400
_WEIGHED = 64
"""So many of the best are weighed one by one: by how they are written, and by area."""
_TURNED_ROUND = 24
"""So many of the best are also tried the other way round: what was heard inside the name."""

_ALIAS, _HOMOPHONE, _SOUND, _INSIDE, _AROUND = 0.99, 0.97, 0.96, 0.93, 0.9
_NEAR, _IMPORTANCE, _AREA, _UNPLACED = 0.08, 0.04, 0.03, 0.12
_NEAR_M = 3000.0
_SPOKEN_TOGETHER = 4
_HELD, _HELD_PLACED = 0.72, 0.66
"""A part that fits worse is not offered: two syllables are in many sentences by chance. Fewer names
are looked at, and what was heard is worse, where a place to go to is asked for.
"""

LIKELY = 0.66
"""A name that fits worse is not offered."""
SURE = 0.8
"""A name that fits worse is asked back."""
RIVAL = 0.05
"""A place whose whole score is less behind the best is offered beside it."""
MOST = 3

_LANDMARK_M = 400.0
LANDMARKS = {
    Kind.STATION.value, Kind.HOSPITAL.value, Kind.SCHOOL.value, Kind.PARK.value,
    Kind.CARE.value, Kind.OFFICE.value, Kind.BUILDING.value, Kind.ESTATE.value, Kind.SHOP.value,
    Kind.BRIDGE.value,
}  # fmt: skip


class _Scored(NamedTuple):
    row: int
    fits: float
    whole: float
    match: Match


class Gazetteer:
    """All names of all places, in memory. Reading is safe from several threads."""

    def __init__(self, names: Iterable[Named], crossings: Iterable[CrossingRecord] = ()) -> None:
        """Take the names and the crossings of roads; a million names take some 15 s."""
        self._names = sorted(names, key=lambda named: -named.importance)
        self._index = NameIndex([named.sounds for named in self._names])
        self._importance = np.array([n.importance for n in self._names], dtype=np.float32)
        self._places = np.array([n.place for n in self._names], dtype=np.int64)
        nowhere = Point(np.nan, np.nan)
        spots = [named.point or nowhere for named in self._names]
        self._spots = np.array(spots, dtype=np.float64).reshape(-1, 2)
        standard = (n for n in self._names if n.point and not n.alias and n.kind in LANDMARKS)
        self._landmarks = Grid((n.point, n) for n in standard if n.point)
        self._crossings = list(crossings)
        self._by_roads: dict[frozenset[str], list[CrossingRecord]] = defaultdict(list)
        for crossing in self._crossings:
            self._by_roads[frozenset((crossing.road_a, crossing.road_b))].append(crossing)
        self._corners = Grid((crossing.point, crossing) for crossing in self._crossings)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._names)

    def find(
        self,
        text: str,
        near: Point | None = None,
        area: str = "",
        placed: bool = False,
        most: int = MOST,
    ) -> FoundPlaces:
        """Find what a caller means; never raises.

        `near` is where the caller is, `area` the GB/T 2260 code of the call; `placed` leaves out
        names without a position. At most so many places come back.
        """
        wanted = asked(text)
        if wanted.second:
            corner = self._crossing(wanted.name, wanted.second, near)
            if corner is not None:
                return corner
        whole = f"{wanted.name}{wanted.second}"
        heard = sounds(whole)
        if len(heard) < 2:
            return FoundPlaces(
                Sureness.NOTHING, (), f"“{whole or text.strip()}”太短，请说出完整的地名。"
            )
        scored = self._scored(whole, heard, near, area, placed)
        corner = self._corner_of_parts(scored, near)
        if corner is not None:
            return corner
        held = _HELD_PLACED if placed else _HELD
        scored = [s for s in scored if s.match is not Match.PART or s.fits >= held]
        if not scored or scored[0].fits < LIKELY:
            return FoundPlaces(Sureness.NOTHING, (), f"没有找到和“{whole}”相近的地名。")
        return self._decide(whole, scored, near, most)

    def around(
        self, point: Point, limit_m: float, fits: Callable[[Named], bool], most: int = MOST
    ) -> list[tuple[float, FoundPlace]]:
        """The nearest places that fit, by their standard names, with their distance.

        A name that several have there is told once.
        """
        away = np.nan_to_num(self._away(np.arange(len(self._names)), point), nan=np.inf)
        inside = np.flatnonzero(away <= limit_m)
        found: dict[str, tuple[float, FoundPlace]] = {}
        for row in inside[np.argsort(away[inside], kind="stable")].tolist():
            named = self._names[row]
            if not named.alias and named.name not in found and fits(named):
                scored = _Scored(row, 1.0, 1.0, Match.NAME)
                found[named.name] = float(away[row]), self._found(scored, point)
                if len(found) == most:
                    break
        return list(found.values())

    def other_names(self, place: int) -> list[tuple[str, str]]:
        """The other names of a place and why it has them (`knowledge.places.record.AliasKind`)."""
        rows = np.flatnonzero(self._places == place).tolist()
        names = (self._names[row] for row in rows)
        return [(named.name, named.alias) for named in names if named.alias]

    def address(self, place: int) -> str:
        """The address of a place as its source gives it; empty where it gives none."""
        rows = np.flatnonzero(self._places == place)
        return self._names[rows[0]].address if len(rows) else ""

    def landmarks(self, point: Point, limit_m: float) -> list[tuple[float, str]]:
        """Names of well-known places near a point, with their distance, nearest first."""
        return [(away, named.name) for away, named in self._landmarks.within(point, limit_m)]

    def corners(self, point: Point, limit_m: float) -> list[tuple[float, CrossingRecord]]:
        """Crossings near a point, with their distance, nearest first."""
        return self._corners.within(point, limit_m)

    # ---- one name --------------------------------------------------------------------------------

    def _scored(
        self, text: str, heard: Sounds, near: Point | None, area: str, placed: bool
    ) -> list[_Scored]:
        """The best row of each place, best first."""
        same = self._index.same(heard)
        if len(same) > _SAME_POOL:
            same = self._nearest(same, near)[:_SAME_POOL]
        rows = np.unique(np.concatenate([same, self._index.alike(heard, _POOL)]))
        if placed:
            rows = rows[~np.isnan(self._spots[rows, 0])]
        if not len(rows):
            return []
        fits, parts = self._fits(heard, rows)
        whole = fits + self._beside(rows, near) - _UNPLACED * np.isnan(self._spots[rows, 0])
        best: dict[int, _Scored] = {}
        order = np.argsort(-whole, kind="stable")[:_WEIGHED]
        weighed = (rows[order], fits[order], whole[order], parts[order])
        for row, fit, total, part in zip(*(each.tolist() for each in weighed), strict=True):
            named = self._names[row]
            match = Match.PART if part else Match.SOUND
            total -= fit
            if named.name == text:
                fit, match = (_ALIAS, Match.ALIAS) if named.alias else (1.0, Match.NAME)
            elif named.alias and match is Match.SOUND:
                match = Match.ALIAS
            total += fit
            total += _AREA * (area[:4] == named.area[:4] if area else 0)
            known = best.get(named.place)
            if known is None or total > known.whole:
                best[named.place] = _Scored(row, fit, total, match)
        return sorted(best.values(), key=lambda item: -item.whole)

    def _fits(self, heard: Sounds, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """How well the sounds fit, and whether only a part of either does."""
        table = self._index.table
        lengths = table.lengths(rows)
        alike = table.scores(heard, rows)
        fits = np.where(alike > 0.9999, _HOMOPHONE, _SOUND * alike)
        inside = table.scores(heard, rows, inside=True)
        share = np.minimum(1.0, lengths / len(heard))
        parts = _INSIDE * inside * (0.7 + 0.3 * share) * (lengths >= 2)
        for at in np.argsort(-alike, kind="stable")[:_TURNED_ROUND]:
            name = self._names[rows[at]].sounds
            if len(name) > len(heard):
                held = sounds_contain(name, heard) * (0.7 + 0.3 * len(heard) / len(name))
                parts[at] = max(parts[at], _AROUND * held)
        return np.maximum(fits, parts), parts > fits

    def _beside(self, rows: Rows, near: Point | None) -> NDArray[np.float64]:
        """What nearness and importance add."""
        more: NDArray[np.float64] = _IMPORTANCE * self._importance[rows].astype(np.float64)
        if near is not None:
            away = np.nan_to_num(self._away(rows, near), nan=np.inf)
            more = more + _NEAR * np.exp(-away / _NEAR_M)
        return more

    def _nearest(self, rows: Rows, near: Point | None) -> Rows:
        if near is None:
            return rows  # the important ones come first in the index
        return rows[np.argsort(self._away(rows, near), kind="stable")]

    def _away(self, rows: Rows, near: Point) -> NDArray[np.float64]:
        north = (self._spots[rows, 0] - near.lat) * 111_195
        east = (self._spots[rows, 1] - near.lon) * 111_195 * np.cos(np.radians(near.lat))
        return np.asarray(np.hypot(north, east))

    # ---- deciding --------------------------------------------------------------------------------

    def _decide(
        self, text: str, scored: Sequence[_Scored], near: Point | None, most: int
    ) -> FoundPlaces:
        best = scored[0]
        rivals = [s for s in scored if best.whole - s.whole < RIVAL and s.fits >= LIKELY]
        sure = best.fits >= SURE and len(rivals) == 1
        if not sure and best.fits < SURE:
            rivals = [s for s in scored[:MOST] if s.fits >= LIKELY]
        places = labelled([self._found(s, near) for s in rivals[:most]], self._landmark_of)
        if sure:
            return FoundPlaces(Sureness.SURE, places, f"“{text}”是{places[0].name}。")
        offered = "、".join(place.label for place in places[:MOST])
        return FoundPlaces(Sureness.CHOOSE, places, f"“{text}”可能是{offered}。")

    def _found(self, scored: _Scored, near: Point | None) -> FoundPlace:
        named = self._names[scored.row]
        return FoundPlace(
            place=named.place,
            name=named.standard,
            label=named.standard,
            kind=named.kind,
            area=named.area,
            area_name=divisions.full_name(named.area) if named.area else "",
            point=named.point,
            match=scored.match,
            matched=named.name,
            alias=named.alias,
            score=round(min(1.0, scored.fits), 3),
            metres=round(metres(near, named.point)) if near and named.point else None,
        )

    def _landmark_of(self, place: FoundPlace) -> str:
        """What is well known beside a place, or the road that it crosses."""
        if place.point is None:
            return ""
        for _, name in self.landmarks(place.point, _LANDMARK_M):
            if name != place.name:
                return name
        for _, corner in self.corners(place.point, _LANDMARK_M):
            if place.name not in (corner.road_a, corner.road_b):
                return corner.road_a
            return corner.road_b if corner.road_a == place.name else corner.road_a
        return ""

    # ---- crossings -------------------------------------------------------------------------------

    def _crossing(self, first: str, second: str, near: Point | None) -> FoundPlaces | None:
        """The crossing of two roads; None when either name is none or they do not meet."""
        firsts, seconds = (self._roads(name, near) for name in (first, second))
        met = [
            (fit_a + fit_b, crossing)
            for a, fit_a in firsts.items()
            for b, fit_b in seconds.items()
            for crossing in self._by_roads.get(frozenset((a, b)), ())
        ]
        if not met:
            if firsts and seconds:
                why = f"{next(iter(firsts))}和{next(iter(seconds))}没有相交的路口。"
                return FoundPlaces(Sureness.NOTHING, (), why)
            return None
        met.sort(key=lambda item: (-item[0], metres(near, item[1].point) if near else 0.0))
        rivals = [crossing for fit, crossing in met if met[0][0] - fit < RIVAL][:MOST]
        if near or len({frozenset((c.road_a, c.road_b)) for c in rivals}) == 1:
            rivals = rivals[:1]  # several meetings of the same two roads: the nearest
        roads = {name: fit for group in (firsts, seconds) for name, fit in group.items()}
        places = labelled([_corner(c, first, roads, near) for c in rivals], self._landmark_of)
        sureness = Sureness.SURE if len(places) == 1 else Sureness.CHOOSE
        return FoundPlaces(sureness, places, f"“{first}”与“{second}”是{places[0].name}。")

    def _corner_of_parts(self, scored: Sequence[_Scored], near: Point | None) -> FoundPlaces | None:
        """The crossing of two roads said one after the other: 红荔路香梅路."""
        best = [s for s in scored[:_SPOKEN_TOGETHER] if s.match is Match.PART and s.fits >= _HELD]
        if len(best) < 2 or best[0] is not scored[0]:
            return None
        names = [self._names[each.row].standard for each in best]
        for i, first in enumerate(names):
            for second in names[i + 1 :]:
                if frozenset((first, second)) in self._by_roads:
                    return self._crossing(first, second, near)
        return None

    def _roads(self, name: str, near: Point | None) -> dict[str, float]:
        """The roads that may be meant, with how well they fit, best first."""
        heard = sounds(name)
        if len(heard) < 2:
            return {}
        found: dict[str, float] = {}
        for scored in self._scored(name, heard, near, "", placed=True):
            named = self._names[scored.row]
            if named.kind in (Kind.ROAD.value, Kind.BRIDGE.value) and scored.fits >= SURE:
                found.setdefault(named.standard, scored.fits)
        return dict(list(found.items())[:8])


def _corner(
    crossing: CrossingRecord, first: str, roads: dict[str, float], near: Point | None
) -> FoundPlace:
    ordered = sorted((crossing.road_a, crossing.road_b), key=lambda road: -similarity(road, first))
    name = f"{ordered[0]}与{ordered[1]}路口"
    return FoundPlace(
        place=0,
        name=name,
        label=name,
        kind=Kind.CROSSING.value,
        area=crossing.area,
        area_name=divisions.full_name(crossing.area) if crossing.area else "",
        point=crossing.point,
        match=Match.CROSSING,
        matched=name,
        alias="",
        score=round(min(roads[road] for road in ordered), 3),
        metres=round(metres(near, crossing.point)) if near else None,
    )
