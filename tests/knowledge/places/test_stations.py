"""Stations and their entrances are found by the names that callers use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.db import Sessions
from knowledge.places import osm
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.guide import load_gazetteer
from knowledge.places.kinds import Kind
from knowledge.places.port import Sureness
from knowledge.places.record import Reading
from knowledge.places.stations import entrance
from knowledge.places.store import put
from tests.knowledge.places.test_osm import quiet, write

METRO = {"railway": "station", "station": "subway"}
INTO = {"railway": "subway_entrance"}


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    nodes = {
        1: (22.5330, 114.0550, {**METRO, "name": "会展中心"}),
        2: (22.5300, 114.0480, {**METRO, "name": "购物公园站"}),
        3: (22.6090, 114.0290, {"railway": "station", "name": "深圳北站"}),
        4: (22.5335, 114.0556, {**INTO, "ref": "A"}),
        5: (22.5326, 114.0544, {**INTO, "name": "D2出口"}),
        6: (22.5300, 114.0485, {**INTO, "ref": "D"}),
        7: (22.9000, 114.0485, {**INTO, "ref": "B"}),
        8: (22.5331, 114.0551, {**INTO}),
    }
    return osm.read(write(tmp_path_factory.mktemp("x") / "x.osm.pbf", nodes, []), "440304", quiet)


@pytest.fixture
def names(reading: Reading, sessions: Sessions) -> Gazetteer:
    put(sessions, "map", reading, datetime(2026, 3, 1, tzinfo=UTC), quiet)
    return load_gazetteer(sessions)


def test_what_is_read(reading: Reading) -> None:
    found = {place.name: place for place in reading.places}
    assert set(found) == {
        "会展中心", "购物公园站", "深圳北站",
        "会展中心站A出口", "会展中心站D2出口", "购物公园站D出口",
    }, "an entrance without a letter, or far from every station, has no name"  # fmt: skip
    assert all(place.kind is Kind.STATION for place in reading.places)
    assert found["会展中心站A出口"].point == Point(22.5335, 114.0556)
    assert found["会展中心站A出口"].importance < found["会展中心"].importance


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("会展中心地铁站", "会展中心"),
        ("我在会展中心站", "会展中心"),
        ("去地铁会展中心站怎么走", "会展中心"),
        ("购物公园地铁站", "购物公园站"),
        ("去深圳北站怎么走", "深圳北站"),
        ("深圳北火车站", "深圳北站"),
        ("会展中心站A出口", "会展中心站A出口"),
        ("我在会展中心地铁站诶出口", "会展中心站A出口"),
        ("会展中心地铁站弟二出口", "会展中心站D2出口"),
        ("购物公园站D口", "购物公园站D出口"),
    ],
)
def test_what_callers_say(names: Gazetteer, said: str, name: str) -> None:
    found = names.find(said)
    assert found.sureness is Sureness.SURE, found
    assert found.places[0].name == name


def test_what_is_no_entrance() -> None:
    assert entrance("n1", {"railway": "station", "ref": "A"}, Point(22, 114)) is None
    assert entrance("n1", {**INTO, "ref": "A"}, None) is None
