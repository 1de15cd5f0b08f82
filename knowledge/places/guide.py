"""Places and the way between them for whoever asks: the gazetteer, the router and the sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.db import Sessions
from knowledge.places import store
from knowledge.places.directions import Directions, directions
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.port import (
    FoundPlace,
    FoundPlaces,
    Match,
    Mode,
    RouteProblem,
    Router,
    Sureness,
)
from knowledge.places.valhalla_router import ValhallaRouter

UNPLACED = "{}在哪里我们没有登记坐标，没法指路。"


class Guide:
    """All of it in memory. Blocking (tens of milliseconds at most): for a thread."""

    def __init__(self, gazetteer: Gazetteer, router: Router) -> None:
        """Take what finds names and what finds ways."""
        self._gazetteer, self._router = gazetteer, router

    def __bool__(self) -> bool:
        """Whether any name was loaded."""
        return len(self._gazetteer) > 0

    def find(self, text: str, near: Point | None = None, area: str = "") -> FoundPlaces:
        """Find a place to go to or to start from; only such with a position. Never raises."""
        return self._gazetteer.find(text, near, area, placed=True)

    def find_either(self, texts: Sequence[str], near: str, area: str = "") -> FoundPlaces:
        """Find a place that was read in one or two ways, near a token; the surer reading counts."""
        beside = from_token(near).point if near else None
        readings = [self.find(text, beside, area) for text in dict.fromkeys(texts) if text]
        return max(readings, key=_sureness)

    def way_between(self, start: str, end: str, mode: Mode) -> Directions:
        """As `way`, by tokens."""
        return self.way(from_token(start), from_token(end), mode)

    def way(self, start: FoundPlace, end: FoundPlace, mode: Mode) -> Directions:
        """The way from one place to another, spoken. Raises RouteProblem or RouterFault."""
        for place in (start, end):
            if place.point is None:
                raise RouteProblem(UNPLACED.format(place.name))
        assert start.point and end.point
        route = self._router.route(start.point, end.point, mode)
        return directions(route, end.point, end.name, self._gazetteer, start.point)


def token_of(place: FoundPlace) -> str:
    """A place as one word that a dialogue can keep; `from_token` reads it."""
    assert place.point is not None
    return f"{place.point.lat:.6f},{place.point.lon:.6f},{place.name}"


def from_token(token: str) -> FoundPlace:
    """The place that `token_of` wrote down. Raises ValueError on another text."""
    lat, lon, name = token.split(",", 2)
    point = Point(float(lat), float(lon))
    return FoundPlace(0, name, name, "other", "", "", point, Match.POSITION, name, "", 1.0, None)


def _sureness(found: FoundPlaces) -> tuple[int, float]:
    order = {Sureness.NOTHING: 0, Sureness.CHOOSE: 1, Sureness.SURE: 2}
    return order[found.sureness], max((place.score for place in found.places), default=0.0)


def load_guide(sessions: Sessions, routes: Path) -> tuple[Guide, ValhallaRouter]:
    """Read all names of the database; the router starts when it is first asked. Blocking.

    The router is to be stopped by the caller. `routes` is the folder of `knowledge.places.tiles`.
    """
    gazetteer = Gazetteer(store.names(sessions), store.crossings(sessions))
    router = ValhallaRouter(routes)
    return Guide(gazetteer, router), router
