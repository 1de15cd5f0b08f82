"""A way that was told is written into the call's journal, for its ticket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr import events as ivr
from telephony.calls.ports import Seeker, Showing, Sought
from tests.calls.hall import Hall
from tests.calls.toy import Toy

KEPT: dict[str, Any] = {"mode": "walk", "summary": "大约三百米。", "line": "_p~iF~ps|U"}


class Guided(Toy):
    """Key 7 asks for a way, key 8 for a place."""

    KEYS = {
        **Toy.KEYS,
        "7": (ivr.FindWay("22.5,114.0,甲", "22.6,114.0,乙"),),
        "8": (ivr.FindPlace("甲路"),),
    }


def guided(
    folder: Path, reply: ivr.WayFound | ivr.PlacesFound, asked: list[Any] | None = None
) -> Hall:
    """A hall whose guide gives this reply."""
    hall = Hall(folder, Guided())

    def guide(question: Sought, asker: Seeker) -> Showing:
        if asked is not None:
            asked.append((question, asker.area))
        return reply

    hall.calls._parts = replace(hall.parts, guide=guide)
    return hall


def test_a_way_is_kept(tmp_path: Path) -> None:
    asked: list[Any] = []
    hall = guided(tmp_path, ivr.WayFound("大约三百米。", ("先沿甲路走。",), kept=KEPT), asked)
    leg = hall.call()
    leg.far_presses("7")
    assert asked == [(ivr.FindWay("22.5,114.0,甲", "22.6,114.0,乙"), "440106")]
    assert hall.journal.data("way") == [KEPT]
    leg.far_hangs_up()
    hall.over()


@pytest.mark.parametrize(
    ("key", "reply"),
    [
        ("7", ivr.WayFound(why="太远了，走路到不了。")),
        ("7", ivr.PlacesFound("unavailable")),
        ("8", ivr.PlacesFound("nothing", (), "没有找到。")),
    ],
)
def test_what_is_no_way_is_not(
    tmp_path: Path, key: str, reply: ivr.WayFound | ivr.PlacesFound
) -> None:
    hall = guided(tmp_path, reply)
    leg = hall.call()
    leg.far_presses(key)
    assert hall.journal.data("way") == []
    leg.far_hangs_up()
    hall.over()
