"""Names by which stations and their entrances are asked for, from OpenStreetMap's tags.

A map says 会展中心 where callers say 会展中心地铁站, and gives an entrance no more than its letter;
a recogniser writes that letter as the characters that sound like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.places.geo import Point, metres
from knowledge.places.kinds import IMPORTANCE, Kind
from knowledge.places.record import AliasKind, PlaceRecord

NEAR_M = 500.0
"""An entrance belongs to the nearest station within this distance."""

_ENTRANCES = {"subway_entrance", "train_station_entrance"}
_LETTERS = dict(
    zip("ABCDEFGHJK", ("诶", "必", "西", "弟", "一", "艾弗", "鸡", "艾尺", "杰", "开"), strict=True)
)
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way into a station: its letter or number (A, D2), and where it is."""

    key: str
    ref: str
    point: Point
    metro: bool


def entrance(key: str, tags: Mapping[str, str], point: Point | None) -> Entrance | None:
    """The entrance that a node is; None when it is none, or does not say which one."""
    kind = tags.get("railway", "")
    ref = (tags.get("ref") or tags.get("local_ref") or _letter(tags.get("name", ""))).upper()
    if kind not in _ENTRANCES or not ref or point is None:
        return None
    return Entrance(key, ref, point, kind == "subway_entrance")


def _letter(name: str) -> str:
    """D2 of 会展中心站D2出口; empty where a name holds no such thing."""
    return "".join(char for char in name if char.isascii() and char.isalnum())


def is_metro(tags: Mapping[str, str]) -> bool:
    """Whether a station's tags say that it is one of a metro."""
    return tags.get("station") in ("subway", "light_rail") or tags.get("subway") == "yes"


def is_train(tags: Mapping[str, str]) -> bool:
    """Whether a place is a station of the railway."""
    return tags.get("railway") in ("station", "halt") and not is_metro(tags)


def station(place: PlaceRecord, metro: bool) -> PlaceRecord:
    """A station with the other names that it is asked for by; `metro`, else of the railway."""
    return _also(place, _names(_bare(place.name), metro))


def entrances(found: Sequence[Entrance], stations: Sequence[PlaceRecord]) -> list[PlaceRecord]:
    """The entrances as places, each named after the nearest station; none where none is near."""
    places = []
    for each in found:
        near = [(metres(each.point, s.point), s) for s in stations if s.point is not None]
        away, of = min(near, key=lambda pair: pair[0], default=(NEAR_M + 1, None))
        if of is None or away > NEAR_M:
            continue
        bare, letters = _bare(of.name), (each.ref, _spoken(each.ref))
        place = PlaceRecord(
            key=each.key,
            name=f"{bare}站{each.ref}出口",
            kind=Kind.STATION,
            area=of.area,
            point=each.point,
            importance=IMPORTANCE[Kind.STOP],
        )
        wholes = _names(bare, each.metro)[:2]
        ways = [f"{whole}{said}{end}" for said in letters for whole in wholes for end in _ENDS]
        places.append(_also(place, ways))
    return places


_ENDS = ("出口", "口")


def _bare(name: str) -> str:
    for ending in ("地铁站", "火车站", "高铁站", "站"):
        if len(name) > len(ending) + 1 and name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _names(bare: str, metro: bool) -> list[str]:
    kind = ("地铁", "地铁站") if metro else ("火车", "火车站")
    return [f"{bare}站", f"{bare}{kind[1]}", f"{kind[0]}{bare}站"]


def _spoken(ref: str) -> str:
    """An entrance's letter and number in characters that sound like them."""
    return "".join(_LETTERS.get(char) or _DIGITS.get(char) or char for char in ref)


def _also(place: PlaceRecord, names: Sequence[str]) -> PlaceRecord:
    known = {place.name, *(name for name, _ in place.aliases)}
    more = [name for name in dict.fromkeys(names) if name not in known]
    return replace(place, aliases=(*place.aliases, *((name, AliasKind.POPULAR) for name in more)))
