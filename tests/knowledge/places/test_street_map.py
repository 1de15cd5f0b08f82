"""The street map's file: built from the real extract and from the made-up town."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from core.db import Sessions
from core.settings import Settings
from knowledge.places import sample, street_map
from knowledge.places.commands import make_places
from knowledge.places.geo import Point
from knowledge.places.map_shapes import world
from knowledge.places.record import PlaceProblem

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def quiet(line: str) -> None:
    """Progress that nobody reads."""


def shapes(folder: Path, level: int, point: Point) -> dict[str, Any]:
    """What the piece at a point holds."""
    x, y = (int(v * 2**level) for v in world(point))
    body = street_map.piece(folder, level, x, y)
    assert body is not None
    found: dict[str, Any] = json.loads(gzip.decompress(body))
    return found


def test_the_real_extract(extract: Path, tmp_path: Path) -> None:
    made = street_map.build(extract, tmp_path, NOW, quiet)
    assert street_map.about(tmp_path) == made
    south, west, north, east = made.bounds
    assert (south, west, north, east) == pytest.approx((22.516, 113.997, 22.551, 114.040), abs=2e-3)
    middle = Point(22.5412, 114.0202)
    near, middling, far = (shapes(tmp_path, level, middle) for level in (14, 12, 9))
    assert {"primary", "secondary", "tertiary", "street", "service", "foot"} <= set(near["lines"])
    assert "tertiary" in middling["lines"] and "street" not in middling["lines"]
    assert "primary" in far["lines"] and "secondary" not in far["lines"]
    assert {"红荔西路", "深南大道"} <= {label[0] for label in near["labels"]}
    assert street_map.piece(tmp_path, 14, 0, 0) is None
    assert (tmp_path / street_map.FILE).stat().st_size < 200_000


def test_water_parks_and_rails_of_the_made_up_town(tmp_path: Path) -> None:
    file = sample.write(tmp_path)
    assert file.read_bytes() == sample.write(tmp_path / "again").read_bytes()
    assert file.stat().st_size < 200_000
    street_map.build(file, tmp_path, NOW, quiet)
    west = shapes(tmp_path, 14, Point(21.001, 114.496))
    assert {"water", "park"} <= set(west["areas"])
    assert "rail" in shapes(tmp_path, 14, Point(21.0, 114.509))["lines"]
    assert "样例大道" in {label[0] for label in west["labels"]}


def test_a_new_map_takes_the_place_of_the_old(extract: Path, tmp_path: Path) -> None:
    old = street_map.build(sample.write(tmp_path), tmp_path / "map", NOW, quiet)
    new = street_map.build(extract, tmp_path / "map", NOW, quiet)
    assert street_map.about(tmp_path / "map").version == new.version != old.version
    assert [file.name for file in (tmp_path / "map").iterdir()] == [street_map.FILE]


@pytest.mark.parametrize("torn", [b"", b"no extract at all", None])
def test_a_torn_extract_leaves_the_old_map(
    torn: bytes | None, extract: Path, tmp_path: Path
) -> None:
    old = street_map.build(sample.write(tmp_path), tmp_path / "map", NOW, quiet)
    file = tmp_path / "torn.osm.pbf"
    file.write_bytes(extract.read_bytes()[:40_000] if torn is None else torn)
    with pytest.raises(PlaceProblem, match=r"torn\.osm\.pbf"):
        street_map.build(file, tmp_path / "map", NOW, quiet)
    assert street_map.about(tmp_path / "map") == old
    assert [found.name for found in (tmp_path / "map").iterdir()] == [street_map.FILE]


def test_no_map_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(street_map.MapMissing, match="hotline places build-map"):
        street_map.about(tmp_path)
    (tmp_path / street_map.FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(street_map.MapMissing):
        street_map.about(tmp_path)
    with pytest.raises(street_map.MapMissing):
        street_map.piece(tmp_path, 14, 1, 1)


@pytest.fixture
def places(sessions: Sessions, tmp_path: Path) -> click.Group:
    settings = Settings(data=tmp_path / "data")
    return make_places(lambda: (settings, sessions), lambda: settings, lambda: NOW)


def say(places: click.Group, *words: object) -> Result:
    return CliRunner().invoke(places, [str(word) for word in words])


def test_the_made_up_town_is_loaded(places: click.Group, tmp_path: Path) -> None:
    done = say(places, "sample")
    assert done.exit_code == 0, done.output
    assert "sample: 27 added" in done.output and "7 pieces" in done.output
    assert street_map.about(tmp_path / "data" / "map").attribution == sample.ATTRIBUTION
    assert say(places, "find", "去样例医院怎么走").exit_code == 0
    assert "27 as before" in say(places, "sample").output


def test_the_made_up_town_leaves_a_real_map(
    places: click.Group, extract: Path, tmp_path: Path
) -> None:
    built = say(places, "build-map", extract)
    assert built.exit_code == 0 and "© OpenStreetMap contributors" in built.output
    assert "stays" in say(places, "sample").output
    assert street_map.about(tmp_path / "data" / "map").file == extract.name
    wrong = say(places, "build-map", tmp_path / "none.osm.pbf")
    assert wrong.exit_code == 1 and "the street map stays as it was" in wrong.output
