"""Reading OpenStreetMap extracts: the real one, and small ones made here with osmium."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import osmium
import pytest

from knowledge.places import osm
from knowledge.places.geo import Point, metres
from knowledge.places.kinds import Kind
from knowledge.places.record import AliasKind, PlaceProblem, Reading

Way = tuple[int, list[int], dict[str, str]]


def quiet(line: str) -> None:
    """Progress that nobody reads."""


def write(
    file: Path, nodes: dict[int, tuple[float, float, dict[str, str]]], ways: list[Way]
) -> Path:
    """Write an extract: node id to latitude, longitude and tags; ways as (id, nodes, tags)."""
    writer = osmium.SimpleWriter(str(file))
    for node, (lat, lon, tags) in nodes.items():
        writer.add_node(osmium.osm.mutable.Node(id=node, location=(lon, lat), tags=tags, version=1))
    for way, refs, tags in ways:
        writer.add_way(osmium.osm.mutable.Way(id=way, nodes=refs, tags=tags, version=1))
    writer.close()
    return file


def test_the_real_extract(futian: Reading) -> None:
    roads = {place.name: place for place in futian.places}
    assert len(futian.places) >= 140 and not futian.problems
    assert {"深南大道", "红荔路", "香梅路", "香蜜湖路"} <= set(roads)
    assert not any(name.endswith("辅路") for name in roads), "service carriageways are aliases"
    assert ("深南大道辅路", AliasKind.POPULAR) in roads["深南大道"].aliases
    assert roads["香梅路"].kind is Kind.ROAD and roads["香梅路"].extent_m > 1500


def test_its_crossings(futian: Reading) -> None:
    met = [c for c in futian.crossings if (c.road_a, c.road_b) == ("红荔路", "香梅路")]
    assert len(met) == 1, "two carriageways meet two carriageways in one crossing"
    assert metres(met[0].point, Point(22.54809, 114.03450)) < 60
    assert all(c.road_a < c.road_b for c in futian.crossings)


def test_places_of_nodes_and_areas(tmp_path: Path) -> None:
    nodes = {
        1: (
            22.5,
            114.0,
            {"name": "市民中心站", "railway": "station", "alt_name": "市民中心;Civic"},
        ),
        2: (22.6, 114.0, {"name": "Cafe", "amenity": "cafe"}),
        3: (22.7, 114.0, {"name": "某点"}),
        **{
            n: (22.5 + i // 2 * 0.01, 114.1 + (i in (1, 2)) * 0.01, {})
            for i, n in enumerate(range(4, 8))
        },
    }
    park: Way = (9, [4, 5, 6, 7, 4], {"name": "莲花山公园", "leisure": "park", "old_name": "旧园"})
    reading = osm.read(write(tmp_path / "x.osm.pbf", nodes, [park]), "440304", quiet)
    found = {place.name: place for place in reading.places}
    assert set(found) == {"市民中心站", "莲花山公园"} and reading.skipped == 1
    assert found["市民中心站"].kind is Kind.STATION
    assert found["市民中心站"].aliases[0] == ("市民中心", AliasKind.POPULAR)
    assert found["莲花山公园"].shape == "area" and found["莲花山公园"].kind is Kind.PARK
    assert found["莲花山公园"].aliases == (("旧园", AliasKind.OLD),)
    assert metres(found["莲花山公园"].point or Point(0, 0), Point(22.505, 114.105)) < 50


def test_roads_of_one_name_far_apart_are_two(tmp_path: Path) -> None:
    nodes = {n: (22.5 + n * 0.002, 114.0, {}) for n in (1, 2, 3, 30, 31)}
    tags = {"name": "人民路", "highway": "residential"}
    ways: list[Way] = [(1, [1, 2], tags), (2, [2, 3], tags), (3, [30, 31], tags)]
    reading = osm.read(write(tmp_path / "x.osm.pbf", nodes, ways), "", quiet)
    assert Counter(place.name for place in reading.places) == {"人民路": 2}
    assert sorted(place.key for place in reading.places) == ["r1", "r3"]


@pytest.mark.parametrize("size", [0, 100, 40_000])
def test_a_truncated_extract_gets_a_sentence(tmp_path: Path, extract: Path, size: int) -> None:
    file = tmp_path / "cut.osm.pbf"
    file.write_bytes(extract.read_bytes()[:size])
    with pytest.raises(PlaceProblem, match=r"is not a whole OpenStreetMap extract|holds no place"):
        osm.read(file, "", quiet)


def test_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(PlaceProblem, match="is not a file"):
        osm.read(tmp_path / "none.osm.pbf", "", quiet)
