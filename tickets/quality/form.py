"""The form that calls are scored with, and what its answers come to. Pure but for `load_rules`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from core.data_file import load, refuse
from tickets.quality.sampling import Sampling

FILE = Path(__file__).with_name("rules.yaml")
SCHEMA = Path(__file__).with_name("rules.schema.json")


class Mark(StrEnum):
    """What a reviewer answers to an item."""

    FULL = "full"
    PARTLY = "partly"
    NOT = "not"
    NOT_APPLICABLE = "na"


MARKS = {
    Mark.FULL: "做到",
    Mark.PARTLY: "部分做到",
    Mark.NOT: "没做到",
    Mark.NOT_APPLICABLE: "不适用",
}
WORTH = {Mark.FULL: 1.0, Mark.PARTLY: 0.5, Mark.NOT: 0.0}


class FormError(ValueError):
    """Answers cannot be scored; the message is one sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to listen for. Who fails a `fatal` one fails the call."""

    key: str
    title: str
    weight: float
    about: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A version of the form; `passing` and `tolerance` are points of 100."""

    version: int
    title: str
    passing: float
    tolerance: float
    items: tuple[Item, ...]

    def content(self) -> dict[str, Any]:
        """The form as kept with what was scored by it."""
        return {**asdict(self), "items": [asdict(item) for item in self.items]}

    @classmethod
    def kept(cls, content: Mapping[str, Any]) -> Form:
        """The form from its kept content."""
        return cls(**{**content, "items": tuple(Item(**each) for each in content["items"])})

    def score(self, answers: Mapping[str, str]) -> float:
        """Points of 100, to one decimal: the weighted mean of what applies. Raises FormError."""
        marks = {item: self._mark(item, answers) for item in self.items}
        counted = {item: mark for item, mark in marks.items() if mark is not Mark.NOT_APPLICABLE}
        if not counted:
            raise FormError("至少要给一项评分。")
        if any(item.fatal and mark is Mark.NOT for item, mark in counted.items()):
            return 0.0
        whole = sum(item.weight for item in counted)
        got = sum(item.weight * WORTH[mark] for item, mark in counted.items())
        return round(100 * got / whole, 1)

    def apart(self, one: Mapping[str, str], other: Mapping[str, str]) -> Sequence[Item]:
        """The items that two reviewers marked differently."""
        return [item for item in self.items if one.get(item.key) != other.get(item.key)]

    def _mark(self, item: Item, answers: Mapping[str, str]) -> Mark:
        try:
            return Mark(answers.get(item.key, ""))
        except ValueError:
            raise FormError(f"“{item.title}”还没有评。") from None


@cache
def load_rules(file: Path = FILE) -> tuple[Form, Sampling]:
    """The form and the sampling rules of a file. Raises core.data_file.DataFault."""
    found = load(file, SCHEMA)
    form = found.data["form"]
    keys = [item["key"] for item in form["items"]]
    for at, key in enumerate(keys):
        if key in keys[:at]:
            refuse(file, found, ("form", "items", at, "key"), f"two items are called {key}")
    items = tuple(Item(**item) for item in form["items"])
    made = Form(form["version"], form["title"], form["pass"], form["tolerance"], items)
    return made, Sampling(**found.data["sampling"])
