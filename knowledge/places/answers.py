"""Answer what callers ask about places beside the way, in one sentence for the ear each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge.places import divisions, spelling
from knowledge.places.gazetteer import LANDMARKS, Gazetteer
from knowledge.places.geo import Point
from knowledge.places.inquiry import About, Inquiry
from knowledge.places.kinds import Kind
from knowledge.places.port import Decision, FoundPlace, FoundPlaces, Match, Sureness, Told
from knowledge.places.record import AliasKind
from knowledge.places.spoken import distance
from knowledge.places.store import Named

NEARBY_M = 1_500.0
"""Farther than this a place is not near for whoever walks."""

_AT_M = 500.0
_CORNERS = 3
_OTHERWISE = {
    AliasKind.POPULAR.value: "也叫", AliasKind.SHORT.value: "简称",
    AliasKind.WRONG.value: "常误写成",
}  # fmt: skip


def nearby(gazetteer: Gazetteer, asked: Inquiry, here: Point, whose: str) -> Told:
    """Up to three named places around a point; `whose` names it, empty for 这附近."""
    found = gazetteer.around(here, NEARBY_M, _fitting(asked))
    if not found and not asked.word:
        found = _corners(gazetteer, here)
    if not found:
        what = asked.word or "地方"
        why = f"{whose}附近一点五公里以内，没有登记的{what}。您可以换一个地点问，或者说转人工。"
        return Told(Decision.TOLD, (), why)
    told = [f"{place.name}，大约{distance(away)}" for away, place in found]
    return Told(
        Decision.NEARBY, tuple(place for _, place in found), f"{whose}附近有{'；'.join(told)}。"
    )


def about(gazetteer: Gazetteer, asked: Inquiry, near: Point | None, area: str) -> Told:
    """Answer what is asked of a place by its name."""
    found = gazetteer.find(asked.name, near, area)
    if not found.places:
        return Told(Decision.TOLD, (), f"{found.why}请说这个地方的全名，或者说转人工。")
    told: dict[str, None] = {}
    for place in _meant(found):
        told[_SENTENCES[asked.about](gazetteer, asked, place)] = None
    return Told(Decision.TOLD, (), "".join(told))


def whereabouts(gazetteer: Gazetteer, point: Point, but: str = "") -> str:
    """Where a point is, by what is known around it: 红荔路与香梅路路口附近; empty off the map.

    `but` is a name that is not to be told.
    """
    corners = gazetteer.corners(point, _AT_M)
    marks = gazetteer.landmarks(point, corners[0][0] if corners else _AT_M)
    for _, mark in marks:
        if mark != but:
            return f"{mark}附近"
    return f"{_corner_name(corners[0][1].road_a, corners[0][1].road_b)}附近" if corners else ""


# ---- what is near --------------------------------------------------------------------------------


def _fitting(asked: Inquiry) -> Callable[[Named], bool]:
    kind, word = asked.kind, asked.word
    if not word:
        return lambda named: named.kind in LANDMARKS
    if kind is not None:
        return lambda named: named.kind == kind.value or word in named.name
    return lambda named: word in named.name


def _corners(gazetteer: Gazetteer, here: Point) -> list[tuple[float, FoundPlace]]:
    """Crossings, where nothing better is known."""
    named: dict[str, tuple[float, FoundPlace]] = {}
    for away, corner in gazetteer.corners(here, NEARBY_M):
        name = _corner_name(corner.road_a, corner.road_b)
        place = FoundPlace(
            place=0,
            name=name,
            label=name,
            kind=Kind.CROSSING.value,
            area=corner.area,
            area_name="",
            point=corner.point,
            match=Match.CROSSING,
            matched=name,
            alias="",
            score=1.0,
            metres=round(away),
        )
        named.setdefault(name, (away, place))
        if len(named) == _CORNERS:
            break
    return list(named.values())


def _corner_name(first: str, second: str) -> str:
    return f"{first}与{second}路口"


# ---- what a name is ------------------------------------------------------------------------------


def _meant(found: FoundPlaces) -> Sequence[FoundPlace]:
    """The places to be told of: the one that is sure, or all that bear the best one's name."""
    if found.sureness is Sureness.SURE:
        return found.places
    return [place for place in found.places if place.name == found.places[0].name]


def _lies(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    parts = divisions.full_name(place.area) if place.area else ""
    if parts.endswith(place.name) and parts != place.name:
        parts = parts.removesuffix(place.name)
    address = gazetteer.address(place.place)
    more = f"，地址是{address}" if address else ""
    # A road is long, and its point only its middle.
    if not address and place.point and place.kind != Kind.ROAD.value:
        beside = whereabouts(gazetteer, place.point, place.name)
        more = f"，在{beside}" if beside else ""
    if not parts and not more:
        return f"{place.name}在哪个区没有登记，请说转人工。"
    return f"{place.name}在{parts}{more}。" if parts else f"{place.name}{more.lstrip('，')}。"


def _was(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    if place.alias == AliasKind.OLD.value:
        return renamed(place)
    others = gazetteer.other_names(place.place)
    old = [name for name, why in others if why == AliasKind.OLD.value]
    if old:
        return f"{place.name}以前叫{'、'.join(old)}。"
    return f"没有{place.name}改过名字的记录{_also(others)}。"


def _is(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    if place.alias == AliasKind.OLD.value:
        return renamed(place)
    return f"{place.name}现在还叫{place.name}{_also(gazetteer.other_names(place.place))}。"


def renamed(place: FoundPlace) -> str:
    """Tell somebody who used an old name the new one; empty where there is nothing to tell."""
    return f"{place.matched}现在叫{place.name}。" if place.alias == AliasKind.OLD.value else ""


def _also(others: Sequence[tuple[str, str]]) -> str:
    told = [f"，{_OTHERWISE[why]}{name}" for name, why in others if why in _OTHERWISE]
    return "".join(told[:2])


def _written(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    return f"{place.matched}是{spelling.written(place.matched)}。"


def _read(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    return f"{place.matched}读作{place.matched}：{spelling.read(place.matched)}。"


def _character(gazetteer: Gazetteer, asked: Inquiry, place: FoundPlace) -> str:
    char, told = spelling.one_character(place.matched, asked.word)
    if char:
        return f"{place.matched}的{char}，是{told}。"
    return _written(gazetteer, asked, place)


_SENTENCES: dict[About, Callable[[Gazetteer, Inquiry, FoundPlace], str]] = {
    About.AREA: _lies, About.OLD_NAME: _was, About.NEW_NAME: _is, About.WRITTEN: _written,
    About.READ: _read, About.CHARACTER: _character,
}  # fmt: skip
