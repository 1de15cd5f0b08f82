"""Which area somebody names, by sound."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core.area import level, name, names
from core.area_names import mentioned, named, short_name
from knowledge.places import divisions

GUANGDONG = "440000"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("天河", "440106"),
        ("我在天河区", "440106"),
        ("广州天河", "440106"),
        ("广州", "440100"),
        ("我住在顺德那边", "440606"),
        ("蓝山区", "440305"),
        ("赠城", "440118"),
        ("连南", "441826"),
        ("花都狮岭镇", "440114"),
        ("狮岭镇", "440114"),
        ("我住石牌街道", "440106"),
        ("我在石牌", "440106"),
        ("沙面那边", "440103"),
        ("惠州石湾镇", "441322"),
        ("东莞长安镇", "441900"),
        ("湖南城关镇", "430000"),
        ("江城区", "441702"),
        ("汕尾城区", "441502"),
        ("湖南", "430000"),
        ("城区", ""),
        ("我不知道", ""),
        ("七十二岁", ""),
        ("不是", ""),
        ("广州或者深圳", ""),
        ("", ""),
    ],
)
def test_the_answer_to_where_you_are(said: str, code: str) -> None:
    assert named(said, GUANGDONG) == code


def test_a_town_of_which_there_are_several() -> None:
    assert named("太平镇", GUANGDONG) == ""
    assert named("太平镇", "440100") == "440117"
    assert named("韶关太平镇", GUANGDONG) == "440222"


def test_the_towns_are_those_of_the_divisions() -> None:
    with (Path(core.__file__).parent / "towns.csv").open(encoding="utf-8", newline="") as file:
        towns = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert len(towns) > 1_600 and set(towns.items()) <= set(divisions.names().items())
    assert {code[:6] for code in towns} <= set(names())


def test_what_is_near_goes_before_what_is_far() -> None:
    assert named("城区", "441500") == "441502"
    assert named("从广州到深圳", "440100") == "440100"
    assert named("深圳", "440100") == "440300"
    assert named("天河区或者南山区", "440100") == "440106"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("深圳的低保标准是多少", "440300"),
        ("天河区高龄津贴多少", "440106"),
        ("惠州火化可以免多少钱", "441300"),
        ("离婚要双方情愿吗", ""),
        ("有人冒名领低保怎么办", ""),
        ("我在天河高高兴兴", ""),
        ("湖南人能领低保吗", ""),
        ("从广州搬到深圳低保怎么办", ""),
    ],
)
def test_what_a_question_names_beside_its_matter(question: str, code: str) -> None:
    assert mentioned(question) == code


@pytest.mark.parametrize("code", [each for each in names() if each != "441502"])
def test_every_area_is_understood_by_its_names(code: str) -> None:
    assert named(name(code)) == code
    if short_name(code):
        assert named(f"我在{short_name(code)}") == code


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30), st.text(max_size=7))
def test_junk_names_an_area_or_none(text: str, near: str) -> None:
    found = named(text, GUANGDONG), mentioned(text), named(text, "")
    assert all(code == "" or code in names() for code in found)
    assert not mentioned(text) or level(mentioned(text)) >= 2
    assert short_name(near) == "" or near in names()
