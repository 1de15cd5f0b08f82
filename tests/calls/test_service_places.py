"""What the knowledge room finds reaches the dialogue whole; other questions go on as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime

from core.crypto import Vault
from core.db import open_database, open_sessions
from core.migrate import upgrade
from ivr import events as ivr
from knowledge.editing import Doer
from knowledge.places.gazetteer import Gazetteer
from knowledge.service_places import batch
from knowledge.service_places.finder import Finder, Found
from telephony.calls.ports import Seeker, Showing, Sought
from telephony.calls.service_places import with_service_places
from tests.knowledge.service_places.samples import TABLE

HERE = Seeker("440100")


def directions(asked: Sought, asker: Seeker) -> Showing:
    return ivr.PlacesFound("ready", why=asker.area)


def test_both_rooms_name_the_same_facts() -> None:
    assert [f.name for f in fields(Found)] == [f.name for f in fields(ivr.ServicePlacesFound)]


def test_a_real_table_is_told_and_rendered_beforehand(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    sessions = open_sessions(open_database(url, Vault(bytes(32))))
    doer = Doer("chen", datetime(2026, 11, 29, tzinfo=UTC), date(2026, 11, 29))
    batch.write(sessions, batch.Plan(added=TABLE), "a.csv", doer)
    names = Gazetteer([])
    finder = Finder(sessions, lambda text, near=None, area="": names.find(text, near, area))
    warmed: list[Sequence[str]] = []
    guide = with_service_places(directions, finder.find, warmed.append)
    found = guide(ivr.FindServicePlaces("越秀区有哪些养老院"), HERE)
    assert isinstance(found, ivr.ServicePlacesFound)
    assert (found.decision, found.where) == ("found", "area:440104")
    assert found.places[0].label == "东山示例养老院"
    assert warmed == [[found.why, *(text for place in found.places for text in place.texts)]]
    assert guide(ivr.FindPlace(""), HERE) == ivr.PlacesFound("ready", why="440100")
    choose = guide(ivr.FindServicePlaces("救助站"), HERE)
    assert isinstance(choose, ivr.ServicePlacesFound) and choose.decision == "where"
