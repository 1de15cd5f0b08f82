"""Ages as people say them: their own, somebody's, and as an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ages import OLDEST, age_answered, age_of_somebody, own_age, without_age


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("七十二", 72),
        ("七十二岁了", 72),
        ("七十啊嗯二", 72),
        ("72", 72),
        ("嗯六十五吧", 65),
        ("满六十周岁", 60),
        ("我妈妈八十五", 85),
        ("不是我，是我老伴，六十八岁", 68),
        ("一百零二", 102),
        ("三岁", 3),
        ("三", 3),
        ("八个月", 0),
        ("七十多", None),
        ("快八十了", None),
        ("七八十岁", None),
        ("六十出头", None),
        ("五二年的", None),
        ("一九五二年", None),
        ("五月十号", None),
        ("等一下", None),
        ("一个人", None),
        ("十分着急", None),
        ("我老伴七十，我妈九十", None),
        ("不知道", None),
        ("", None),
    ],
)
def test_the_answer_to_how_old(said: str, age: int | None) -> None:
    assert age_answered(said) == age


@pytest.mark.parametrize(
    ("question", "own", "somebody"),
    [
        ("我今年七十二岁高龄津贴怎么领", 72, 72),
        ("我今年七十二，高龄津贴怎么领", 72, None),
        ("我妈八十二岁了有什么补贴", None, 82),
        ("八十岁以上有什么补贴", None, 80),
        ("六十到七十九岁补贴多少", None, None),
        ("八十岁以下", None, None),
        ("我七十多岁了", None, None),
        ("我七十二岁，我老伴七十岁", 72, None),
        ("低保怎么申请", None, None),
    ],
)
def test_ages_in_a_question(question: str, own: int | None, somebody: int | None) -> None:
    assert (own_age(question), age_of_somebody(question)) == (own, somebody)


def test_what_is_asked_beside_the_age() -> None:
    assert "高龄津贴怎么领" in without_age("我今年七十二岁，高龄津贴怎么领")
    assert without_age("高龄津贴怎么领") == without_age("我七十二岁了") == ""


@given(st.integers(0, OLDEST))
def test_every_age_in_figures_is_understood(age: int) -> None:
    assert age_answered(f"{age}岁") == (age or None)
    if age >= 10:
        assert age_answered(str(age)) == own_age(f"我今年{age}岁") == age


@given(st.text("我今年零一二三四五六七八九十百岁了的多快以上，到个月", max_size=12))
def test_an_age_is_one_that_people_reach(text: str) -> None:
    for age in (age_answered(text), own_age(text), age_of_somebody(text)):
        assert age is None or 0 <= age <= OLDEST
