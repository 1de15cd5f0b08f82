"""What place a sentence is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.asked import AskedPlace, asked


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("去香梅路怎么走", "香梅路"),
        ("您好，请问一下到市民中心怎么走啊？", "市民中心"),
        ("我现在在香蜜公园门口", "香蜜公园"),
        ("我想去福田区民政局", "福田区民政局"),
        ("怎么去红荔西路", "红荔西路"),
        ("我要问一下香梅路在哪个区", "香梅路"),
        ("和平路", "和平路"),
        ("大同街", "大同街"),
        ("怎么走", "怎么走"),
        ("", ""),
    ],
)
def test_one_name(text: str, name: str) -> None:
    assert asked(text) == AskedPlace(name)


@pytest.mark.parametrize(
    "text",
    [
        "红荔路与香梅路路口",
        "我在红荔路和香梅路交叉口",
        "红荔路跟香梅路的十字路口这里",
        "红荔路，香梅路口",
    ],
)
def test_a_crossing(text: str) -> None:
    assert asked(text) == AskedPlace("红荔路", "香梅路", at_corner=True)


def test_two_roads_without_a_word_for_crossing() -> None:
    assert asked("红荔路和香梅路") == AskedPlace("红荔路", "香梅路")


@given(st.text(max_size=40))
def test_never_raises_and_adds_nothing(text: str) -> None:
    found = asked(text)
    assert set(found.name + found.second) <= set(text)
