"""Cut a route into moves: where somebody who just follows the road needs to be told what to do.

Whoever walks follows the road of one name, and where it has none or ends goes straight on. A move
begins at each junction where that rule would not keep to the route, or is not clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from knowledge.places.geo import Point, bearing, metres, turn
from knowledge.places.port import Edge

STRAIGHT = 30.0
"""A way that bends less (degrees) goes straight on."""
CLEAR = 20.0
"""The straightest way is clear when the next one bends so much more."""
_FOLLOWED = 45.0
_BEND = 100.0
_BRIEF_M = 60.0
"""A road of another name that is shorter and goes straight is not worth a word."""
_AHEAD_M = 12.0
"""A heading is taken over so many metres: the last metre before a junction often points aside."""
_START_M = 20.0
"""Over so many metres the compass is told at the start: the first steps may point anywhere."""
_CONNECTOR_M = {"turn_channel": 60.0, "ramp": 60.0}
_SHORT_M = 12.0
"""A way without a name that leads to one with a name and is shorter is part of the turn."""
_LEAD_M = 60.0
"""So near the start, a road with a name is found by the compass."""
_CONNECTS = 60.0
AHEAD = 70.0
_BACK = 150.0
_FORK = 55.0
"""Ways that both lead on and part by less (degrees) are told as the left and the right one."""
_CARRIAGEWAYS_M = 45.0
_NAMED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to do: turn by `angle` degrees (right is positive), then go on to the next move.

    `road` is the name of what is followed, empty when it has none; `use` says then what it is.
    `exits` counts the ways on the side of the turn met since the move before, this one included.
    `over` says that a like way just before is passed: the near carriageway, for the far one.
    `fork` says which of several ways that lead on is meant: left, middle, right, or empty. `own`
    is the angle of its first metres, where `angle` is that of the road which they lead to. `lead`
    is how much of the first move's metres lies before its road.
    `angle` is None for the first.
    """

    angle: float | None
    heading: float
    road: str
    use: str
    metres: float
    line: tuple[Point, ...]
    exits: int
    over: bool = False
    fork: str = ""
    own: float = 0.0
    lead: float = 0.0

    @property
    def turns(self) -> bool:
        """Whether it is a turn, and not straight on or the start."""
        return self.angle is not None and abs(self.angle) >= STRAIGHT


def begins(move: Move) -> Point:
    """Where the road of a move begins, after its lead."""
    return _along(move.line, move.lead) if move.lead else move.line[0]


def moves(edges: Sequence[Edge]) -> tuple[Move, ...]:
    """The moves of a route, in order; at least one for a route with an edge."""
    groups: list[list[Edge]] = []
    for at, edge in enumerate(edges):
        if not groups or _told(groups, edges[at - 1], edges[at:]):
            groups.append([edge])
        else:
            groups[-1].append(edge)
    # Nobody needs to be told the first few steps to the road.
    first = _to_the_road(groups)
    lead = [edge for group in groups[:first] for edge in group]
    del groups[:first]
    found = [_move(before, group) for before, group in zip([[], *groups], groups, strict=False)]
    if lead:
        line = [point for edge in lead for point in edge.line[:-1]]
        more = sum(edge.metres for edge in lead)
        found[0] = replace(
            found[0], metres=found[0].metres + more, lead=more, line=(*line, *found[0].line)
        )
    return tuple(found)


def _to_the_road(groups: Sequence[list[Edge]]) -> int:
    """How many of the first groups are but steps to the road: very short, or turns among paths
    without names from which a road with one is near.
    """
    first, gone, paths = 0, 0.0, True
    for at, group in enumerate(groups[:-1], 1):
        gone += sum(edge.metres for edge in group)
        paths = paths and not any(edge.names or edge.use in _CONNECTOR_M for edge in group)
        tangle = at > 1 and paths and gone <= _LEAD_M and bool(_road(groups[at]))
        if gone < _SHORT_M or tangle:
            first = at
    return first


def leaving(line: Sequence[Point]) -> float:
    """The heading in which a line begins."""
    return bearing(line[0], _along(line))


def arriving(line: Sequence[Point]) -> float:
    """The heading in which a line ends."""
    return (bearing(line[-1], _along(line[::-1])) + 180) % 360


def _along(line: Sequence[Point], far: float = _AHEAD_M) -> Point:
    """The point so many metres into the line."""
    left = far
    for a, b in pairwise(line):
        piece = metres(a, b)
        if piece >= left and piece:
            share = left / piece
            return Point(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))
        left -= piece
    return line[-1]


def _told(groups: list[list[Edge]], before: Edge, ahead: Sequence[Edge]) -> bool:
    """Whether the way from one edge to the next must be told."""
    group, edge, heading = groups[-1], ahead[0], arriving(before.line)
    if _connects(group) and _run(ahead) >= _BRIEF_M and _on_the_side(groups, edge):
        return False  # the move is told by the road that its connector leads to
    angle = turn(heading, leaving(edge.line))
    others = [(turn(heading, e.heading), e.same_name) for e in before.exits]
    if not others:
        return abs(angle) >= _BEND or _renamed(group, ahead)
    same = bool(set(before.names) & set(edge.names))
    if _default(before.names, (angle, same), others):
        return _renamed(group, ahead)
    return True


def _connects(group: list[Edge]) -> bool:
    """Whether a group is, so far, no more than a short way without a name."""
    longest = min(_CONNECTOR_M.get(edge.use, _SHORT_M) for edge in group)
    return not any(e.names for e in group) and sum(e.metres for e in group) <= longest


def _on_the_side(groups: list[list[Edge]], edge: Edge) -> bool:
    """Whether a connector leaves the junction to about the side that its road leads to."""
    if len(groups) == 1:
        return abs(turn(arriving(groups[0][-1].line), leaving(edge.line))) < _BEND
    heading = arriving(groups[-2][-1].line)
    own, whole = turn(heading, leaving(groups[-1][0].line)), turn(heading, leaving(edge.line))
    return abs(turn(own, whole)) < _CONNECTS


def _run(ahead: Sequence[Edge]) -> float:
    """How far the road of the first edge goes on; 0 when it has no name."""
    names, run = set(ahead[0].names), 0.0
    for edge in ahead:
        if not names & set(edge.names):
            break
        run += edge.metres
    return run


def _default(
    names: tuple[str, ...], taken: tuple[float, bool], others: list[tuple[float, bool]]
) -> bool:
    """Whether following the road, or going straight on, takes the way that the route takes."""
    angle, same = taken
    rivals = others
    if names and (same or any(also for _, also in others)):
        if not same:
            return False
        rivals = [other for other in others if other[1]]
        if not rivals:
            return abs(angle) < _BEND
    nearest = min(abs(other) for other, _ in rivals)
    return abs(angle) <= _FOLLOWED and nearest - abs(angle) >= CLEAR


def _renamed(group: list[Edge], ahead: Sequence[Edge]) -> bool:
    """Whether a straight way on becomes another road that is worth a word."""
    return _road(group) not in ahead[0].names and _run(ahead) >= _BRIEF_M


def _move(before: list[Edge], group: list[Edge]) -> Move:
    line: list[Point] = list(group[0].line)
    for edge in group[1:]:
        line.extend(edge.line[1:])
    road = _road(group)
    first = next(edge for edge in group if not road or road in edge.names)
    if before:
        heading = leaving(first.line)
    else:
        begun = [point for edge in group[group.index(first) :] for point in edge.line]
        heading = bearing(begun[0], _along(begun, _START_M))
    angle = turn(arriving(before[-1].line), heading) if before else None
    own = turn(arriving(before[-1].line), leaving(group[0].line)) if before else 0.0
    fork = _fork(before[-1], group[0]) if before else ""
    if angle is not None and not fork and abs(angle) < STRAIGHT and _FOLLOWED <= abs(own) < AHEAD:
        # A short way aside leads to the road ahead: who goes straight on misses it.
        fork = "left" if own < 0 else "right"
    return Move(
        angle=angle,
        heading=heading,
        road=road,
        use=group[0].use,
        metres=sum(edge.metres for edge in group),
        line=tuple(line),
        exits=_exits(before, angle) if angle is not None else 0,
        over=bool(before and road) and _over(before, heading),
        fork=fork,
        own=own,
    )


def _exits(group: list[Edge], angle: float) -> int:
    """How many ways on the side of a turn there are along a group, the turn's own included."""
    if not aside(angle):
        return 0
    count = 1
    for before in group[:-1]:
        asides = [turn(arriving(before.line), other.heading) for other in before.exits]
        count += any(aside(a) and (a > 0) == (angle > 0) for a in asides)
    return count


def aside(angle: float) -> bool:
    """Whether a way leaves so clearly to the side that people count it."""
    return 40.0 <= abs(angle) < 140.0


def _over(group: list[Edge], heading: float) -> bool:
    """Whether a way in about the same direction is passed shortly before the end of a group."""
    left = 0.0
    for before, after in zip(group[-2::-1], group[:0:-1], strict=True):
        left += after.metres
        if left > _CARRIAGEWAYS_M:
            return False
        # What is called as the way come by is not the other road's near carriageway.
        others = [other for other in before.exits if not other.same_name]
        if any(abs(turn(heading, other.heading)) < STRAIGHT for other in others):
            return True
    return False


def _fork(before: Edge, edge: Edge) -> str:
    """Which of several ways in about one direction is taken, where there are such."""
    heading = arriving(before.line)
    taken = turn(heading, leaving(edge.line))
    others = [turn(heading, other.heading) for other in before.exits]
    others = [angle for angle in others if alike(angle, taken)]
    if not any(abs(angle - taken) < _FORK for angle in others):
        return ""
    if STRAIGHT <= abs(taken) < AHEAD and all(angle * taken > 0 for angle in others):
        return ""  # all to one side: the turn says it
    left, right = (any(angle < taken for angle in others), any(angle > taken for angle in others))
    return "middle" if left and right else "right" if left else "left"


def alike(angle: float, other: float) -> bool:
    """Whether two ways that leave a junction are chosen from by left and right: both lead on, or
    both to one side.
    """
    if abs(other) < AHEAD:
        return abs(angle) < AHEAD
    return AHEAD <= abs(angle) < _BACK and abs(other) < _BACK and (angle > 0) == (other > 0)


def _road(group: list[Edge]) -> str:
    """What the group is called: its first name, if only a connector comes before it."""
    gone = 0.0
    whole = sum(edge.metres for edge in group)
    for edge in group:
        if edge.names:
            run = sum(e.metres for e in group if edge.names[0] in e.names)
            if run >= _NAMED_SHARE * (whole - gone):
                return edge.names[0]
        gone += edge.metres
        if gone > max(_CONNECTOR_M.values()):
            break
    return ""
