"""Which service places fit what is asked: kind, area, name, level, price, beds, distance. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.area import COUNTRY, level, parents, valid
from knowledge.places.geo import Point, metres
from knowledge.service_places.record import Kind, ServicePlace, inside


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked; whatever is left as it is asks for nothing.

    `level` is the least, `price` the most that the cheapest may cost (yuan a month), `text` a part
    of name, address or code.
    """

    kind: Kind | None = None
    area: str = COUNTRY
    near: Point | None = None
    level: int = 0
    price: int | None = None
    beds_free: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that fits, and how far it is; None where that is not known."""

    place: ServicePlace
    metres: float | None = None


def search(places: Iterable[ServicePlace], wanted: Wanted) -> list[Hit]:
    """What fits: nearest first, else by area and name. A place without a position comes last."""
    hits = [Hit(each, _away(each, wanted.near)) for each in places if fits(each, wanted)]
    if wanted.near is None:
        return sorted(hits, key=lambda hit: (hit.place.area, hit.place.name, hit.place.code))
    far = float("inf")
    return sorted(hits, key=lambda hit: (far if hit.metres is None else hit.metres, hit.place.code))


def fits(place: ServicePlace, wanted: Wanted) -> bool:
    """Whether a place is what is asked, wherever it is asked from."""
    cheapest = place.price_from if place.price_from is not None else place.price_to
    text = wanted.text.strip()
    return (
        wanted.kind in (None, place.kind)
        and inside(place.area, wanted.area)
        and place.level >= wanted.level
        and (wanted.price is None or (cheapest is not None and cheapest <= wanted.price))
        and (not wanted.beds_free or bool(place.beds_free))
        and (not text or any(text in each for each in (place.name, place.address, place.code)))
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What was found for an area: the places, and the area that they are in.

    That is the one asked for, or the nearest around it that has any; the country when none has.
    """

    area: str
    hits: tuple[Hit, ...]


def around(
    places: Sequence[ServicePlace], area: str, others: Callable[[], Iterable[ServicePlace]]
) -> Around:
    """The places of an area, or of the nearest wider one that has any.

    Where the area has none those of the wider one come in the order of their distance from the
    middle of what else (`others`, of any kind; asked for only then) lies in the area.
    """
    found = search(places, Wanted(area=area))
    if found or not valid(area[:6]):
        return Around(area, tuple(found))
    middle = middle_of([each for each in others() if inside(each.area, area)])
    wider = parents(area[:6]) if len(area) == 6 else (area[:6], *parents(area[:6]))
    for each in wider:
        if each != COUNTRY and level(each):
            found = search(places, Wanted(area=each, near=middle))
            if found:
                return Around(each, tuple(Hit(hit.place) for hit in found))
    return Around(COUNTRY, ())


def middle_of(places: Iterable[ServicePlace]) -> Point | None:
    """The middle of all positions; None when there is none."""
    points = [each.point for each in places if each.point is not None]
    if not points:
        return None
    return Point(
        sum(point.lat for point in points) / len(points),
        sum(point.lon for point in points) / len(points),
    )


def _away(place: ServicePlace, near: Point | None) -> float | None:
    return metres(near, place.point) if near and place.point else None
