"""Say a route in Chinese: the summary first, then one move at a time. Pure.

Roads are named; what has no name is called by what it is and where it leads. Left and right come
with the compass at the start, the crossings that are passed, and landmarks at the turns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from knowledge.places.geo import Point, bearing, compass, metres, off_line, turn
from knowledge.places.moves import AHEAD, STRAIGHT, Move, arriving, begins, moves
from knowledge.places.osm import plain_road
from knowledge.places.port import Mode, Route
from knowledge.places.record import CrossingRecord
from knowledge.places.spoken import distance, duration, number

_CORNER_M = 30.0
_LANDMARK_M = 45.0
_PASSED = 3
_AWAY_M = 40.0
"""Nearer than this, somebody sees the road that he is to take."""
_AT_THE_ROAD_M = 6.0
_COUNTED = 4
_SOON_M = 20.0
_LONG_M = 600.0
_MIDDLING_M = 150.0
"""Where nothing marks the next turn, the last crossing counts on shorter ways too."""
_AGAIN_M = 120.0
_FROM_THE_LAST_M = 1000.0

_COMPASS = re.compile("[东南西北中]")
_FORKS = {"left": "左边", "middle": "中间", "right": "右边"}
_TURNS = ((60.0, "向{}前方走"), (130.0, "{}转"), (165.0, "向{}后方转"))

_UNNAMED = {
    "footway": "人行道", "sidewalk": "人行道", "pedestrian": "步行道", "steps": "台阶",
    "pedestrian_crossing": "人行横道", "path": "小路", "track": "土路", "living_street": "小区路",
    "service_road": "内部路", "driveway": "内部路", "alley": "小巷", "parking_aisle": "停车场的路",
    "cycleway": "自行车道", "ramp": "匝道", "turn_channel": "转弯匝道", "bridleway": "小路",
    "elevator": "电梯", "escalator": "自动扶梯", "ferry": "轮渡",
}  # fmt: skip


class Around(Protocol):
    """What is known beside a route; `knowledge.places.gazetteer.Gazetteer` is one."""

    def corners(self, point: Point, limit_m: float) -> list[tuple[float, CrossingRecord]]:
        """Crossings near a point, with their distance, nearest first."""

    def landmarks(self, point: Point, limit_m: float) -> list[tuple[float, str]]:
        """Names of well-known places near a point, with their distance, nearest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move as it is spoken. `metres` is how far it goes, `at` where it begins."""

    text: str
    metres: int
    at: Point
    road: str


@dataclass(frozen=True, slots=True)
class Directions:
    """A route ready to be told: `summary`, then `steps`, at least one."""

    summary: str
    steps: tuple[Step, ...]
    metres: int
    seconds: int
    turns: int
    line: tuple[Point, ...]


def directions(
    route: Route, end: Point, end_name: str, around: Around, start: Point | None = None
) -> Directions:
    """Say a route. `end` is where the destination lies, `end_name` what it is called.

    `start` is where somebody is: a way that begins farther off is told from there.
    """
    made = moves(route.edges)
    texts = [
        _text(at, made, route.mode, around, _arrival(route, end, end_name))
        for at in range(len(made))
    ]
    texts[0] = _to_the_way(start or route.line[0], made[0]) + texts[0].removeprefix("先")
    steps = tuple(
        Step(text, round(move.metres), move.line[0], move.road)
        for text, move in zip(texts, made, strict=True)
    )
    turns = sum(move.turns for move in made)
    return Directions(
        _summary(route, turns), steps, round(route.metres), round(route.seconds), turns, route.line
    )


def _summary(route: Route, turns: int) -> str:
    going = "走路" if route.mode is Mode.WALK else "开车"
    bends = f"一共转{number(turns)}个弯" if turns else "不用转弯"
    return f"大约{distance(route.metres)}，{going}{duration(route.seconds)}，{bends}。"


def _text(at: int, made: tuple[Move, ...], mode: Mode, around: Around, arrival: str) -> str:
    move = made[at]
    following = made[at + 1] if at + 1 < len(made) else None
    verb = "走" if mode is Mode.WALK else "开"
    parts = []
    if at == 0:
        parts.append(f"先沿{_road(move)}向{compass(move.heading)}{verb}")
    else:
        parts.append(_turning(made[at - 1], move, around))
        parts.append(f"沿{_road(move)}向{compass(move.heading)}{verb}")
    passed = _passed(move, following, around)
    gone = move.metres - move.lead
    parts.append(_about(gone))
    if passed:
        parts.append(f"路过{'、'.join(_shown(passed))}路口")
        unmarked = following is not None and not (following.road or _counted(following))
        parts += _after_the_last(move, passed[-1], _MIDDLING_M if unmarked else _LONG_M)
    if following and following.road and following.road != move.road:
        parts[-1] += f"，到{following.road}"
    if following is None:
        parts.append(arrival)
    return "，".join(parts) + "。"


def _to_the_way(start: Point, first: Move) -> str:
    """How to get to where the way begins: 先向西北走大约七十米，到白石路。"""
    road = begins(first)
    away = metres(start, road)
    if away < _AWAY_M and first.lead < _SOON_M:
        return "先"
    side = compass(bearing(start, road))
    return f"先向{side}走{_about(away)}，到{_road(first)}，再"


def _about(far: float) -> str:
    return f"大约{distance(far)}" if far >= _SOON_M else distance(far)


def _turning(before: Move, move: Move, around: Around) -> str:
    """Where to turn and which way: 到红荔路路口左转."""
    assert move.angle is not None
    where = ""
    if move.road and move.road != before.road:
        where = f"到{move.road}路口" if before.road else f"到{move.road}"
    elif _counted(move):
        side = "右" if move.angle > 0 else "左"
        where = f"在{side}手边第{_ordinal(move.exits)}个路口"
    seen = [name for _, name in around.landmarks(move.line[0], _LANDMARK_M)]
    if seen:
        where += f"（{seen[0]}旁边）" if where else f"到{seen[0]}"
    over = "过了马路再" if move.over and move.turns and not _ahead(move) else ""
    soon = "马上" if before.metres < _SOON_M and not over else ""
    if not move.fork:
        return f"{where}{over}{soon}{turning(move.angle)}"
    side = "" if _ahead(move) else turning(move.own)
    if move.over and not side:
        return f"{where.removesuffix('路口')}第二个岔路口走{_FORKS[move.fork]}那条路"
    return f"{where or '在岔路口'}{over}{soon}{side}走{_FORKS[move.fork]}那条路"


def turning(angle: float) -> str:
    """A turn in words; right is positive."""
    side = "右" if angle > 0 else "左"
    if abs(angle) < STRAIGHT:
        return "直走"
    return next((said.format(side) for limit, said in _TURNS if abs(angle) < limit), "掉头")


def _counted(move: Move) -> bool:
    """Whether its turn is told by how many there are before it."""
    return 0 < move.exits <= _COUNTED and move.turns and not _ahead(move)


def _ahead(move: Move) -> bool:
    return bool(move.fork) and abs(move.own) < AHEAD


def _road(move: Move) -> str:
    return move.road or f"没有路名的{_UNNAMED.get(move.use, '路')}"


def _ordinal(value: int) -> str:
    return "二" if value == 2 else number(value)


@dataclass(frozen=True, slots=True)
class _Passed:
    """A road that crosses a move's road, and how far into the move."""

    road: str
    at: float


def _passed(move: Move, following: Move | None, around: Around) -> list[_Passed]:
    """The named roads that cross a move's road on the way, in order."""
    if not move.road:
        return []
    own = {move.road, plain_road(move.road)}
    ends = (move.line[0], move.line[-1])
    next_road = plain_road(following.road) if following else ""
    found: dict[str, tuple[float, float]] = {}
    gone = 0.0
    for before, point in pairwise(move.line[:-1]):
        gone += metres(before, point)
        if min(metres(point, end) for end in ends) < _CORNER_M:
            continue
        for away, corner in around.corners(point, _CORNER_M):
            others = {corner.road_a, corner.road_b} - own
            if len(others) == 1 and next_road not in others:
                (other,) = others
                if _part_of_one(other, move.road):
                    continue
                known = found.get(other)
                # A road that is met again farther on is told where it is met last.
                if known is None or gone - known[1] > _AGAIN_M or away < known[0]:
                    found[other] = (away, gone)
    return sorted((_Passed(road, at) for road, (_, at) in found.items()), key=lambda p: p.at)


def _part_of_one(road: str, other: str) -> bool:
    """Whether two names are those of one street's parts, 红荔路 and 红荔西路: they meet lengthwise,
    more than once, and mark no place.
    """
    return _COMPASS.sub("", plain_road(road)) == _COMPASS.sub("", plain_road(other))


def _shown(passed: list[_Passed]) -> list[str]:
    """The first, and the last ones, which tell that one is nearly there."""
    roads = [each.road for each in passed]
    return roads if len(roads) <= _PASSED else [roads[0], *roads[1 - _PASSED :]]


def _after_the_last(move: Move, last: _Passed, long_m: float) -> list[str]:
    """On a way so long: how far it is from the last crossing, which is easier to judge."""
    left = move.metres - last.at
    if move.metres < long_m or not _SOON_M <= left <= _FROM_THE_LAST_M:
        return []
    return [f"过了{last.road}路口再走大约{distance(left)}"]


def _arrival(route: Route, end: Point, name: str) -> str:
    """That one is there, and on which side: 香梅路就在您的右手边."""
    line = route.line
    last = line[-1]
    away = min(
        (off_line(end, a, b)[0] for a, b in zip(line[-3:], line[-2:], strict=False)),
        default=metres(end, last),
    )
    if away < _AT_THE_ROAD_M or metres(end, last) < _AT_THE_ROAD_M:
        return f"就到{name}了"
    aside = turn(arriving(line), bearing(last, end))
    if abs(aside) < STRAIGHT:
        return f"{name}就在前面"
    if abs(aside) > 180 - STRAIGHT:
        return f"{name}就在旁边"
    return f"{name}就在您的{'右' if aside > 0 else '左'}手边"
