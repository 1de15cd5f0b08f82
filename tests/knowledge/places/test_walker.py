"""Somebody who only hears the steps arrives: the walker of the bench on some routes of Futian."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.spoken_steps import understood
from bench.walker import walked
from knowledge.places import tiles
from knowledge.places.valhalla_router import ValhallaRouter


@pytest.fixture(scope="module")
def router(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValhallaRouter]:
    folder = tmp_path_factory.mktemp("routes")
    tiles.build(extract, folder, datetime(2026, 3, 1, tzinfo=UTC), lambda line: None)
    made = ValhallaRouter(folder)
    yield made
    made.stop()


def test_who_follows_the_steps_arrives(extract: Path, router: ValhallaRouter) -> None:
    figures = walked(extract, router, 40)
    assert figures["ends_within_60_m"] == figures["length_agrees"] == 1.0
    assert figures["walker_arrives"] >= 0.95


def test_the_walker_understands_what_is_said() -> None:
    told = understood(
        "到红荔路路口过了马路再右转，沿红荔路向东走，大约一点二公里，路过农林路路口，"
        "过了农林路路口再走大约两百五十米，到香梅路。"
    )
    assert (told.road, told.compass, told.metres, told.turn) == ("红荔路", 90, 1200, "右转")
    assert (told.over, told.last, told.after) == (True, "农林路", 250)
    counted = understood("在左手边第二个路口左转走右边那条路，沿没有路名的小路向北走，十来米。")
    assert (counted.road, counted.side, counted.count, counted.fork) == ("", "左", 2, "右边")
    far = understood("先向西北走大约七十米，到白石路，再沿白石路向西走，大约五百米。")
    assert (far.first, far.to_it, far.road, far.compass, far.metres) == (
        315,
        70,
        "白石路",
        270,
        500,
    )
    assert understood("到甲路第二个岔路口走右边那条路，沿甲路向东走，大约五百米。").over
    with pytest.raises(ValueError, match="tells no way"):
        understood("祝您一路顺风。")
