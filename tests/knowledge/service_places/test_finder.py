"""From a caller's sentence to what is told, with the real table and real names of places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.db import Sessions
from knowledge.editing import Doer
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.port import FoundPlaces
from knowledge.service_places import batch
from knowledge.service_places.finder import Finder, Found
from knowledge.service_places.record import Kind, ServicePlace
from tests.knowledge.places.conftest import named
from tests.knowledge.service_places.samples import DAY, TABLE, place

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
CITY, DISTRICT = "440100", "440104"
NAMES = Gazetteer(
    [
        named(1, "东山口", point=Point(23.1250, 113.2940), area="440104"),
        named(2, "人民路", point=Point(23.13, 113.25), area="440104"),
        named(3, "人民路", point=Point(22.98, 113.1), area="440604"),
        named(4, "远方路", point=Point(24.9, 116.0), area="441403"),
    ]
)


def look_up(text: str, near: Point | None = None, area: str = "") -> FoundPlaces:
    return NAMES.find(text, near, area, placed=True)


def put(sessions: Sessions, *places: ServicePlace) -> None:
    doer = Doer("chen", NOW, DAY)
    batch.write(sessions, batch.Plan(added=places), "a.csv", doer)


@pytest.fixture
def finder(sessions: Sessions) -> Finder:
    put(sessions, *TABLE)
    return Finder(sessions, look_up)


def told(found: Found) -> list[str]:
    return [each.label for each in found.places]


def test_without_a_table_nothing_can_be_told(sessions: Sessions) -> None:
    assert Finder(sessions, look_up).find("附近的养老院").decision == "unavailable"


def test_a_district_by_name(finder: Finder) -> None:
    found = finder.find("越秀区有哪些养老院", area=CITY)
    assert found.decision == "found" and found.where == "area:440104"
    assert found.why == "越秀区有三家养老机构。"
    assert told(found) == ["东山示例养老院", "示例养老院YX-2", "示例养老院YX-3"]
    assert found.places[0].token == "23.125000,113.295000,东山示例养老院"
    assert found.places[2].token == "" and found.start is None


def test_near_a_place_nearest_first_with_distances(finder: Finder) -> None:
    found = finder.find("东山口附近的养老院", area=CITY)
    assert told(found) == ["东山示例养老院", "示例养老院YX-2", "示例养老院TH-1"]
    assert found.why == "离东山口最近的三家养老机构，从近的说起。"
    assert found.places[0].texts[0] == "第一家，东山示例养老院，大约一百米。"
    assert found.start == ("23.125000,113.294000,东山口", "东山口")


def test_where_is_asked_only_when_it_is_not_known(finder: Finder) -> None:
    asked = finder.find("离我最近的婚姻登记处在哪", area=CITY)
    assert (asked.decision, asked.kind) == ("where", "marriage_registry")
    assert told(finder.find("我在越秀区", kind=asked.kind, area=CITY)) == ["越秀区婚姻登记处"]
    assert told(finder.find("附近的婚姻登记处", area=DISTRICT)) == ["越秀区婚姻登记处"]


def test_a_kind_is_asked_for_and_what_was_said_of_where_is_kept(finder: Finder) -> None:
    assert finder.find("").decision == "kind"
    assert finder.find("我要找服务网点").decision == "kind"
    assert finder.find("养老院", kind="", where="area:440104").decision == "found"


def test_what_is_no_place_is_said_to_be_none(finder: Finder) -> None:
    found = finder.find("哗啦啦啦啦", kind="care_home", area=CITY)
    assert (found.decision, found.why) == ("where", "没有找到和“哗啦啦啦啦”相近的地方。")
    known = finder.find("哗啦啦啦啦", kind="care_home", where="area:440104", area=CITY)
    assert known.decision == "where" and known.where == "area:440104"
    assert finder.find("嗯", kind="care_home", where="area:440104").decision == "where"


def test_another_kind_in_the_same_place(finder: Finder) -> None:
    found = finder.find("那婚姻登记处呢", kind="care_home", where="area:440104", area=CITY)
    assert told(found) == ["越秀区婚姻登记处"]


def test_places_of_one_name_are_told_apart(finder: Finder) -> None:
    found = finder.find("人民路附近的养老院", area="")
    assert found.decision == "choose" and len(found.choices) == 2
    token, label = found.choices[0]
    assert "的人民路" in label
    assert finder.find("", kind="care_home", where=token).decision == "found"


def test_the_better_reading_counts(finder: Finder) -> None:
    found = finder.find("东三扣", "东山口", "care_home", "", CITY)
    assert found.decision == "found" and found.start and found.start[1] == "东山口"
    assert finder.find("附近的养路", "附近的养老院", area=DISTRICT).kind == "care_home"


def test_a_district_without_any_gets_the_nearest_of_the_city(finder: Finder) -> None:
    found = finder.find("越秀区有没有救助站", area=CITY)
    assert found.why == "越秀区没有登记救助站。广州市有一个救助站。"
    assert told(found) == ["示例救助站"]
    nothing = finder.find("越秀区有没有长者饭堂", area=CITY)
    assert (nothing.decision, nothing.why) == ("nothing", "越秀区没有登记长者饭堂。")


def test_what_is_far_away_is_not_near(finder: Finder) -> None:
    found = finder.find("远方路附近的养老院")
    assert (found.decision, found.why) == ("nothing", "远方路附近没有登记养老机构。")


def test_a_whole_city_is_asked_for_a_district_once(finder: Finder) -> None:
    asked = finder.find("广州有哪些养老院", area=CITY)
    assert asked.decision == "where" and asked.where == "area:440100"
    again = finder.find("广州市", kind=asked.kind, where=asked.where, area=CITY)
    assert again.why == "广州市有四家养老机构，先说三家。"
    assert finder.find("广州有没有救助站", area=CITY).decision == "found"


def test_a_town_of_a_district(finder: Finder, sessions: Sessions) -> None:
    put(sessions, place("LH", kind=Kind.CANTEEN, area="440304008", name="莲花示例长者饭堂"))
    found = finder.find("福田区莲花街道有没有长者饭堂", area="440300")
    assert found.where == "area:440304008" and told(found) == ["莲花示例长者饭堂"]
    assert found.why == "莲花街道有一家长者饭堂。"


def test_what_was_imported_a_moment_ago_is_told(finder: Finder, sessions: Sessions) -> None:
    put(sessions, place("YX-0", area="440104", point=Point(23.1250, 113.2941)))
    assert told(finder.find("东山口附近的养老院"))[0] == "示例养老院YX-0"
