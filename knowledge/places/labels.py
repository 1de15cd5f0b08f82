"""Tell places of one name apart, in words fit for the ear: by district, street, kind, landmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.places import divisions
from knowledge.places.kinds import SPOKEN, Kind
from knowledge.places.port import FoundPlace

Landmark = Callable[[FoundPlace], str]


def labelled(places: Sequence[FoundPlace], landmark: Landmark) -> tuple[FoundPlace, ...]:
    """Give each place a label that none of the others has, as far as anything tells them apart.

    `landmark` names something well known beside a place, or is empty.
    """
    tellers: tuple[Callable[[FoundPlace], str], ...] = (
        lambda place: place.name,
        lambda place: f"{part}的{place.name}" if (part := _part(place, 6)) else place.name,
        lambda place: f"{part}的{place.name}" if (part := _part(place, 9)) else place.name,
        lambda place: f"{place.name}（{SPOKEN[Kind(place.kind)]}）",
        lambda place: f"{near}附近的{place.name}" if (near := landmark(place)) else place.name,
    )
    for tell in tellers:
        labels = [tell(place) for place in places]
        if len(set(labels)) == len(labels):
            break
    return tuple(replace(p, label=label) for p, label in zip(places, labels, strict=True))


def _part(place: FoundPlace, digits: int) -> str:
    """The division around a place, from the district down to so many digits of its code."""
    code = place.area[:digits]
    if digits == 6:
        return divisions.names().get(code, "") if len(code) == 6 else ""
    wide, narrow = divisions.names().get(code[:6], ""), divisions.names().get(code, "")
    return f"{wide}{narrow}" if len(code) > 6 else wide
