"""Finding places by what was said: exact, alias, by sound, contained; and telling them apart."""

from __future__ import annotations

import pytest

from knowledge.places.gazetteer import MOST, Gazetteer
from knowledge.places.geo import Point, towards
from knowledge.places.kinds import Kind
from knowledge.places.port import Match, Sureness
from tests.knowledge.places.conftest import named

HERE = Point(22.54, 114.03)


def test_said_as_it_is_written(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("去香梅路怎么走")
    assert found.sureness is Sureness.SURE
    (place,) = found.places
    assert (place.name, place.match, place.area_name) == ("香梅路", Match.NAME, "深圳市福田区")


@pytest.mark.parametrize("heard", ["香煤路", "乡梅路", "香没路", "江梅路"])
def test_heard_as_something_else(gazetteer: Gazetteer, heard: str) -> None:
    found = gazetteer.find(heard)
    assert found.places[0].name == "香梅路" and found.places[0].match is Match.SOUND


def test_confusions_of_southern_speakers(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("洪立路").places[0].name == "红荔路"  # hong li
    assert gazetteer.find("奴林路").places[0].name == "农林路"


def test_a_name_inside_a_sentence(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("那个靠近农园路的地方吧")
    assert found.places[0].name == "农园路" and found.places[0].match is Match.PART


@pytest.mark.parametrize(
    "text", ["红荔路与香梅路路口", "我在红栗路和香煤路的交叉口", "香梅路红荔路", "红荔路香梅路口"]
)
def test_a_crossing(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find(text)
    assert found.sureness is Sureness.SURE and found.places[0].match is Match.CROSSING
    assert {"红荔路", "香梅路"} <= set(found.places[0].name.removesuffix("路口").split("与"))


def test_roads_that_do_not_meet(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("福强路和景田路路口")
    assert found.sureness is Sureness.NOTHING and found.why == "福强路和景田路没有相交的路口。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("路", "太短"),
        ("", "太短"),
        ("。。。", "太短"),
        ("不存在的地方", "没有找到"),
        ("今天天气", "没有找到"),
    ],
)
def test_nothing_gets_a_sentence(gazetteer: Gazetteer, text: str, said: str) -> None:
    found = gazetteer.find(text)
    assert found.sureness is Sureness.NOTHING and not found.places and said in found.why


@pytest.mark.parametrize(
    ("heard", "meant"), [("七项美术怎么走", "香梅路"), ("火灾能力路", "农林路")]
)
def test_what_a_recogniser_made_of_it(gazetteer: Gazetteer, heard: str, meant: str) -> None:
    """Texts that the hotline's own recogniser wrote for 去香梅路怎么走 and 我在农林路."""
    found = gazetteer.find(heard, placed=True)
    assert meant in {place.name for place in found.places}


def test_names_that_sound_the_same_are_offered(gazetteer: Gazetteer) -> None:
    found = gazetteer.find("新洲四街")  # 新州四街 in the extract
    assert found.places[0].name == "新州四街"


def test_one_name_in_two_districts() -> None:
    both = [
        named(1, "人民路", area="440304", point=HERE),
        named(2, "人民路", area="440305", point=towards(HERE, 270, 9000)),
    ]
    index = Gazetteer(both)
    found = index.find("人民路")
    assert found.sureness is Sureness.CHOOSE
    assert {place.label for place in found.places} == {"福田区的人民路", "南山区的人民路"}
    near = index.find("人民路", near=towards(HERE, 0, 500))
    assert near.sureness is Sureness.SURE and near.places[0].area == "440304"
    assert near.places[0].metres == 500


def test_apart_by_kind_and_by_landmark() -> None:
    kinds = Gazetteer([named(1, "香梅", kind=Kind.STATION), named(2, "香梅", kind=Kind.ESTATE)])
    assert {p.label for p in kinds.find("香梅").places} == {"香梅（车站）", "香梅（小区）"}
    far = towards(HERE, 0, 3000)
    marks = Gazetteer(
        [
            named(1, "一号路", point=HERE),
            named(2, "一号路", point=far),
            named(3, "市民公园", kind=Kind.PARK, point=towards(HERE, 90, 100)),
            named(4, "上沙学校", kind=Kind.SCHOOL, point=towards(far, 90, 100)),
        ]
    )
    labels = {place.label for place in marks.find("一号路").places}
    assert labels == {"市民公园附近的一号路", "上沙学校附近的一号路"}


def test_never_more_than_three() -> None:
    areas = ["440303", "440304", "440305", "440306", "440307"]
    many = Gazetteer(named(at, "解放路", area=area) for at, area in enumerate(areas))
    found = many.find("解放路")
    assert len(found.places) == MOST and found.sureness is Sureness.CHOOSE
    assert many.find("解放路", area="440306").sureness is Sureness.CHOOSE


def test_an_old_name_leads_to_the_new() -> None:
    index = Gazetteer([named(1, "滨河大道"), named(1, "滨海路", standard="滨河大道", alias="old")])
    (place,) = index.find("滨海路").places
    assert (place.name, place.matched, place.alias) == ("滨河大道", "滨海路", "old")
    assert place.match is Match.ALIAS


def test_a_name_without_a_position_comes_last_and_can_be_left_out() -> None:
    index = Gazetteer(
        [named(1, "南岭村", point=None), named(2, "南岭村", point=HERE, area="440307")]
    )
    assert index.find("南岭村").places[0].place == 2
    assert [p.place for p in index.find("南岭村", placed=True).places] == [2]
    nowhere = Gazetteer([named(1, "南岭村", point=None)])
    assert nowhere.find("南岭村", placed=True).sureness is Sureness.NOTHING


def test_an_empty_gazetteer() -> None:
    assert Gazetteer([]).find("香梅路").sureness is Sureness.NOTHING
