"""The questions of `questions.yaml`: which half is for tuning, and which is only counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("questions.yaml")


@dataclass(frozen=True, slots=True)
class Half:
    """(article, question) pairs, and questions that no article answers."""

    answered: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Both halves, where the callers are (GB/T 2260), and on which day they ask."""

    area: str
    today: date
    tuning: Half
    heldout: Half


def load(file: Path = FILE) -> Questions:
    """Read them. Raises OSError, ValueError or KeyError when the file is not whole."""
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Questions(
        area=str(found["area"]),
        today=date.fromisoformat(found["today"]),
        tuning=_half(found["tuning"]),
        heldout=_half(found["heldout"]),
    )


def _half(found: dict[str, Any]) -> Half:
    pairs = ((article, text) for article, texts in found["answered"].items() for text in texts)
    return Half(tuple(pairs), tuple(found["outside"]))
