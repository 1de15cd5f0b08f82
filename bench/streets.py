"""A street network read from an extract, and somebody in it who only knows what he is told.

`Walker` reads the spoken sentences themselves. He knows the road's name from its signs, judges
distances by his legs, sees left and right, and has no other map.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from core.spoken_numbers import amount
from knowledge.places.geo import Point, length, metres, off_line, towards, turn
from knowledge.places.moves import AHEAD, STRAIGHT, arriving, aside, leaving
from knowledge.places.osm import plain_road

_NOT_ON_FOOT = {"motorway", "motorway_link"}
_COMPASS = {
    "北": 0,
    "东北": 45,
    "东": 90,
    "东南": 135,
    "南": 180,
    "西南": 225,
    "西": 270,
    "西北": 315,
}
_STEP = re.compile(
    r"沿(?P<road>.+?)向(?P<compass>东北|东南|西南|西北|东|南|西|北)走，(?:大约)?"
    r"(?P<far>.+?)(?P<unit>公里|米)"
)
_FIRST = re.compile(
    r"先向(?P<compass>东北|东南|西南|西北|东|南|西|北)走(?:大约)?(?P<far>.+?)(?P<unit>公里|米)，到"
)
_AFTER = re.compile(r"过了(?P<road>[^，。]+?)路口再走大约(?P<far>[^，。]+?)(?P<unit>公里|米)")
_COUNT = re.compile(r"在(?P<side>[左右])手边第(?P<count>.+?)个路口")
_TURN = re.compile(
    r"(向左前方走|向右前方走|向左后方转|向右后方转|左转|右转|掉头|直走)(?:走..那条路)?，沿"
)
_FORK = re.compile(r"走(左边|中间|右边)那条路")
_ANGLES = {
    "直走": (0, 45), "向左前方走": (-45, 30), "向右前方走": (45, 30), "左转": (-95, 45),
    "右转": (95, 45), "向左后方转": (-147, 35), "向右后方转": (147, 35), "掉头": (180, 30),
}  # fmt: skip
_UNNAMED = "没有路名的"
_SEEN_M = 60.0
_TRIED = 2
_SIGN_M = 25.0
"""A shorter street may be part of one that was told to have no name."""
_CARRIAGEWAYS_M = 45.0
_MISJUDGED_M = 60.0
_CONNECTOR_M = 80.0
_OFF_COMPASS = 50.0
_OFF_AT_FIRST = 70.0


@dataclass(frozen=True, slots=True)
class Street:
    """A piece of street from one junction to the next, as walked from `start`."""

    start: int
    end: int
    name: str
    line: tuple[Point, ...]
    metres: float


@dataclass(frozen=True, slots=True)
class Turned:
    """A street that he may turn into, and how far it is from what was told, as metres.

    `before` is what was walked of a short way that leads to it.
    """

    off: float
    street: Street
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """One spoken step, understood."""

    road: str
    compass: float
    metres: float
    turn: str
    fork: str
    side: str
    count: int
    over: bool
    last: str
    after: float
    first: float
    to_it: float


def understood(text: str) -> Told:
    """Read a spoken step. Raises ValueError when it tells no way."""
    step, turning, counted = _STEP.search(text), _TURN.search(text), _COUNT.search(text)
    if step is None:
        raise ValueError(f"tells no way: {text}")
    return Told(
        road="" if step["road"].startswith(_UNNAMED) else step["road"],
        compass=_COMPASS[step["compass"]],
        metres=_metres(step["far"], step["unit"]),
        turn=turning[1] if turning else "",
        fork=forked[1] if (forked := _FORK.search(text)) else "",
        side=counted["side"] if counted else "",
        count=int(amount(counted["count"]) or 0) if counted else 0,
        over="过了马路再" in text or "第二个岔路口" in text,
        first=_COMPASS[first["compass"]] if (first := _FIRST.match(text)) else 0.0,
        to_it=_metres(first["far"], first["unit"]) if first else 0.0,
        last=last["road"] if (last := _AFTER.search(text)) else "",
        after=_metres(last["far"], last["unit"]) if last else 0.0,
    )


def _metres(said: str, unit: str) -> float:
    far = 10.0 if said == "十来" else float(amount(said) or 0)
    return far * (1000 if unit == "公里" else 1)


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


def _names(street: Street, road: str) -> bool:
    return plain_road(street.name) == plain_road(road)


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


def _different(begins: list[tuple[Street, float]]) -> list[tuple[Street, float]]:
    """What is drawn twice is one street to him, and so is what goes on where another ends."""
    found: list[tuple[Street, float]] = []
    for street, gone in begins:
        if not any(_one(street, other) for other, _ in found):
            found.append((street, gone))
    return found


def _one(street: Street, other: Street) -> bool:
    lines = zip((street.line[0], street.line[-1]), (other.line[0], other.line[-1]), strict=True)
    twice = all(metres(a, b) < 3 for a, b in lines)
    return twice or (street.name == other.name and street.start == other.end)


class Walker:
    """Follows spoken steps from a point; `walk` says where that leads."""

    def __init__(self, streets: Streets) -> None:
        """Take the streets around him."""
        self._streets = streets

    def walk(self, start: Point, texts: Sequence[str]) -> Point:
        """Where somebody ends who does what the steps say; where he is lost, he stays."""
        return self.places(start, texts)[-1]

    def places(self, start: Point, texts: Sequence[str]) -> list[Point]:
        """Where he begins each step that he can begin, and where he ends."""
        steps = [understood(text) for text in texts]
        begins = self._begins(towards(start, steps[0].first, steps[0].to_it), steps[0])
        if not begins:
            return [start]
        if len(steps) > 1:
            # Who does not find the first turn comes back and tries the next street.
            tried = (b for b in _different(begins)[:_TRIED] if self._follow(*b, steps[0], steps[1]))
            begins = [next(tried, begins[0])]
        street, gone = begins[0]
        stood = [start]
        for step, following in pairwise(steps):
            turned = self._follow(street, gone, step, following)
            if turned is None:
                return [*stood, self._stop(street, gone, step)]
            street, gone = turned.street, -turned.before
            stood.append(street.line[0])
        return [*stood, self._stop(street, gone, steps[-1])]

    def _begins(self, start: Point, step: Told) -> list[tuple[Street, float]]:
        """The streets that he may begin on, likeliest first, and how much of each is behind him."""
        found = []
        for away, street, at in self._streets.near(start, _SEEN_M):
            a, b = street.line[at], street.line[at + 1]
            _, share = off_line(start, a, b)
            gone = length(list(street.line[: at + 1])) + share * metres(a, b)
            here = Point(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))
            if street.metres - gone < 5:
                continue  # too short to see where it leads; the next one begins here too
            off = abs(turn(leaving((here, *street.line[at + 1 :])), step.compass))
            if off > _OFF_AT_FIRST or (step.road and street.name != step.road):
                continue
            rank = away + off / 2 + (0 if street.name == step.road else 20)
            found.append((rank, street, gone))
        return [(street, gone) for _, street, gone in sorted(found, key=lambda item: item[0])]

    def _follow(self, street: Street, gone: float, step: Told, following: Told) -> Turned | None:
        """Walk a step to where the next one begins; the street that he turns into there."""
        walked, counted, seen = street.metres - gone, 0, 0
        found: list[Turned] = []
        passed: list[tuple[float, float]] = []
        crossed: list[float] = []
        while walked <= step.metres * 1.35 + 60 and seen < 300:
            seen += 1
            options = self._options(street)
            if step.last and any(_names(o, step.last) for o in options):
                crossed = [at for at in crossed if walked - at < 150] + [walked]
            far = sum(crossed) / len(crossed) + step.after if crossed else step.metres
            counted += any(self._aside(street, o, following.side) for o in options)
            for option in options:
                turned = self._fits(street, option, following)
                if turned is not None:
                    heading = leaving(turned.street.line)
                    over = any(
                        0 < walked - at <= _CARRIAGEWAYS_M and abs(turn(heading, other)) < STRAIGHT
                        for at, other in passed
                    )
                    off = turned.off + abs(walked - far)
                    off += 60.0 * (following.count > 0 and counted != following.count)
                    off += 60.0 * (over != following.over and bool(following.road))
                    found.append(replace(turned, off=off))
            onwards = self._onwards(street, options, step.road)
            if onwards is None:
                break
            passed += [(walked, leaving(o.line)) for o in options if o is not onwards]
            street = onwards
            walked += street.metres
        return min(found, key=lambda turned: turned.off) if found else None

    def _options(self, street: Street) -> list[Street]:
        back = street.line[-2]
        return [o for o in self._streets.leaving[street.end] if o.line[1] != back]

    @staticmethod
    def _angle(street: Street, option: Street) -> float:
        return turn(arriving(street.line), leaving(option.line))

    def _aside(self, street: Street, option: Street, side: str) -> bool:
        angle = self._angle(street, option)
        return bool(side) and aside(angle) and (angle > 0) == (side == "右")

    def _fits(self, street: Street, option: Street, told: Told) -> Turned | None:
        """How far an option is from what was told, as metres, and the street that it leads to.

        None when it is another. A short way without a sign may lead to the road.
        """
        if told.road and (
            not option.name or (option.name != told.road and option.metres < _SIGN_M)
        ):
            return self._through(street, option, told)
        if option.name != told.road and option.metres > _SIGN_M:
            return None
        off = self._off(street, option, told)
        return None if off is None else Turned(off, option)

    def _off(self, street: Street, option: Street, told: Told) -> float | None:
        angle = self._angle(street, option)
        compass = abs(turn(told.compass, leaving(option.line)))
        if told.fork:
            if not self._forked(street, angle, told):
                return None
            reach = 2 * _OFF_COMPASS
        else:
            middle, reach = _ANGLES[told.turn or "直走"]
            if abs(turn(middle, angle)) > reach:
                return None
            reach = _OFF_COMPASS
        return compass / 5 if compass <= reach else None

    def _forked(self, street: Street, angle: float, told: Told) -> bool:
        """Whether an option is the left, middle or right one of those on the side that was told."""
        if told.turn:
            side = 1 if told.turn.startswith(("右", "向右")) else -1
            low, high = AHEAD * side, 150.0 * side
        else:
            low, high = -AHEAD, AHEAD
        found = sorted(self._angle(street, option) for option in self._options(street))
        found = [each for each in found if min(low, high) <= each <= max(low, high)]
        if len(found) < 2 or angle not in found:
            return False
        at = found.index(angle)
        return {"左": at == 0, "右": at == len(found) - 1, "中": 0 < at < len(found) - 1}[
            told.fork[0]
        ]

    def _through(self, street: Street, way: Street, told: Told) -> Turned | None:
        """The same for a short way without a sign: the road may begin at its end."""
        if told.fork and self._off(street, way, told) is None:
            return None
        gone = 0.0
        found: list[Turned] = []
        for _ in range(4):
            gone += way.metres
            if gone > _CONNECTOR_M:
                break
            options = self._options(way)
            for option in options:
                if option.name != told.road:
                    continue
                off = (
                    abs(self._angle(way, option)) / 5
                    if told.fork
                    else self._off(street, option, told)
                )
                if off is not None:
                    found.append(Turned(off + 10 + gone / 4, option, gone))
            nameless = [o for o in options if not o.name]
            if not nameless:
                break
            way = min(nameless, key=lambda o: abs(self._angle(way, o)))
        return min(found, key=lambda turned: turned.off) if found else None

    def _onwards(self, street: Street, options: list[Street], road: str) -> Street | None:
        """What one takes who just follows the road."""
        if not options:
            return None
        named = [o for o in options if o.name and o.name in (road, street.name)]
        best = min(named or options, key=lambda option: abs(self._angle(street, option)))
        if named and abs(self._angle(street, best)) > 100:
            best = min(options, key=lambda option: abs(self._angle(street, option)))
        return best

    def _stop(self, street: Street, gone: float, step: Told) -> Point:
        """Where he is after walking as far as told."""
        left, seen = step.metres + gone, 0
        while left > street.metres and seen < 300:
            seen += 1
            left -= street.metres
            options = self._options(street)
            met = step.last and any(_names(o, step.last) for o in options)
            if met and abs(left - step.after) < _MISJUDGED_M:
                left = step.after
            onwards = self._onwards(street, options, step.road)
            if onwards is None:
                return street.line[-1]
            street = onwards
        for a, b in pairwise(street.line):
            piece = metres(a, b)
            if left <= piece and piece:
                return towards(a, leaving((a, b)), left)
            left -= piece
        return street.line[-1]
