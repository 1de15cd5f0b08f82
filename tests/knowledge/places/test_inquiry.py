"""What callers ask about places beside the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.asked import asked, at_home, right_here
from knowledge.places.inquiry import About, Inquiry, inquiry
from knowledge.places.kinds import Kind


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("这附近有什么", Inquiry(About.NEARBY)),
        ("请问我这里附近有什么好玩的地方啊", Inquiry(About.NEARBY)),
        ("附近有什么医院", Inquiry(About.NEARBY, "", "医院", Kind.HOSPITAL)),
        ("附近有什么一院", Inquiry(About.NEARBY, "", "一院", Kind.HOSPITAL)),
        ("这附近有没有公园吗", Inquiry(About.NEARBY, "", "公园", Kind.PARK)),
        ("附近的地铁站在哪里", Inquiry(About.NEARBY, "", "地铁站", Kind.STATION)),
        ("离我最近的医院在哪里", Inquiry(About.NEARBY, "", "医院", Kind.HOSPITAL)),
        ("附近有银行吗", Inquiry(About.NEARBY, "", "银行", None)),
        ("香梅路附近有什么学校", Inquiry(About.NEARBY, "香梅路", "学校", Kind.SCHOOL)),
        ("我家附近有什么医院", Inquiry(About.NEARBY, "我家", "医院", Kind.HOSPITAL)),
        ("香梅路在哪个区", Inquiry(About.AREA, "香梅路")),
        ("请问一下香梅路属于哪个街道呀", Inquiry(About.AREA, "香梅路")),
        ("香蜜湖归哪个区管", Inquiry(About.AREA, "香蜜湖")),
        ("东风路以前叫什么", Inquiry(About.OLD_NAME, "东风路")),
        ("东风路原来的名字叫什么", Inquiry(About.OLD_NAME, "东风路")),
        ("东风路的老名字是什么", Inquiry(About.OLD_NAME, "东风路")),
        ("东风路现在叫什么名字", Inquiry(About.NEW_NAME, "东风路")),
        ("东风路现在改名叫什么了", Inquiry(About.NEW_NAME, "东风路")),
        ("香梅路的梅是哪个梅", Inquiry(About.CHARACTER, "香梅路", "梅")),
        ("香梅路的没是哪个没", Inquiry(About.CHARACTER, "香梅路", "没")),
        ("香梅路的梅字怎么写", Inquiry(About.CHARACTER, "香梅路", "梅")),
        ("香梅路怎么写", Inquiry(About.WRITTEN, "香梅路")),
        ("香梅路是哪三个字", Inquiry(About.WRITTEN, "香梅路")),
        ("香梅路怎么念", Inquiry(About.READ, "香梅路")),
    ],
)
def test_a_question(text: str, wanted: Inquiry) -> None:
    assert inquiry(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "香梅路", "去香梅路怎么走", "香梅路在哪里", "我在红荔路与香梅路路口", "我在香梅路附近",
        "从香梅路附近到红荔路怎么走", "香梅路附近怎么走", "我在家", "人工", "", "路在哪个区",
    ],
)  # fmt: skip
def test_only_a_name_or_nothing(text: str) -> None:
    assert inquiry(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我在家",
        "我在家里",
        "从我家出发",
        "我现在在家里啊",
        "我要回家",
        "嗯，在自己家",
        "回家怎么走",
    ],
)
def test_home(text: str) -> None:
    assert at_home(text) and not right_here(text)


@pytest.mark.parametrize("text", ["就在这里", "我在这里", "用手机定位", "我的位置", "我现在在这儿"])
def test_here(text: str) -> None:
    assert right_here(text) and not at_home(text)


@pytest.mark.parametrize(
    "text", ["张家村", "我在张家边", "老人之家", "这里花园", "家", "家乐福", "我家酒店"]
)
def test_names_that_hold_those_words(text: str) -> None:
    assert text == "家" or not at_home(text)
    assert not right_here(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("开车去香梅路怎么走", "香梅路"),
        ("走路到香梅路", "香梅路"),
        ("去香梅路开车怎么走", "香梅路"),
    ],
)
def test_how_one_goes_is_no_name(text: str, name: str) -> None:
    assert asked(text).name == name


@given(st.text(max_size=40))
def test_never_raises(text: str) -> None:
    inquiry(text)
    at_home(text)
    right_here(text)


@given(st.text("的在哪个区附近有什么以前叫是写我家这路香梅最近里", max_size=30))
def test_never_raises_for_its_own_words(text: str) -> None:
    found = inquiry(text)
    assert found is None or found.about is About.NEARBY or len(found.name) > 1
