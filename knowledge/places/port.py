"""What a lookup of places and a route look like to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from knowledge.places.geo import Point


class Sureness(Enum):
    """How sure a lookup is."""

    SURE = "sure"
    CHOOSE = "choose"
    NOTHING = "nothing"


class Match(Enum):
    """What about a place fitted what was asked."""

    NAME = "name"
    ALIAS = "alias"
    SOUND = "sound"
    PART = "part"
    CROSSING = "crossing"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One place that may be meant. `label` tells it from the other choices, ready to be spoken.

    `place` is the database's id, 0 for a crossing or position. `matched` is the name that fitted;
    `score` 0..1 how well; `metres` how far from the caller, None where not known.
    """

    place: int
    name: str
    label: str
    kind: str
    area: str
    area_name: str
    point: Point | None
    match: Match
    matched: str
    alias: str
    score: float
    metres: float | None


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """What a question found: one place when sure, up to three to choose from, or none and why."""

    sureness: Sureness
    places: tuple[FoundPlace, ...]
    why: str


class Mode(Enum):
    """How one goes."""

    WALK = "walk"
    CAR = "car"


class RouteProblem(Exception):
    """There is no route; the message is one Chinese sentence fit for the caller."""


class RouterFault(Exception):
    """Routes cannot be asked for at all; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way that leaves a junction of the route and that the route does not take.

    `heading` in degrees from north, away from the junction. `same_name` as the way come by.
    """

    heading: float
    same_name: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A piece of the route between two junctions.

    `names` are its road's names, `use` Valhalla's word for what it is (road, footway, steps, …).
    `line` has two points at least; `exits` are the other ways at its far end.
    """

    names: tuple[str, ...]
    use: str
    metres: float
    line: tuple[Point, ...]
    exits: tuple[Exit, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one point to another."""

    mode: Mode
    metres: float
    seconds: float
    line: tuple[Point, ...]
    edges: tuple[Edge, ...]


class Router(Protocol):
    """Finds routes in a street network. Blocking, a few milliseconds; safe in several threads."""

    def route(self, start: Point, end: Point, mode: Mode) -> Route:
        """The best route. Raises RouteProblem or RouterFault."""
