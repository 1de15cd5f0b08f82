"""In which county a town or street (镇, 乡, 街道) lies that somebody names, compared by sound.

`towns.csv` is Guangdong's (source: the National Bureau of Statistics, by way of china-division
2.7.0): nine digits, of which the first six are the county's or, where a city has none, the city's.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.area import COUNTRY, serves
from core.sound import Sounds, fold, sounds, sounds_contain

HEARD = 0.9
"""How well a name must be heard (`core.sound.contains`)."""

_KIND = re.compile(r"(?<=..)(街道|镇|乡)$")


@dataclass(frozen=True, slots=True)
class _Town:
    county: str
    name: str
    short: str
    heard: Sounds


def county_of(text: str, near: str = COUNTRY) -> str:
    """The code of the county whose town `text` names; '' when there is none, or of two counties.

    A whole name counts by its sound (石牌街道), a short one by its characters (石牌). Towns of one
    name are told apart only by `near`, inside which one must be the only one.
    """
    heard = sounds(text)
    whole: dict[str, tuple[float, int, bool]] = {}
    for first in set(map(fold, heard)):
        for town in _by_first().get(first, ()):
            score = sounds_contain(heard, town.heard)
            if score >= HEARD:
                # 狮岭 and 石岭 sound alike: then the characters decide.
                rank = round(score, 2), len(town.heard), town.name in text
                whole[town.county] = max(whole.get(town.county, rank), rank)
    best = max(whole.values(), default=(0.0, 0, False))
    counties = {county for county, rank in whole.items() if rank == best}
    if not counties:
        short = [town for town in _all() if town.short and town.short in text]
        longest = max((len(town.short) for town in short), default=0)
        counties = {town.county for town in short if len(town.short) == longest}
    here = {county for county in counties if serves(near, county)}
    found = here if near != COUNTRY and here else counties
    return next(iter(found)) if len(found) == 1 else ""


@cache
def _all() -> tuple[_Town, ...]:
    with Path(__file__).with_name("towns.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    return tuple(
        _Town(code[:6], name, short if (short := _KIND.sub("", name)) != name else "", sounds(name))
        for code, name in rows
    )


@cache
def _by_first() -> dict[str, list[_Town]]:
    """All towns by the class of their name's first syllable."""
    found: dict[str, list[_Town]] = {}
    for town in _all():
        found.setdefault(fold(town.heard[0]), []).append(town)
    return found
