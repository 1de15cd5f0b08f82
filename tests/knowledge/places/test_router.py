"""Valhalla in its child process, over tiles built from the real extract."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.places import tiles, valhalla_worker
from knowledge.places.geo import Point, length, metres
from knowledge.places.port import Mode, RouteProblem, RouterFault
from knowledge.places.record import PlaceProblem
from knowledge.places.valhalla_router import ALREADY_THERE, ValhallaRouter

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOUTH, NORTH = Point(22.535, 114.025), Point(22.5472, 114.0305)


@pytest.fixture(scope="session")
def routes(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("routes")
    tiles.build(extract, folder, NOW, lambda line: None)
    return folder


@pytest.fixture
def router(routes: Path) -> Iterator[ValhallaRouter]:
    made = ValhallaRouter(routes)
    yield made
    made.stop()


@pytest.mark.parametrize("mode", Mode)
def test_a_route(router: ValhallaRouter, mode: Mode) -> None:
    found = router.route(SOUTH, NORTH, mode)
    assert metres(found.line[0], SOUTH) < 60 and metres(found.line[-1], NORTH) < 60
    assert found.metres == pytest.approx(length(list(found.line)), rel=0.01)
    assert found.metres == pytest.approx(sum(edge.metres for edge in found.edges), rel=0.01)
    assert {"香蜜湖路辅路", "红荔路"} <= {name for edge in found.edges for name in edge.names}
    for before, after in zip(found.edges, found.edges[1:], strict=False):
        assert metres(before.line[-1], after.line[0]) < 1
    assert any(edge.exits for edge in found.edges)


def test_a_loop_that_valhalla_cannot_trace_is_one_piece(router: ValhallaRouter) -> None:
    start, end = Point(22.5399037, 114.0280317), Point(22.5400775, 114.0285084)
    (only,) = router.route(start, end, Mode.WALK).edges
    assert only.metres == pytest.approx(124, abs=1) and not only.names and len(only.line) > 5


def test_the_way_taken_is_no_exit_though_the_map_has_it_twice(router: ValhallaRouter) -> None:
    found = router.route(Point(22.5406, 114.0037), Point(22.5425, 114.0044), Mode.WALK)
    (forked,) = [edge for edge in found.edges if edge.metres == pytest.approx(108, abs=1)]
    assert [exit.heading for exit in forked.exits] == [336]


def test_walking_is_slower_than_driving(router: ValhallaRouter) -> None:
    walk, drive = (router.route(SOUTH, NORTH, mode) for mode in (Mode.WALK, Mode.CAR))
    assert walk.seconds > 3 * drive.seconds


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (SOUTH, SOUTH, ALREADY_THERE),
        (SOUTH, Point(22.5351, 114.0251), ALREADY_THERE),
        (SOUTH, Point(22.6, 114.2), valhalla_worker.NO_END),
        (Point(22.6, 114.2), SOUTH, valhalla_worker.NO_START),
        (SOUTH, Point(39.9, 116.4), valhalla_worker.TOO_FAR["walk"]),
    ],
)
def test_no_route_is_a_sentence(
    router: ValhallaRouter, start: Point, end: Point, said: str
) -> None:
    with pytest.raises(RouteProblem) as problem:
        router.route(start, end, Mode.WALK)
    assert str(problem.value) == said


def test_a_child_that_died_is_started_again(router: ValhallaRouter) -> None:
    router.route(SOUTH, NORTH, Mode.WALK)
    first = router.pid
    os.kill(first, signal.SIGKILL)
    assert router.route(SOUTH, NORTH, Mode.WALK).metres > 1000
    assert router.pid not in (0, first)
    router.stop()
    assert router.pid == 0


def test_new_tiles_are_taken_and_old_ones_go(extract: Path, tmp_path: Path) -> None:
    first = tiles.build(extract, tmp_path, NOW, lambda line: None)
    router = ValhallaRouter(tmp_path)
    try:
        router.route(SOUTH, NORTH, Mode.WALK)
        before, used = router.pid, tiles.current(tmp_path)
        for _ in range(2):
            tiles.build(extract, tmp_path, NOW, lambda line: None)
        assert router.route(SOUTH, NORTH, Mode.WALK).metres > 1000
        assert router.pid != before and tiles.current(tmp_path) != used and not used.exists()
    finally:
        router.stop()
    assert tiles.built(tmp_path) == first
    assert len(list(tmp_path.glob("tiles-*"))) == 2 and not list(tmp_path.glob("building-*"))


@pytest.mark.parametrize("size", [0, 40_000])
def test_a_truncated_extract_leaves_the_old_tiles(
    routes: Path, extract: Path, tmp_path: Path, size: int
) -> None:
    file, used = tmp_path / "cut.osm.pbf", tiles.current(routes)
    file.write_bytes(extract.read_bytes()[:size])
    with pytest.raises(PlaceProblem, match=r"not a whole OpenStreetMap|no tiles came of it"):
        tiles.build(file, routes, NOW, lambda line: None)
    assert tiles.current(routes) == used and not list(routes.glob("building-*"))


def test_no_tiles(tmp_path: Path) -> None:
    with pytest.raises(RouterFault, match="hotline places build-routes"):
        ValhallaRouter(tmp_path).route(SOUTH, NORTH, Mode.WALK)


def test_valhalla_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valhalla", None)
    monkeypatch.setitem(sys.modules, "valhalla.config", None)
    with pytest.raises(RouterFault, match="pyvalhalla-weekly is not installed"):
        tiles.config(tmp_path)
