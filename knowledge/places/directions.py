"""Say a route in Chinese: the summary first, then one move at a time. Pure.

Roads are named; what has no name is called by what it is and where it leads. Left and right come
with the compass at the start, the crossings that are passed, and landmarks at the turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from knowledge.places.geo import Point, bearing, compass, metres, off_line, turn
from knowledge.places.moves import STRAIGHT, Move, arriving, moves
from knowledge.places.port import Mode, Route
from knowledge.places.record import CrossingRecord
from knowledge.places.spoken import distance, duration, number

_CORNER_M = 30.0
_LANDMARK_M = 45.0
_PASSED = 3
_AT_THE_ROAD_M = 6.0
_COUNTED = 9
_SOON_M = 20.0

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


def directions(route: Route, end: Point, end_name: str, around: Around) -> Directions:
    """Say a route. `end` is where the destination lies, `end_name` what it is called."""
    made = moves(route.edges)
    texts = [
        _text(at, made, route.mode, around, _arrival(route, end, end_name))
        for at in range(len(made))
    ]
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
    far = f"大约{distance(move.metres)}" if move.metres >= _SOON_M else distance(move.metres)
    if following and following.road and following.road != move.road:
        far += f"，到{following.road}"
    parts.append(far)
    if passed:
        parts.append(f"路过{'、'.join(passed)}路口")
    if following is None:
        parts.append(arrival)
    return "，".join(parts) + "。"


def _turning(before: Move, move: Move, around: Around) -> str:
    """Where to turn and which way: 到红荔路路口左转."""
    assert move.angle is not None
    where = ""
    if move.road and move.road != before.road:
        where = f"到{move.road}路口" if before.road else f"到{move.road}"
    elif 0 < move.exits <= _COUNTED and move.turns:
        side = "右" if move.angle > 0 else "左"
        where = f"在{side}手边第{_ordinal(move.exits)}个路口"
    seen = [name for _, name in around.landmarks(move.line[0], _LANDMARK_M)]
    if seen:
        where += f"（{seen[0]}旁边）" if where else f"到{seen[0]}"
    over = "过了马路再" if move.over and move.turns else ""
    soon = "马上" if before.metres < _SOON_M and not over else ""
    return f"{where}{over}{soon}{turning(move.angle)}"


def turning(angle: float) -> str:
    """A turn in words; right is positive."""
    side = "右" if angle > 0 else "左"
    if abs(angle) < STRAIGHT:
        return "直走"
    return next((said.format(side) for limit, said in _TURNS if abs(angle) < limit), "掉头")


def _road(move: Move) -> str:
    return move.road or f"没有路名的{_UNNAMED.get(move.use, '路')}"


def _ordinal(value: int) -> str:
    return "二" if value == 2 else number(value)


def _passed(move: Move, following: Move | None, around: Around) -> list[str]:
    """The named roads that cross a move's road on the way, in order, the most telling few."""
    if not move.road:
        return []
    shown = {move.road, *([following.road] if following else [])}
    found: list[str] = []
    ends = (move.line[0], move.line[-1])
    for point in move.line[1:-1]:
        if min(metres(point, end) for end in ends) < _CORNER_M:
            continue
        for _, corner in around.corners(point, _CORNER_M):
            roads = {corner.road_a, corner.road_b}
            other = next(iter(roads - shown), "")
            if roads & shown and other and len(roads - shown) == 1 and other not in found:
                found.append(other)
    if len(found) > _PASSED:
        # The last ones tell that one is nearly there.
        found = [found[0], *found[1 - _PASSED :]]
    return found


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
