"""A node of calls for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.dialogue import Dialogue
from ivr.tree import load
from tests.calls.hall import Hall

TREE = Path(__file__).resolve().parents[2] / "ivr" / "trees" / "12349.yaml"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """With the toy dialogue: 0 person, 1 answer, 2 emergency, 3 message, 4 transfer, 9 end."""
    return Hall(tmp_path)


@pytest.fixture
def real(tmp_path: Path) -> Hall:
    """With the real dialogue and the shipped tree, in office hours."""
    return Hall(tmp_path, Dialogue(load(TREE)))
