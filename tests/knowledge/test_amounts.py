"""Which amount is told, where and when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.amounts import Amount, in_force, sentences

DAY = date(2026, 3, 1)
PROVINCE = Amount("低保标准", "900", "元每人每月", "440000")
CITY = Amount("低保标准", "1238", "元每人每月", "440100", date(2025, 1, 1), date(2025, 12, 31))
CITY_NOW = Amount("低保标准", "1280", "元每人每月", "440100", date(2026, 1, 1))
OTHER = Amount("低保标准", "1365", "元每人每月", "440300")
ALL = (PROVINCE, CITY, CITY_NOW, OTHER)


@pytest.mark.parametrize(
    ("area", "day", "told"),
    [
        ("440106", DAY, CITY_NOW),
        ("440100", DAY, CITY_NOW),
        ("440106", date(2025, 7, 1), CITY),
        ("440106", date(2024, 7, 1), PROVINCE),
        ("440305", DAY, OTHER),
        ("441300", DAY, PROVINCE),
        ("440000", DAY, PROVINCE),
        ("430100", DAY, None),
        ("", DAY, None),
        ("nonsense", DAY, None),
    ],
)
def test_the_nearest_area_s_amount_that_holds_today(
    area: str, day: date, told: Amount | None
) -> None:
    assert in_force(ALL, area, day) == ((told,) if told else ())


def test_the_newer_of_two_that_hold_is_told() -> None:
    newer = Amount("低保标准", "1300", "元每人每月", "440100", date(2026, 2, 1))
    assert in_force((CITY_NOW, newer), "440106", DAY) == (newer,)


def test_each_name_has_a_sentence_with_its_area() -> None:
    care = Amount("护理补贴", "275.50", "元每月", "440000")
    said = sentences(in_force((*ALL, care), "440106", DAY))
    assert said == "广州市的低保标准是1280元每人每月。广东省的护理补贴是275.50元每月。"


@given(
    area=st.sampled_from(["440106", "440100", "440000", "440305", "110101", "000000"]),
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)
def test_nothing_is_told_that_does_not_hold(area: str, day: date) -> None:
    for amount in in_force(ALL, area, day):
        assert amount.holds(day)
        assert area[:2] == amount.area[:2] and (
            amount.area.endswith("0000") or area[:4] == amount.area[:4]
        )
