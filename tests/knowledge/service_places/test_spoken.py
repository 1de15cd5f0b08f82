"""The sentences that callers hear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.voice.reading import for_ear
from knowledge.service_places import spoken
from knowledge.service_places.record import Kind
from knowledge.service_places.search import Hit
from tests.knowledge.service_places.samples import HOME


def test_all_that_is_known_of_a_place() -> None:
    assert spoken.place(Hit(HOME, 1234.0), 0) == (
        "第一家，东山示例养老院，大约一点二公里。",
        "地址，示例一路1号。",
        "开放时间，每天9:00-17:00。",
        "电话，020-83000001。",
        "三星级，每月2000元到4500元。",
        "截至2026年11月20日，有8张空床。",
    )


def test_nothing_is_said_of_what_is_not_known() -> None:
    bare = replace(
        HOME, kind=Kind.RELIEF_STATION, hours="", phone="", level=0, price_from=None,
        price_to=None, beds_free=None,
    )  # fmt: skip
    said = spoken.place(Hit(bare), 2)
    assert said == ("第三个，东山示例养老院。", "地址，示例一路1号。")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price_to": None}, "三星级，每月2000元起。"),
        ({"price_to": 2000, "level": 0}, "每月2000元。"),
        ({"price_from": None, "level": 0}, "每月最高4500元。"),
        ({"beds_free": 0}, "截至2026年11月20日，没有空床。"),
        ({"phone": "02083000001；13800138000"}, "电话，020-83000001。"),
        ({"phone": "0755-83000001、83000002"}, "电话，0755-83000001。"),
        ({"phone": "12349"}, "电话，12349。"),
        ({"hours": "全天。"}, "开放时间，全天。"),
    ],
)
def test_each_sentence(changes: dict[str, object], said: str) -> None:
    assert said in spoken.place(Hit(replace(HOME, **changes)), 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("电话，020-83000001。", "零二零，八三零零，零零零幺"),
        ("开放时间，每天9:00-17:00。", "每天九点到十七点"),
        ("开放时间，周一至周五8:30-12:00，14:00-17:30。", "十四点到十七点半"),
        ("截至2026年11月20日，有8张空床。", "二零二六年十一月二十日，有八张空床"),
        ("三星级，每月2000元到4500元。", "每月两千元到四千五百元"),
    ],
)
def test_the_voice_reads_it_as_people_say_it(text: str, heard: str) -> None:
    assert heard in for_ear(text)


@pytest.mark.parametrize(
    ("told", "count", "where", "asked", "said"),
    [
        (3, 12, "越秀区", "", "越秀区有十二家养老机构，先说三家。"),
        (2, 2, "越秀区", "", "越秀区有两家养老机构。"),
        (1, 1, "广州市", "越秀区", "越秀区没有登记养老机构。广州市有一家养老机构。"),
        (3, 0, "东山口", "", "离东山口最近的三家养老机构，从近的说起。"),
        (1, 0, "东山口", "", "离东山口最近的养老机构是这一家。"),
    ],
)
def test_what_comes_before_the_first(
    told: int, count: int, where: str, asked: str, said: str
) -> None:
    assert spoken.before_first(Kind.CARE_HOME, told, count, where, asked) == said
