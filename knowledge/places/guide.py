"""Places and the way between them for whoever asks: the gazetteer, the router and the sentences.

`Guide.reply` is what a call is answered with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.db import Sessions
from knowledge.places import answers, asked, store
from knowledge.places.directions import Directions, directions
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.home import home_of
from knowledge.places.inquiry import About, Inquiry, inquiry
from knowledge.places.kept import kept_way
from knowledge.places.port import (
    Decision,
    FoundPlace,
    FoundPlaces,
    Home,
    Mode,
    RouteProblem,
    Router,
    Sureness,
    Told,
    Whence,
    position,
)
from knowledge.places.valhalla_router import ValhallaRouter

UNPLACED = "{}在哪里我们没有登记坐标，没法指路。"
NOT_LOCATED = "我们看不到您的位置。"
OFF_THE_MAP = "定位的地方不在我们的地图上。"
OFFERED = 9
"""So many places of one name are offered, three at a time."""


@dataclass(frozen=True, slots=True)
class SpokenWay:
    """A way as it is told: a summary and at least one step, or `why` there is none.

    `kept` is what the call's ticket keeps of it.
    """

    summary: str = ""
    texts: tuple[str, ...] = ()
    why: str = ""
    kept: dict[str, Any] = field(default_factory=dict)


class Guide:
    """All of it in memory. Blocking (tens of milliseconds at most): for a thread."""

    def __init__(self, gazetteer: Gazetteer, router: Router) -> None:
        """Take what finds names and what finds ways."""
        self._gazetteer, self._router = gazetteer, router

    def __bool__(self) -> bool:
        """Whether any name was loaded."""
        return len(self._gazetteer) > 0

    def take(self, gazetteer: Gazetteer) -> None:
        """Find names in this one from now on."""
        self._gazetteer = gazetteer

    def find(self, text: str, near: Point | None = None, area: str = "") -> FoundPlaces:
        """Find a place to go to or to start from; only such with a position. Never raises."""
        gazetteer = self._gazetteer
        found = gazetteer.find(text, near, area, placed=True, most=OFFERED)
        if found.sureness is Sureness.NOTHING:
            known = gazetteer.find(text, near, area)
            if known.sureness is Sureness.SURE and known.places[0].point is None:
                return replace(found, why=UNPLACED.format(known.places[0].name))
        return found

    def reply(self, texts: Sequence[str], near: str, here: str, whence: Whence) -> Told:
        """Answer what a caller said, read in one or two ways; never raises but what `home` does.

        `near` is the token of a place beside the one that is looked for, `here` of where the
        caller is, both empty where not known.
        """
        readings = [text for text in dict.fromkeys(texts) if text]
        if any(asked.at_home(text) for text in readings):
            return home_of(self._gazetteer, whence)
        if any(asked.right_here(text) for text in readings):
            return self._located(whence)
        for text in readings:
            wanted = inquiry(text)
            if wanted is None:
                continue
            if wanted.about is not About.NEARBY:
                beside = self._point(near) or self._point(here)
                return answers.about(self._gazetteer, wanted, beside, whence.area)
            return self._nearby(wanted, here, whence)
        beside = self._point(near) or self._point(here) or whence.position
        found = max(
            (self.find(text, beside, whence.area) for text in readings),
            key=_sureness,
        )
        return _told(found)

    def _nearby(self, wanted: Inquiry, here: str, whence: Whence) -> Told:
        """What is around the place that was named, or around the caller."""
        if wanted.name and asked.at_home(wanted.name):
            found = home_of(self._gazetteer, whence)
        elif wanted.name:
            found = _told(self.find(wanted.name, self._point(here), whence.area))
        else:
            point = self._point(here) or whence.position
            if point is None:
                return Told(Decision.WHERE)
            return answers.nearby(self._gazetteer, wanted, point, "")
        if found.decision is Decision.TOLD or not found.places:
            return Told(Decision.TOLD, (), f"{found.why}请说一个附近的路名或者大楼。")
        place = found.places[0]
        assert place.point
        return answers.nearby(self._gazetteer, wanted, place.point, place.name)

    def _located(self, whence: Whence) -> Told:
        """Where the caller's device says that they are."""
        if whence.position is None:
            return Told(Decision.TOLD, (), NOT_LOCATED)
        where = answers.whereabouts(self._gazetteer, whence.position)
        if not where:
            return Told(Decision.TOLD, (), OFF_THE_MAP)
        place = position(whence.position, where)
        return Told(Decision.SURE, (place,), f"定位显示，您在{where}。")

    @staticmethod
    def _point(token: str) -> Point | None:
        return from_token(token).point if token else None

    def answer(
        self,
        texts: Sequence[str],
        near: str,
        here: str,
        area: str,
        position: tuple[float, float] | None,
        home: Callable[[], Home | None],
    ) -> Told:
        """As `reply`, to who does not know this room."""
        point = Point(*position) if position else None
        return self.reply(texts, near, here, Whence(area, point, home))

    def tell(self, start: str, end: str, mode: str) -> SpokenWay:
        """The way between two tokens as it is told. Raises RouterFault."""
        ends, by = (from_token(start), from_token(end)), Mode(mode)
        try:
            way = self.way(*ends, by)
        except RouteProblem as problem:
            return SpokenWay(why=str(problem))
        steps = tuple(step.text for step in way.steps)
        return SpokenWay(way.summary, steps, kept=kept_way(*ends, by, way))

    def way(self, start: FoundPlace, end: FoundPlace, mode: Mode) -> Directions:
        """The way from one place to another, spoken. Raises RouteProblem or RouterFault."""
        for place in (start, end):
            if place.point is None:
                raise RouteProblem(UNPLACED.format(place.name))
        assert start.point and end.point
        route = self._router.route(start.point, end.point, mode)
        return directions(route, end.point, end.name, self._gazetteer, start.point)


def from_token(token: str) -> FoundPlace:
    """The place whose `FoundPlace.token` this is. Raises ValueError on another text."""
    lat, lon, name = token.split(",", 2)
    return position(Point(float(lat), float(lon)), name)


def _told(found: FoundPlaces) -> Told:
    """The reply to a name: whoever used an old one hears the new one."""
    if found.sureness is Sureness.SURE:
        return Told(Decision.SURE, found.places, answers.renamed(found.places[0]))
    places = tuple(
        replace(place, label=f"{place.label}，以前叫{place.matched}")
        if answers.renamed(place)
        else place
        for place in found.places
    )
    return Told(Decision(found.sureness.value), places, found.why)


def _sureness(found: FoundPlaces) -> tuple[int, float]:
    order = {Sureness.NOTHING: 0, Sureness.CHOOSE: 1, Sureness.SURE: 2}
    return order[found.sureness], max((place.score for place in found.places), default=0.0)


def load_guide(sessions: Sessions, routes: Path) -> tuple[Guide, ValhallaRouter]:
    """Read all names of the database; the router starts when it is first asked. Blocking.

    The router is to be stopped by the caller. `routes` is the folder of `knowledge.places.tiles`.
    """
    router = ValhallaRouter(routes)
    return Guide(load_gazetteer(sessions), router), router


def load_gazetteer(sessions: Sessions) -> Gazetteer:
    """All names of the database in memory. Blocking."""
    return Gazetteer(store.names(sessions), store.crossings(sessions))
