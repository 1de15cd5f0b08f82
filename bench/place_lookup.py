"""How long finding a place by its sound takes (p99 < 10 ms of 100,000 names, < 30 ms of a million).

Names are made up: two to four syllables of real place names and an ending. Questions are names as
a recogniser might write them, some with a syllable wrong, in a caller's sentence.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from core.sound import sounds
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.kinds import IMPORTANCE, by_name
from knowledge.places.store import Named

BUDGETS_MS = {100_000: 10, 1_000_000: 30}
_PARTS = (
    "香梅红荔景田福强深南滨河新洲沙嘴农林泰然竹子紫竹侨车公庙上下东西北中华龙岗坪山盐罗湖宝安光明大鹏石岩"
    "观澜布吉横坪葵涌梅民乐莲花笔架黄木岭水库围坑塘坂埔厦头尾村坊墩桥朗溪江海珠荔越秀天番禺从增城白云花都"
    "和平安泰兴旺富贵吉祥如意文化教育科技工业园春夏秋冬金银铜铁玉翠碧青绿蓝紫"
)
_ENDINGS = (
    "路", "街", "大道", "巷", "村", "小区", "花园", "大厦", "公园", "小学", "社区", "广场", "站",
)  # fmt: skip
_ASKED = ("去{}怎么走", "{}", "请问{}在哪里", "我想去{}", "我现在在{}")
_CENTRE = Point(22.9, 113.5)


def run(quick: bool) -> dict[str, Any]:
    """Time `Gazetteer.find`; `quick` takes 100,000 names alone and fewer questions."""
    sizes = [100_000] if quick else list(BUDGETS_MS)
    found = {f"{size} names": measure(size, 500 if quick else 2_000) for size in sizes}
    return {**found, "within_budget": all(figures["within"] for figures in found.values())}


def measure(size: int, asks: int) -> dict[str, Any]:
    """Figures for so many names."""
    rng = random.Random(1)
    names = list(_names(size, rng))
    start = time.perf_counter()
    gazetteer = Gazetteer(names)
    built = time.perf_counter() - start
    gazetteer.find("暖身一下")
    times, worked, right = [], [], 0
    for _ in range(asks):
        wanted = rng.choice(names)
        text = rng.choice(_ASKED).format(_misheard(wanted.name, rng))
        near = wanted.point if rng.random() < 0.5 else None
        start, work = time.perf_counter(), time.thread_time()
        found = gazetteer.find(text, near)
        times.append((time.perf_counter() - start) * 1000)
        worked.append((time.thread_time() - work) * 1000)
        right += any(sounds(place.name) == wanted.sounds for place in found.places)
    cuts = statistics.quantiles(times, n=100)
    return {
        "build_s": round(built, 1),
        "p50_ms": round(cuts[49], 2),
        "p99_ms": round(cuts[98], 2),
        "p99_cpu_ms": round(statistics.quantiles(worked, n=100)[98], 2),
        "budget_p99_ms": BUDGETS_MS[size],
        "among_three": round(right / asks, 3),
        "within": cuts[98] < BUDGETS_MS[size],
    }


def _names(size: int, rng: random.Random) -> Iterator[Named]:
    for at in range(size):
        ending = rng.choice(_ENDINGS)
        name = "".join(rng.choices(_PARTS, k=rng.choice((2, 2, 3, 3, 4)))) + ending
        point = Point(_CENTRE.lat + rng.uniform(-1, 1), _CENTRE.lon + rng.uniform(-1, 1))
        kind = by_name(name)
        yield Named(
            at, name, sounds(name), "", name, kind.value, "440304", point, IMPORTANCE[kind], ""
        )


def _misheard(name: str, rng: random.Random) -> str:
    """Half of the names as they are, half with one syllable replaced by another."""
    if rng.random() < 0.5:
        return name
    at = rng.randrange(len(name))
    return name[:at] + rng.choice(_PARTS) + name[at + 1 :]
