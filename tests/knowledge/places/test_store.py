"""Places in the database: again changes nothing, what is gone stays but is not found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.db import Sessions
from knowledge.places import divisions, store
from knowledge.places.geo import Point
from knowledge.places.kinds import Kind
from knowledge.places.record import AliasKind, CrossingRecord, PlaceRecord, Reading
from knowledge.places.store import Imported
from knowledge.places.tables import Place, PlaceAlias

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ROAD = PlaceRecord(
    "1", "香梅路", Kind.ROAD, "440304", Point(22.54, 114.03), aliases=(("梅路", AliasKind.OLD),)
)
PARK = PlaceRecord("2", "莲花山公园", Kind.PARK, "440304", Point(22.55, 114.05))
CORNER = CrossingRecord("红荔路", "香梅路", Point(22.548, 114.034), "440304")


def put(sessions: Sessions, *places: PlaceRecord, source: str = "a") -> Imported:
    reading = Reading(places, (CORNER,))
    return store.put(sessions, source, reading, NOW + timedelta(days=1), lambda line: None)


def test_again_changes_nothing(sessions: Sessions) -> None:
    assert put(sessions, ROAD, PARK) == Imported(2, 0, 0, 0, 1)
    with sessions() as db:
        before = db.scalars(select(Place.id).order_by(Place.id)).all()
    assert put(sessions, ROAD, PARK) == Imported(0, 0, 2, 0, 1)
    with sessions() as db:
        assert db.scalars(select(Place.id).order_by(Place.id)).all() == before
    assert store.crossings(sessions) == [CORNER]


def test_names_come_with_their_others(sessions: Sessions) -> None:
    put(sessions, ROAD, PARK)
    names = list(store.names(sessions))
    assert [(n.name, n.standard, n.alias) for n in names] == [
        ("香梅路", "香梅路", ""), ("莲花山公园", "莲花山公园", ""), ("梅路", "香梅路", "old"),
    ]  # fmt: skip
    assert names[0].sounds == ("xiang", "mei", "lu") and names[0].point == ROAD.point
    assert names[2].place == names[0].place


def test_a_changed_place_keeps_its_id_and_loses_old_aliases(sessions: Sessions) -> None:
    put(sessions, ROAD)
    changed = replace(ROAD, name="香梅大道", aliases=(("香梅路", AliasKind.OLD),))
    assert put(sessions, changed) == Imported(0, 1, 0, 0, 1)
    assert {n.name for n in store.names(sessions)} == {"香梅大道", "香梅路"}
    with sessions() as db:
        assert db.scalar(select(func.count()).select_from(PlaceAlias)) == 1


def test_what_is_gone_is_kept_but_not_found_and_may_come_back(sessions: Sessions) -> None:
    put(sessions, ROAD, PARK)
    assert put(sessions, ROAD) == Imported(0, 0, 1, 1, 1)
    assert "莲花山公园" not in {n.name for n in store.names(sessions)}
    with sessions() as db:
        assert db.scalar(select(func.count()).select_from(Place)) == 2
    assert put(sessions, ROAD) == Imported(0, 0, 1, 0, 1)
    assert put(sessions, ROAD, PARK) == Imported(0, 1, 1, 0, 1)


def test_sources_do_not_disturb_each_other(sessions: Sessions) -> None:
    put(sessions, ROAD, source="a")
    assert put(sessions, PARK, source="b") == Imported(1, 0, 0, 0, 1)
    assert len(list(store.names(sessions))) == 3


def test_all_or_nothing(sessions: Sessions) -> None:
    put(sessions, ROAD)
    broken = replace(PARK, key=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="NOT NULL"):
        put(sessions, replace(ROAD, name="别的路"), broken)
    assert "别的路" not in {n.name for n in store.names(sessions)}


def test_the_divisions(sessions: Sessions) -> None:
    reading = divisions.read()
    kinds = [place.kind for place in reading.places]
    # 东莞 and 中山 have no counties: one code stands for both levels.
    assert kinds.count(Kind.AREA) == 21 + 124 - 2 and kinds.count(Kind.TOWN) == 1757
    found = {place.key: place for place in reading.places}
    assert found["440304"].name == "福田区" and found["440304"].aliases == (
        ("福田", AliasKind.SHORT),
    )
    assert divisions.full_name("440304006") == "深圳市福田区香蜜湖街道"
    assert not any("虚拟" in place.name for place in reading.places) and reading.skipped > 0
