"""What a ticket keeps of a way, and reading it back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from knowledge.places.directions import Directions, Step
from knowledge.places.geo import Point
from knowledge.places.guide import from_token
from knowledge.places.kept import kept_way, way_of
from knowledge.places.port import Mode

A, B, C = Point(22.541, 114.02), Point(22.5415, 114.0213), Point(22.543, 114.0214)
STEPS = (Step("先沿甲路走。", 200, A, "甲路"), Step("左转就到。", 100, B, "乙路"))
WAY = Directions("大约三百米。", STEPS, 300, 240, 1, (A, B, C))


def kept() -> dict[str, Any]:
    data = kept_way(
        from_token("22.541000,114.020000,甲路"),
        from_token("22.543000,114.021400,乙,丙"),
        Mode.WALK,
        WAY,
    )
    found: dict[str, Any] = json.loads(json.dumps(data))
    return found


def test_there_and_back() -> None:
    way = way_of(kept())
    assert way is not None
    assert (way.start.name, way.start.at) == ("甲路", A)
    assert (way.end.name, way.end.at) == ("乙,丙", C)
    assert way.line == (A, B, C) and way.going == "走路" and way.summary == WAY.summary
    assert [(step.text, step.at) for step in way.steps] == [("先沿甲路走。", A), ("左转就到。", B)]


@pytest.mark.parametrize(
    "change",
    [{"line": "é"}, {"from": None}, {"to": {"name": "x", "at": [99, 0]}}, {"steps": [{}]}],
)
def test_what_is_no_way_costs_only_the_picture(change: dict[str, Any]) -> None:
    assert way_of({**kept(), **change}) is None
    assert way_of({}) is None
