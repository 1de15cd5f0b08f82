"""What callers hear who ask about places: near, area, other names, spelling, home, position."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from knowledge.places import home, spelling
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point, towards
from knowledge.places.guide import NOT_LOCATED, OFF_THE_MAP, Guide, from_token
from knowledge.places.kinds import Kind
from knowledge.places.port import Decision, Mode, Route, RouterFault, Told, Whence
from knowledge.places.record import CrossingRecord
from tests.knowledge.places.conftest import named

HERE = Point(22.54, 114.02)
TOKEN = f"{HERE.lat},{HERE.lon},红荔路"
STREET = "440304008"


def off(metres: float, degrees: float = 90.0) -> Point:
    return towards(HERE, degrees, metres)


NAMES = (
    named(1, "第二医院", kind=Kind.HOSPITAL, point=off(300)),
    named(2, "中医院", kind=Kind.HOSPITAL, point=off(120, 0)),
    named(3, "口腔医院", kind=Kind.HOSPITAL, point=off(900, 180)),
    named(4, "远方医院", kind=Kind.HOSPITAL, point=off(1_400)),
    named(5, "邻市医院", kind=Kind.HOSPITAL, point=off(9_000)),
    named(6, "莲花山公园", kind=Kind.PARK, point=off(400), area=STREET),
    named(7, "建设银行", kind=Kind.OTHER, point=off(200)),
    named(8, "深南东路", point=off(500, 270)),
    named(8, "东风路", standard="深南东路", alias="old", point=off(500, 270)),
    named(8, "和平大道", standard="深南东路", alias="popular", point=off(500, 270)),
    named(9, "香梅路", point=off(600, 45)),
    named(10, "人民路", point=off(3_000), area="440304"),
    named(11, "人民路", point=off(30_000), area="440305"),
    named(12, "香蜜湖街道", kind=Kind.TOWN, point=None, area="440304006"),
    named(13, "红荔路", point=off(10)),
    named(14, "清早村", kind=Kind.VILLAGE, point=None, area="440304"),
)  # fmt: skip
CROSSINGS = (CrossingRecord("红荔路", "香梅路", off(30, 180), "440304"),)


class NoRoutes:
    """A router that nobody should ask here."""

    def route(self, start: Point, end: Point, mode: Mode) -> Route:
        raise RouterFault("there are no streets")


@dataclass(frozen=True)
class Kept:
    """A home as the ticket room keeps it."""

    address: str
    position: tuple[float, float] | None = None


GUIDE = Guide(Gazetteer(NAMES, CROSSINGS), NoRoutes())


def told(text: str, here: str = "", whence: Whence | None = None) -> Told:
    return GUIDE.reply((text,), "", here, whence or Whence("440304"))


def test_three_of_a_kind_nearest_first() -> None:
    answer = told("这附近有什么医院", TOKEN)
    assert answer.decision is Decision.NEARBY
    assert [place.name for place in answer.places] == ["中医院", "第二医院", "口腔医院"]
    assert answer.why == (
        "附近有中医院，大约一百二十米；第二医院，大约三百米；口腔医院，大约九百米。"
    )


def test_around_a_place_that_is_named_and_around_home() -> None:
    assert told("香梅路附近有什么公园").why.startswith("香梅路附近有莲花山公园，大约")
    home_here = Whence("440304", None, lambda: Kept("某处", HERE))
    assert told("我家附近有什么公园", "", home_here).why.startswith("您家附近有莲花山公园，大约")


def test_any_kind_leaves_out_roads_and_any_word_is_looked_for_in_names() -> None:
    assert [p.name for p in told("附近有什么", TOKEN).places] == [
        "中医院",
        "第二医院",
        "莲花山公园",
    ]
    assert [p.name for p in told("附近有没有银行", TOKEN).places] == ["建设银行"]


def test_crossings_where_nothing_else_is_known() -> None:
    bare = Guide(Gazetteer(NAMES[8:9], CROSSINGS), NoRoutes())
    answer = bare.reply(("这附近有什么",), "", TOKEN, Whence())
    assert [place.name for place in answer.places] == ["红荔路与香梅路路口"]


def test_nothing_near_says_what_to_do() -> None:
    answer = told("附近有没有火葬场", TOKEN)
    assert answer.decision is Decision.TOLD and "换一个地点" in answer.why


def test_where_it_has_to_be_known_first_where_the_caller_is() -> None:
    assert told("这附近有什么").decision is Decision.WHERE
    located = Whence("440304", HERE)
    assert told("这附近有什么医院", "", located).decision is Decision.NEARBY


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("香梅路在哪个区", "香梅路在深圳市福田区。"),
        ("莲花山公园属于哪个区", "莲花山公园在深圳市福田区莲花街道，在第二医院附近。"),
        ("香蜜湖街道归哪个区管", "香蜜湖街道在深圳市福田区。"),
        ("人民路在哪个区", "人民路在深圳市福田区。人民路在深圳市南山区。"),
        ("深南东路以前叫什么", "深南东路以前叫东风路。"),
        ("东风路现在叫什么", "东风路现在叫深南东路。"),
        ("东风路以前叫什么", "东风路现在叫深南东路。"),
        ("香梅路以前叫什么", "没有香梅路改过名字的记录。"),
        ("深南东路现在叫什么", "深南东路现在还叫深南东路，也叫和平大道。"),
        ("香梅路的没是哪个没", "香梅路的梅，是梅花的梅。"),
        ("香梅路怎么写", "香梅路是香水的香，梅花的梅，道路的路。"),
        ("香梅路怎么念", "香梅路读作香梅路：香，第一声；梅，第二声；路，第四声。"),
        ("香梅路的天是哪个天", "香梅路是香水的香，梅花的梅，道路的路。"),
    ],
)
def test_a_sentence(text: str, sentence: str) -> None:
    assert told(text) == Told(Decision.TOLD, (), sentence)


@pytest.mark.parametrize(
    "text", ["乌有之乡在哪个区", "乌有之乡以前叫什么", "乌有之乡怎么写", "乌有之乡附近有什么"]
)
def test_a_place_that_does_not_exist(text: str) -> None:
    answer = told(text)
    assert answer.decision is Decision.TOLD and "请说" in answer.why and not answer.places


def test_whoever_uses_an_old_name_hears_the_new_one() -> None:
    answer = told("去东风路怎么走")
    assert answer.decision is Decision.SURE and answer.places[0].name == "深南东路"
    assert answer.why == "东风路现在叫深南东路。"
    assert told("去和平大道怎么走").why == "" and told("去香梅路怎么走").why == ""


def test_home() -> None:
    assert told("我在家") == Told(Decision.TOLD, (), home.NOT_KNOWN)
    at = told("我在家里", "", Whence("", None, lambda: Kept("某处", HERE)))
    assert at.decision is Decision.SURE and from_token(at.places[0].token).name == "您家"
    assert at.places[0].point == HERE


@pytest.mark.parametrize(
    "address", ["深圳市福田区香梅路8号3栋502室", "广东省深圳市福田区香梅路", "香梅路12号楼"]
)
def test_a_home_without_a_position_is_found_by_its_address(address: str) -> None:
    found = told("我在家", "", Whence("", None, lambda: Kept(address)))
    assert found.places[0].point == off(600, 45) and found.places[0].label == "您家"
    assert address not in found.why
    lost = told("我在家", "", Whence("", None, lambda: Kept("乌有之乡9号")))
    assert lost == Told(Decision.TOLD, (), home.NOT_FOUND)


def test_where_the_device_is() -> None:
    found = told("我在这里", "", Whence("", HERE))
    assert found.decision is Decision.SURE
    assert found.places[0].label == "红荔路与香梅路路口附近" and found.places[0].point == HERE
    assert "定位显示" in found.why
    assert told("我在这里").why == NOT_LOCATED
    assert told("我在这里", "", Whence("", Point(30.0, 100.0))).why == OFF_THE_MAP


def test_a_name_without_a_position_says_so() -> None:
    answer = told("清早村")
    assert answer.decision is Decision.NOTHING and "清早村" in answer.why and "坐标" in answer.why


def test_more_than_three_of_one_name_come_in_one_list() -> None:
    many = [named(20 + n, "中山路", point=off(5_000 + n, n), area=f"44030{n}") for n in range(3, 8)]
    answer = Guide(Gazetteer(many), NoRoutes()).reply(("中山路",), "", "", Whence())
    assert answer.decision is Decision.CHOOSE and len(answer.places) == 5
    assert len({place.label for place in answer.places}) == 5


def test_characters_of_several_readings() -> None:
    assert spelling.written("长江路").startswith("长短的长，")
    assert spelling.written("成长街")[:9] == "成功的成，长大的长"
    assert spelling.written("冼村").startswith("冼，第三声，") and spelling.read("") == ""
    assert spelling.pinyin_of("香梅路") == "xiāng méi lù"


def test_no_word_of_the_list_is_wrong() -> None:
    for char, words in spelling._chosen().items():
        assert all(char in word for word in words), char
        assert len({w for w in words if spelling._GRIM.search(w)}) == 0
