"""A caller asks the way to an island without a bridge: real tiles of a map that is drawn here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.places import osm, tiles
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.guide import Guide
from knowledge.places.valhalla_router import ValhallaRouter
from knowledge.places.valhalla_worker import NO_WAY
from tests.calls.test_wayfinding import FROM, NOW, TO, Talk
from tests.knowledge.places.conftest import named
from tests.knowledge.places.test_osm import Way, quiet, write

ROWS = 9
STEP = 0.002
"""Degrees, some 200 m: a place on one island is not on the other."""
ISLANDS = {"平洲": (22.50, 114.00), "东澳": (22.50, 114.05)}
ACROSS = ("新民路", "文昌路", "学府路", "渔港路", "灯塔路", "榕树路", "码头路", "海边路", "环岛路")


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two grids of streets, each of one island, and nothing between them."""
    nodes: dict[int, tuple[float, float, dict[str, str]]] = {}
    ways: list[Way] = []
    for number, (island, (south, west)) in enumerate(ISLANDS.items(), 1):
        grid = [
            [number * 1000 + row * 20 + column for column in range(ROWS)] for row in range(ROWS)
        ]
        for row, line in enumerate(grid):
            for column, node in enumerate(line):
                nodes[node] = (south + row * STEP, west + column * STEP, {})
            tags = {"highway": "residential", "name": f"{island}{ACROSS[row]}"}
            ways.append((number * 1000 + row, line, tags))
        for column in range(ROWS):
            line = [grid[row][column] for row in range(ROWS)]
            ways.append((number * 1000 + 500 + column, line, {"highway": "residential"}))
    return write(tmp_path_factory.mktemp("islands") / "islands.osm.pbf", nodes, ways)


@pytest.fixture(scope="module")
def guide(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    read = osm.read(extract, "440304", quiet)
    names = [named(n, p.name, kind=p.kind, point=p.point) for n, p in enumerate(read.places)]
    folder = tmp_path_factory.mktemp("routes")
    tiles.build(extract, folder, NOW, lambda line: None)
    router = ValhallaRouter(folder)
    yield Guide(Gazetteer(names, read.crossings), router)
    router.stop()


def test_no_way_on_foot_and_none_by_car(guide: Guide) -> None:
    talk = Talk(guide)
    assert talk.hear("去东澳灯塔路怎么走") == FROM
    assert talk.hear("我在平洲文昌路").endswith(
        "从平洲文昌路到东澳灯塔路，对吗？请说是，或者不是。"
    )
    assert talk.hear("是的") == NO_WAY["walk"] + TO
    assert talk.hear("那开车怎么走") == NO_WAY["car"] + TO


def test_the_call_goes_on_with_another_place(guide: Guide) -> None:
    talk = Talk(guide)
    talk.hear("去东澳灯塔路怎么走", "平洲文昌路", "是的")
    assert talk.hear("平洲海边路") == FROM
    assert talk.hear("平洲文昌路").endswith("对吗？请说是，或者不是。")
    said = talk.hear("是的")
    assert said.startswith("大约") and "平洲海边路" in said
    talk.hear("转人工")
    assert talk.state.node == "waiting"
