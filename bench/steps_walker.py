"""Somebody in a street network who only knows what he is told.

`Walker` reads the spoken sentences themselves. He knows the road's name from its signs, judges
distances by his legs, sees left and right, and has no other map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bench.spoken_steps import Told, understood
from bench.streets import Street, Streets
from knowledge.places.geo import Point, length, metres, off_line, towards, turn
from knowledge.places.moves import AHEAD, STRAIGHT, arriving, aside, leaving
from knowledge.places.osm import plain_road

_ANGLES = {
    "直走": (0, 45), "向左前方走": (-45, 30), "向右前方走": (45, 30), "左转": (-95, 45),
    "右转": (95, 45), "向左后方转": (-147, 35), "向右后方转": (147, 35), "掉头": (180, 30),
}  # fmt: skip
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
class Turned:
    """A street that he may turn into, and how far it is from what was told, as metres.

    `before` is what was walked of a short way that leads to it.
    """

    off: float
    street: Street
    before: float = 0.0


def _names(street: Street, road: str) -> bool:
    return plain_road(street.name) == plain_road(road)


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
