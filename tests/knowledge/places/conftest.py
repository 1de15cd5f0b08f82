"""A database, and the real extract of Futian read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.migrate import upgrade
from core.sound import sounds
from knowledge.places import osm
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.kinds import Kind
from knowledge.places.record import Reading
from knowledge.places.store import Named


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on an empty, migrated SQLite database."""
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    upgrade(url)
    engine = open_database(url, Vault(bytes(32)))
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def extract(shared: Path) -> Path:
    """The real OpenStreetMap extract of Shenzhen Futian."""
    return shared / "places" / "shenzhen_futian.osm.pbf"


@pytest.fixture(scope="session")
def futian(extract: Path) -> Reading:
    """What is in it."""
    return osm.read(extract, "440304", lambda line: None)


@pytest.fixture(scope="session")
def gazetteer(futian: Reading) -> Gazetteer:
    """Its names and crossings in memory."""
    return Gazetteer(
        (
            named(at, place.name, kind=place.kind, point=place.point, area=place.area)
            for at, place in enumerate(futian.places)
        ),
        futian.crossings,
    )


def named(
    place: int,
    name: str,
    *,
    standard: str = "",
    alias: str = "",
    kind: Kind = Kind.ROAD,
    point: Point | None = Point(22.53, 114.02),
    area: str = "440304",
    importance: float = 0.5,
) -> Named:
    """A name as the store gives it."""
    return Named(
        place, name, sounds(name), alias, standard or name, kind.value, area, point, importance, ""
    )
