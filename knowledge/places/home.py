"""Where a caller's home is, from what their record says of it."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.port import Decision, FoundPlace, Sureness, Told, Whence, position

YOUR_HOME = "您家"
NOT_KNOWN = "我们没有登记您家的地址。"
NOT_FOUND = "您登记的家庭住址在地图上找不到。"

_DIVISIONS = re.compile(r"^(?:[^省市区县镇号路]{2,8}?(?:省|自治区|市|区|县|镇|街道))+(?=..)")
_NUMBER = re.compile(
    r"(?:第?[0-9零一二三四五六七八九十百]+(?:号|弄))(?:之[0-9一二三四五六七八九])?"
)
_DOOR = re.compile(r"[0-9零一二三四五六七八九十A-Za-z-]+(?:号楼|栋|幢|座|单元|层|楼|室|房).*$")


def home_of(gazetteer: Gazetteer, whence: Whence) -> Told:
    """The caller's home as a place, called 您家 aloud; or the sentence that it is not known.

    The address itself is not said: who holds the phone need not be who lives there.
    """
    home = whence.home()
    if home is None:
        return Told(Decision.TOLD, (), NOT_KNOWN)
    if home.position is not None:
        return Told(Decision.SURE, (position(Point(*home.position), YOUR_HOME),))
    for part in _parts(home.address):
        found = gazetteer.find(part, area=whence.area, placed=True)
        if found.sureness is Sureness.SURE:
            return Told(Decision.SURE, (_hidden(found.places[0]),))
    return Told(Decision.TOLD, (), NOT_FOUND)


def _parts(address: str) -> list[str]:
    """What of an address may be a name: the estate or building behind the number, then the road."""
    plain = _DIVISIONS.sub("", re.sub(r"[\s,，。]", "", address))
    road, *behind = _NUMBER.split(plain, maxsplit=1)
    found = [_DOOR.sub("", part) for part in (*behind, road)]
    return [part for part in found if len(part) > 1]


def _hidden(place: FoundPlace) -> FoundPlace:
    return replace(place, name=YOUR_HOME, label=YOUR_HOME, matched=YOUR_HOME, alias="")
