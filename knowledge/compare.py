"""Two versions of an article side by side: which fields differ, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.area import full_name
from knowledge.amounts import Amount
from knowledge.article import HOUSEHOLDS, ArticleContent
from knowledge.faults import NAMES

_LEFT_OUT = ("id", "version")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `same` on both sides, or on this side only."""

    text: str
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs, cut into pieces on either side."""

    name: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


def compare(left: ArticleContent, right: ArticleContent) -> list[Difference]:
    """The fields that differ, in the order of the form; empty when both say the same."""
    found = []
    for field, called in NAMES.items():
        if field in _LEFT_OUT or field not in ArticleContent.__slots__:
            continue
        a, b = (_shown(getattr(side, field), field) for side in (left, right))
        if a != b:
            found.append(Difference(called, *_pieces(a, b)))
    return found


def _shown(value: object, field: str) -> str:
    if value is None or value == "":
        return ""
    if field == "area":
        return f"{full_name(str(value))}（{value}）"
    if field == "household":
        return HOUSEHOLDS.get(str(value), str(value))
    if isinstance(value, tuple):
        return "\n".join(_amount(each) if isinstance(each, Amount) else each for each in value)
    return str(value)


def _amount(amount: Amount) -> str:
    days = f"{amount.valid_from or ''}至{amount.valid_to or ''}"
    return f"{full_name(amount.area)} {amount.name} {amount.value}{amount.unit} {days}"


def _pieces(a: str, b: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        same = tag == "equal"
        left += _piece(a[a0:a1], same)
        right += _piece(b[b0:b1], same)
    return tuple(left), tuple(right)


def _piece(text: str, same: bool) -> Iterable[Piece]:
    return [Piece(text, same)] if text else []
