"""Amounts of money by area and date: which one is told, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.area import name as area_name
from core.area import normal, parents, serves, valid


@dataclass(frozen=True, slots=True)
class Amount:
    """What is paid in one area: `value` is as it is written, e.g. 1280, `unit` e.g. 元每人每月.

    `valid_from` and `valid_to` are the first and last day on which it holds (None: no limit).
    """

    name: str
    value: str
    unit: str
    area: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, today: date) -> bool:
        """Whether it is paid on that day."""
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_to is None or today <= self.valid_to)


def in_force(amounts: Iterable[Amount], area: str, today: date) -> tuple[Amount, ...]:
    """The amounts that hold in an area today: of each name that of the nearest area, newest first.

    A county without an amount of its own has its city's, a city its province's. Nothing holds for
    an area that is not known.
    """
    if not valid(area):
        return ()
    reach = (normal(area), *parents(area))
    best: dict[str, Amount] = {}
    for amount in amounts:
        if amount.area not in reach or not amount.holds(today):
            continue
        known = best.get(amount.name)
        if known is None or _rank(amount, reach) < _rank(known, reach):
            best[amount.name] = amount
    return tuple(best.values())


def depends(amounts: Iterable[Amount], area: str, today: date) -> bool:
    """Whether other sums are paid today in some place inside an area than in the area at large."""
    known = tuple(amounts)
    usual = _sums(known, area, today)
    inside = {a.area for a in known if a.area != area and serves(area, a.area)}
    return any(_sums(known, each, today) != usual for each in inside)


def sentences(amounts: Iterable[Amount]) -> str:
    """Say amounts for the ear, a sentence each: 广州市的低保标准是1280元每人每月。"""
    return "".join(f"{area_name(a.area)}的{a.name}是{a.value}{a.unit}。" for a in amounts)


def _sums(amounts: Iterable[Amount], area: str, today: date) -> set[tuple[str, str, str]]:
    return {(each.name, each.value, each.unit) for each in in_force(amounts, area, today)}


def _rank(amount: Amount, reach: tuple[str, ...]) -> tuple[int, int]:
    begun = amount.valid_from or date.min
    return reach.index(amount.area), -begun.toordinal()
