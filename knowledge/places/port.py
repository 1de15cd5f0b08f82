"""What a lookup of places and a route look like to whoever asks."""

from __future__ import annotations

from collections.abc import Callable
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

    @property
    def token(self) -> str:
        """A place with a position as one word that a dialogue can keep (`guide.from_token`)."""
        assert self.point is not None
        return f"{self.point.lat:.6f},{self.point.lon:.6f},{self.name}"


def position(point: Point, name: str, label: str = "") -> FoundPlace:
    """A bare position as a place of that name; `label` is what it is called in a list."""
    label = label or name
    return FoundPlace(0, name, label, "other", "", "", point, Match.POSITION, label, "", 1.0, None)


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """What a question found: one place when sure, up to three to choose from, or none and why."""

    sureness: Sureness
    places: tuple[FoundPlace, ...]
    why: str


class Decision(Enum):
    """What became of what a caller said about places: a `Sureness`, or an answer to a question.

    `told` is answered by the sentence, `nearby` also by the places; `where` needs to know first
    where the caller is.
    """

    SURE = "sure"
    CHOOSE = "choose"
    NOTHING = "nothing"
    TOLD = "told"
    NEARBY = "nearby"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class Told:
    """The reply to a caller. `why` is a sentence for their ear.

    Where a place is sure it is empty, unless something is to be said of it first: another name,
    where a device says that the caller is.
    """

    decision: Decision
    places: tuple[FoundPlace, ...] = ()
    why: str = ""

    @property
    def word(self) -> str:
        """The decision for who does not know this room."""
        return self.decision.value


class Home(Protocol):
    """Where a caller lives, as their record has it."""

    @property
    def address(self) -> str:
        """The address as it was written down."""

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees (WGS-84), where somebody said them."""


def nobody_knows() -> Home | None:
    """The home of a caller of whom nothing is known."""
    return None


@dataclass(frozen=True, slots=True)
class Whence:
    """Who asks: the GB/T 2260 code of the call, a device's position, and how their home is known.

    `home` is called only when somebody speaks of it; it may block.
    """

    area: str = ""
    position: Point | None = None
    home: Callable[[], Home | None] = nobody_knows


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
