"""What callers hear of service places: one of them, and what comes before the first. Pure."""

from __future__ import annotations

import re

from knowledge.places.spoken import distance, number
from knowledge.service_places.record import LABELS, Kind, ServicePlace, counted
from knowledge.service_places.search import Hit

_ORDINALS = ("第一", "第二", "第三")
_LEVELS = "零一二三四五"
_SEVERAL = re.compile(r"[;；、，/]|,")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))([2-8]\d{6,7})")


def place(hit: Hit, at: int) -> tuple[str, ...]:
    """The sentences that tell one place, `at` counted from nought."""
    found = hit.place
    away = "" if hit.metres is None else f"，大约{distance(hit.metres)}"
    sentences = [
        f"{_ORDINALS[at]}{counted(found.kind)}，{found.name}{away}。",
        f"地址，{found.address}。",
    ]
    if found.hours:
        sentences.append(f"开放时间，{_ended(found.hours)}")
    if found.phone:
        sentences.append(f"电话，{phone(found.phone)}。")
    sentences += [each for each in (_standing(found), beds(found)) if each]
    return tuple(sentences)


def phone(text: str) -> str:
    """The first of a place's numbers, its area code parted from the rest as it is said."""
    first = next(filter(None, map(str.strip, _SEVERAL.split(text))), "")
    return _LANDLINE.sub(r"\1-\2", first)


def beds(found: ServicePlace) -> str:
    """How many beds are free, with the day of the figure; empty where that is not known."""
    if found.beds_free is None or found.beds_date is None:
        return ""
    day = f"截至{found.beds_date.year}年{found.beds_date.month}月{found.beds_date.day}日"
    if found.beds_free == 0:
        return f"{day}，没有空床。"
    return f"{day}，有{found.beds_free}张空床。"


def before_first(kind: Kind, told: int, count: int, where: str, asked: str = "") -> str:
    """What leads to the first place: how many there are, in which area or near which place.

    `count` is 0 where nobody counted (nearest ones); `asked` is the area that has none.
    """
    measure, name = counted(kind), LABELS[kind]
    if not count:
        if told == 1:
            return f"离{where}最近的{name}是这一{measure}。"
        return f"离{where}最近的{number(told)}{measure}{name}，从近的说起。"
    nothing = f"{asked}没有登记{name}。" if asked else ""
    some = "" if told == count else f"，先说{number(told)}{measure}"
    return f"{nothing}{where}有{number(count)}{measure}{name}{some}。"


def nothing(kind: Kind, where: str) -> str:
    """That there is none."""
    return f"{where}没有登记{LABELS[kind]}。"


def _standing(found: ServicePlace) -> str:
    parts = []
    if found.level:
        parts.append(f"{_LEVELS[found.level]}星级")
    low, high = found.price_from, found.price_to
    if low is not None and high is not None and low != high:
        parts.append(f"每月{low}元到{high}元")
    elif low is not None:
        parts.append(f"每月{low}元{'' if low == high else '起'}")
    elif high is not None:
        parts.append(f"每月最高{high}元")
    return f"{'，'.join(parts)}。" if parts else ""


def _ended(text: str) -> str:
    return text if text.endswith("。") else f"{text}。"
