"""Rows of a table of service places: what they say, and what is wrong with them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.datum import Datum, from_wgs84
from knowledge.places.geo import Point, metres
from knowledge.service_places.columns import EXAMPLE, HEADINGS, HINTS, SHEET, judged, to_cells
from knowledge.service_places.record import Kind, ServicePlace, inside, kind_of
from tests.knowledge.service_places.samples import DAY, HOME, TABLE


@pytest.mark.parametrize("place", TABLE, ids=lambda place: place.code)
def test_what_is_written_is_read_back(place: ServicePlace) -> None:
    assert judged(to_cells(place), DAY) == (place, {})


def test_the_template_s_example_is_well_and_every_column_explained() -> None:
    place, wrong = judged(EXAMPLE, DAY)
    assert place is not None and not wrong
    assert list(SHEET.headings) == list(HINTS) == list(EXAMPLE) == list(HEADINGS)


@pytest.mark.parametrize("datum", Datum)
def test_positions_of_all_maps_become_wgs84(datum: Datum) -> None:
    here = Point(23.129, 113.267)
    there = from_wgs84(here, datum)
    cells = {**to_cells(HOME), "lat": str(there.lat), "lon": str(there.lon), "datum": datum.value}
    place, _ = judged(cells, DAY)
    assert place and place.point and metres(place.point, here) < 0.1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "", "编号没有填"),
        ("code", "a b", "编号只能用"),
        ("kind", "", "类型没有填"),
        ("kind", "医院", "不认识类型“医院”"),
        ("name", "", "名称没有填"),
        ("name", "……", "读不出音"),
        ("name", "院" * 129, "最多128个"),
        ("area", "", "区划代码没有填"),
        ("area", "4401", "区划代码“4401”不对"),
        ("area", "440004", "前六位不是"),
        ("address", "", "地址没有填"),
        ("lat", "113.2", "可能填反了"),
        ("lat", "北纬", "不是坐标"),
        ("lat", "", "不是坐标"),
        ("datum", "西安80", "坐标系“西安80”不认识"),
        ("phone", "1234", "电话“1234”不是"),
        ("phone", "020-83000001；打前台", "电话“打前台”不是"),
        ("level", "6", "星级“6”不对"),
        ("price_from", "两千", "每月价格从“两千”不对"),
        ("price_from", "5000", "比每月价格从还低"),
        ("price_to", "-1", "每月价格到“-1”不对"),
        ("beds", "1.5", "床位数“1.5”不对"),
        ("beds_free", "121", "比床位数120张还多"),
        ("beds_date", "", "要填是哪一天"),
        ("beds_date", "2026-02-30", "日期“2026-02-30”不对"),
        ("beds_date", "2026-11-30", "还没有到"),
        ("is_open", "也许", "状态“也许”不对"),
    ],
)
def test_each_wrong_cell_is_named(field: str, value: str, said: str) -> None:
    place, wrong = judged({**to_cells(HOME), field: value}, DAY)
    assert place is None and len(wrong) == 1
    assert said in next(iter(wrong.values()))


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("kind", "敬老院", Kind.CARE_HOME),
        ("kind", "民政办", Kind.CIVIL_AFFAIRS_OFFICE),
        ("kind", "canteen", Kind.CANTEEN),
        ("level", "五星级", 5),
        ("level", "三级", 3),
        ("level", "未评定", 0),
        ("beds_date", "2026/11/2", date(2026, 11, 2)),
        ("beds_date", "2026年11月2日", date(2026, 11, 2)),
        ("phone", "020-83000001转8012；13800138000", "020-83000001转8012；13800138000"),
        ("phone", "12349", "12349"),
        ("is_open", "停用", False),
    ],
)
def test_what_people_write_is_understood(field: str, value: str, meant: object) -> None:
    place, wrong = judged({**to_cells(HOME), field: value}, DAY)
    assert not wrong and getattr(place, field) == meant


@given(
    st.dictionaries(st.sampled_from(list(HEADINGS)), st.text("养老院0123456-.20 年", max_size=12))
)
def test_any_row_is_a_place_or_has_faults(cells: dict[str, str]) -> None:
    place, wrong = judged(cells, DAY)
    assert (place is None) is bool(wrong)
    if place is not None:
        assert judged(to_cells(place), DAY) == (place, {})


@pytest.mark.parametrize(
    ("area", "wider", "is_inside"),
    [
        ("440104", "440104", True), ("440104003", "440104", True), ("440104", "440100", True),
        ("440104", "440000", True), ("440104", "000000", True), ("440104", "", True),
        ("440110", "440110", True), ("440111", "440110", False), ("440304", "440100", False),
        ("440104", "440104003", False), ("450104", "440000", False), ("500101", "500000", True),
    ],
)  # fmt: skip
def test_which_codes_lie_in_which(area: str, wider: str, is_inside: bool) -> None:
    assert inside(area, wider) is is_inside


def test_no_word_is_of_two_kinds() -> None:
    assert kind_of("养老院") is Kind.CARE_HOME and kind_of("医院") is None
