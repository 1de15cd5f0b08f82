"""The administrative divisions of Guangdong down to villages, as places without a position.

`divisions.csv.gz` (code, name) is derived from china-division 2.7.0 (WTFPL), which has it from the
National Bureau of Statistics: 21 cities, 124 counties, 1,757 towns and streets, 26,842 villages.
"""

from __future__ import annotations

import csv
import gzip
import re
from functools import cache
from pathlib import Path

from knowledge.places.kinds import IMPORTANCE, Kind
from knowledge.places.record import AliasKind, PlaceRecord, Reading

FILE = Path(__file__).with_name("divisions.csv.gz")
SOURCE = "divisions"

_COMMITTEE = re.compile(r"(?:社区)?(?:居民委员会|居委会|村民委员会|村委会)$")
_SHORT = re.compile(r"(?<=..)[市县区镇乡]$|(?<=..)街道$")
_NO_PLACE = re.compile(r"虚拟")
_KINDS = {6: Kind.AREA, 9: Kind.TOWN, 12: Kind.VILLAGE}


def read() -> Reading:
    """All divisions; bookkeeping units of the statistics (虚拟生活区) are left out."""
    kept = [(code, name) for code, name in names().items() if not _NO_PLACE.search(name)]
    places = tuple(_record(code, name) for code, name in kept)
    return Reading(places, skipped=len(names()) - len(kept))


@cache
def names() -> dict[str, str]:
    """Code (6, 9 or 12 digits) to name."""
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as text:
        return {row["code"]: row["name"] for row in csv.DictReader(text)}


def full_name(code: str) -> str:
    """Where a code is, from the city down: 深圳市福田区香蜜湖街道; unlisted parts are left out."""
    levels = (f"{code[:4]}00", code[:6], code[:9], code[:12])
    parts = [names()[part] for part in dict.fromkeys(levels) if part in names()]
    return "".join(parts)


def _record(code: str, name: str) -> PlaceRecord:
    kind = _KINDS[len(code)]
    short = _COMMITTEE.sub("", name) if kind is Kind.VILLAGE else _SHORT.sub("", name)
    aliases = [(short, AliasKind.SHORT)] if short not in ("", name) else []
    if kind is Kind.VILLAGE and "社区" in name:
        aliases.append((f"{short}社区", AliasKind.SHORT))
    return PlaceRecord(
        key=code,
        name=name,
        kind=kind,
        area=code,
        shape="area",
        importance=IMPORTANCE[kind],
        aliases=tuple(alias for alias in dict(aliases).items() if alias[0] != name),
    )
