"""One place as an importer reads it, before it is stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import Enum

from knowledge.places.datum import Datum
from knowledge.places.geo import Point
from knowledge.places.kinds import Kind

NAME_LIMIT = 128


class AliasKind(Enum):
    """Why a place has another name; the value is kept in the database."""

    OLD = "old"
    POPULAR = "popular"
    SHORT = "short"
    WRONG = "wrong"


class PlaceProblem(Exception):
    """A file or a row cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place of a source; `key` names it there. `point` is WGS-84, None where not placed.

    The other fields are those of `knowledge.places.tables.Place`.
    """

    key: str
    name: str
    kind: Kind
    area: str = ""
    point: Point | None = None
    datum: Datum = Datum.WGS84
    category: str = ""
    shape: str = "point"
    extent_m: float = 0.0
    importance: float = 0.3
    address: str = ""
    note: str = ""
    aliases: tuple[tuple[str, AliasKind], ...] = ()

    def digest(self) -> str:
        """Equal for equal records: what makes an import that changes nothing do nothing."""
        text = json.dumps(asdict(self), ensure_ascii=False, default=lambda value: value.value)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class CrossingRecord:
    """Where two roads meet; `road_a` < `road_b`."""

    road_a: str
    road_b: str
    point: Point
    area: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be taken; `row` counts as the table does, the heading being row 1."""

    row: int
    message: str

    def __str__(self) -> str:
        """第 N 行：…"""
        return f"第 {self.row} 行：{self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a file. With problems nothing of it is stored. `crossings` None: it has none."""

    places: tuple[PlaceRecord, ...]
    crossings: tuple[CrossingRecord, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    skipped: int = 0
