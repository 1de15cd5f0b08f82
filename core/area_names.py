"""Which area of `areas.csv` somebody names, compared by sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from core.area import COUNTRY, level, name, names, parents, serves
from core.sound import Sounds, fold, sounds, sounds_contain
from core.town_names import county_of

HEARD = 0.9
"""How well a name must be heard (`core.sound.contains`)."""

COMMON = ("441502",)
"""Areas whose name is also a common word (城区): meant only near or beside the area around it."""

_KIND = re.compile(r"((壮族|回族|瑶族|维吾尔)*自治[区县]|特别行政区|省|市|区|县)$")


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    text: str
    heard: Sounds
    level: int
    whole: bool


def short_name(code: str) -> str:
    """An area as it is named in speech, 连南 for 连南瑶族自治县; '' where that is too short."""
    short = _KIND.sub("", names().get(code, ""))
    return short if len(short) >= 2 else ""


def named(text: str, near: str = COUNTRY) -> str:
    """The code of the area that `text` names when asked for one, '' when there is none or two.

    Short names count (天河, 广州), and of several areas inside each other the innermost (广州天河).
    `near` is where the speaker is thought to be: its own areas go before others. Who names only a
    town or street, or a city and one, is in its county.
    """
    area = _one(text, lambda each: _may_mean(each, text, near), near)
    if area and level(area) != 2:
        return area
    county = county_of(text, area or near)
    return county if county and (not area or serves(area, county)) else area


def mentioned(text: str) -> str:
    """The city or county that is named in a sentence about something else, '' if none or two.

    Stricter than `named`: a short name counts for cities only and by its characters, since 情愿
    sounds like 清远.
    """

    def strictly(each: _Name) -> bool:
        city = each.level == 2 and each.text in text
        return each.code not in COMMON and (each.level == 3 if each.whole else city)

    return _one(text, strictly, COUNTRY)


def _one(text: str, counts: Callable[[_Name], bool], near: str) -> str:
    heard = sounds(text)
    best: dict[str, tuple[float, int, bool]] = {}
    for first in set(map(fold, heard)):
        for each in _by_first().get(first, ()):
            if not counts(each):
                continue
            score = sounds_contain(heard, each.heard)
            if score >= HEARD:
                # 山西 and 陕西 sound alike: then the characters decide.
                rank = round(score, 2), len(each.heard), each.text in text
                best[each.code] = max(best.get(each.code, rank), rank)
    around = {wider for code in best for wider in parents(code)}
    inner = {code: rank for code, rank in best.items() if code not in around}
    own = {code: rank for code, rank in inner.items() if serves(near, code)}
    left = own if own and near != COUNTRY else inner
    top = max(left.values(), default=(0.0, 0, False))
    found = [code for code, rank in left.items() if rank == top]
    return found[0] if len(found) == 1 else ""


def _may_mean(each: _Name, text: str, near: str) -> bool:
    if each.code not in COMMON:
        return True
    around = parents(each.code)[0]
    return serves(around, near) or short_name(around) in text


@cache
def _by_first() -> dict[str, list[_Name]]:
    """All names by the class of their first syllable."""
    found: dict[str, list[_Name]] = {}
    for code in names():
        for text in dict.fromkeys(filter(None, (name(code), short_name(code)))):
            heard = sounds(text)
            each = _Name(code, text, heard, level(code), text == name(code))
            found.setdefault(fold(heard[0]), []).append(each)
    return found
