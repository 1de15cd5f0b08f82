"""Finds the service places that a caller asks for, by what they said. Blocking: for a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core import area as areas
from core.db import Sessions
from knowledge.places import divisions
from knowledge.places.geo import Point
from knowledge.places.guide import from_token
from knowledge.places.port import FoundPlaces, Sureness
from knowledge.service_places import spoken, store
from knowledge.service_places.asked import Asked, asked, districts
from knowledge.service_places.record import LABELS, Kind, ServicePlace
from knowledge.service_places.search import Hit, Wanted, around, search

MOST = 3
"""So many are told."""

FAR_M = 50_000.0
"""What is farther from a place is not near it."""

_AREA, _AT = "area:", "at:"


class LookUp(Protocol):
    """Finds a named place with a position (`knowledge.places.guide.Guide.find`)."""

    def __call__(self, text: str, near: Point | None = None, area: str = "") -> FoundPlaces:
        """Find it; never raises."""


@dataclass(frozen=True, slots=True)
class Told:
    """One place as it is told; `token` is for the way to it, empty without a position."""

    token: str
    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a question.

    `decision` is unavailable (no table is loaded), kind or where (not known, to be asked for),
    choose (one of `choices`, token and label), found or nothing. `kind` and `where` are what is
    known by now, to be handed in again. `start` is the place that distances are from, as `choices`.
    `why` leads to the first place, or says why there is none.
    """

    decision: str
    kind: str = ""
    kind_label: str = ""
    where: str = ""
    start: tuple[str, str] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    places: tuple[Told, ...] = ()
    why: str = ""


class Finder:
    """Reads the table anew for each question: what was imported is told at once."""

    def __init__(self, sessions: Sessions, look_up: LookUp) -> None:
        """Take the database and what finds place names."""
        self._sessions, self._look_up = sessions, look_up

    def find(
        self, text: str, otherwise: str = "", kind: str = "", where: str = "", area: str = ""
    ) -> Found:
        """Find places by what was said, or read instead (`otherwise`).

        `kind` and `where` are what is known from before; what is said now goes before them. `area`
        is that of the call.
        """
        if store.is_empty(self._sessions):
            return Found("unavailable")
        readings = [asked(each) for each in (text, otherwise) if each] or [Asked(None, "")]
        reading = next((each for each in readings if each.kind), readings[0])
        wanted = reading.kind or (Kind(kind) if kind else None)
        if wanted is None:
            return Found("kind", where=where)
        found = Found("where", wanted.value, LABELS[wanted], where)
        names = list(dict.fromkeys(each.where for each in readings if each.where))
        placed = self._place(found, names, area)
        if placed is not None:
            return placed
        if names and not (reading.kind and where):
            return replace(found, why=f"没有找到和“{names[0]}”相近的地方。")
        if text and not (reading.kind or names):
            return found  # what was said neither names a kind nor a place
        return self._at(found, found.where or _own(area))

    def _place(self, found: Found, names: Sequence[str], area: str) -> Found | None:
        """What is at the place that was named; None when it is none."""
        for name in names:
            codes = districts(name, area)
            if codes:
                return self._one_of(found, [(_AREA + code, areas.name(code)) for code in codes])
        looked = [self._look_up(name, None, area) for name in names]
        for sureness in (Sureness.SURE, Sureness.CHOOSE):
            for each in looked:
                if each.sureness is sureness:
                    choices = [(_AT + place.token, place.label) for place in each.places]
                    return self._one_of(found, choices, sureness is Sureness.SURE)
        for name in names:
            towns = _towns(name, area)
            if towns:
                return self._one_of(found, [(_AREA + code, label) for code, label in towns])
        return None

    def _one_of(self, found: Found, choices: Sequence[tuple[str, str]], sure: bool = True) -> Found:
        if len(choices) == 1 and sure:
            return self._at(found, choices[0][0])
        labels = [label for _, label in choices]
        if len(set(labels)) < len(labels):
            choices = [(token, _full(token) or label) for token, label in choices]
        return replace(found, decision="choose", choices=tuple(choices[:MOST]))

    def _at(self, found: Found, where: str) -> Found:
        """What is in an area or near a place."""
        if not where:
            return found
        kind = Kind(found.kind)
        open_ones = [each for each in store.load(self._sessions, kind) if each.is_open]
        if where.startswith(_AT):
            return _near(replace(found, where=where), kind, open_ones)
        area = where.removeprefix(_AREA)
        there = around(open_ones, area, lambda: store.load(self._sessions))
        wide = areas.valid(area) and areas.level(area) < 3
        if wide and len(there.hits) > MOST and found.where != where:
            # 广州有哪些养老院: nobody wants three of three hundred.
            return replace(found, where=where)
        found = replace(found, where=where)
        if not there.hits:
            return replace(found, decision="nothing", why=spoken.nothing(kind, _name(area)))
        told = there.hits[:MOST]
        asked_for = "" if there.area == area else _name(area)
        why = spoken.before_first(kind, len(told), len(there.hits), _name(there.area), asked_for)
        return replace(found, decision="found", places=_told(told), why=why)


def _near(found: Found, kind: Kind, places: Sequence[ServicePlace]) -> Found:
    """The nearest to the place of `found.where`."""
    token = found.where.removeprefix(_AT)
    here = from_token(token)
    hits = [
        hit
        for hit in search(places, Wanted(near=here.point))
        if hit.metres is not None and hit.metres <= FAR_M
    ][:MOST]
    if not hits:
        why = spoken.nothing(kind, f"{here.name}附近")
        return replace(found, decision="nothing", why=why)
    why = spoken.before_first(kind, len(hits), 0, here.name)
    return replace(found, decision="found", start=(token, here.name), places=_told(hits), why=why)


def _told(hits: Sequence[Hit]) -> tuple[Told, ...]:
    return tuple(
        Told(
            f"{hit.place.point.lat:.6f},{hit.place.point.lon:.6f},{hit.place.name}"
            if hit.place.point
            else "",
            hit.place.name,
            spoken.place(hit, at),
        )
        for at, hit in enumerate(hits)
    )


def _own(area: str) -> str:
    """The caller's own district, where the call's area is one: nothing wider is near anybody."""
    if areas.valid(area) and areas.level(area) == 3:
        return _AREA + areas.normal(area)
    return ""


def _name(area: str) -> str:
    return areas.name(area) if len(area) == 6 else divisions.names().get(area, area)


def _full(token: str) -> str:
    return divisions.full_name(token.removeprefix(_AREA)) if token.startswith(_AREA) else ""


def _towns(name: str, area: str) -> list[tuple[str, str]]:
    """Towns and streets of that name (莲花, 福田区莲花街道), in the call's city if it has one."""
    city = area[:4] if areas.valid(area) and areas.level(area) >= 2 else ""
    bare = name.removesuffix("街道")
    return [
        (code, label)
        for code, label in divisions.names().items()
        if len(code) == 9
        and code.startswith(city)
        and len(bare) >= 2
        and name.endswith((label, label.removesuffix("街道")))
        and divisions.full_name(code).removesuffix("街道").endswith(bare)
    ][:MOST]
