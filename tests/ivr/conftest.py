"""The shipped tree, and callers who walk through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.dialogue import Dialogue
from ivr.tree import load
from tests.ivr.walk import Walk

WriteTree = Callable[[str], Path]

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "ivr" / "trees" / "12349.yaml"

OPEN = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in China."""

CLOSED = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shipped() -> Dialogue:
    """The dialogue of the shipped tree in ordinary office hours."""
    return Dialogue(load(SHIPPED))


@pytest.fixture
def call(shipped: Dialogue) -> Callable[..., Walk]:
    """Start a call on the shipped tree; `now` is in office hours unless given."""

    def start(now: datetime = OPEN, known: frozenset[str] = frozenset()) -> Walk:
        return Walk(shipped, now, known)

    return start


@pytest.fixture
def tree_file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a tree's text to a file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "tree.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
