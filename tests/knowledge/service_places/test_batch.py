"""Tables of service places as files: all or nothing, undone as a whole, the same twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import spreadsheet
from core.db import Sessions
from knowledge.editing import Doer
from knowledge.exchange.batch import RowFault
from knowledge.lifecycle import Refused
from knowledge.service_places import batch, store
from knowledge.service_places.columns import SHEET, to_cells
from knowledge.service_places.record import ServicePlace
from tests.knowledge.service_places.samples import DAY, HOME, TABLE, place

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
CHEN = Doer("chen", NOW, DAY)


def everywhere(area: str) -> bool:
    return True


def file_of(*places: ServicePlace, kind: str = "csv") -> bytes:
    write = spreadsheet.to_csv if kind == "csv" else spreadsheet.to_xlsx
    return write(SHEET, [to_cells(each) for each in places])


def plan(sessions: Sessions, *places: ServicePlace, kind: str = "csv") -> batch.Plan:
    return batch.plan(sessions, f"a.{kind}", file_of(*places, kind=kind), everywhere, DAY)


def read_in(sessions: Sessions, *places: ServicePlace) -> int:
    return batch.write(sessions, plan(sessions, *places), "网点.csv", CHEN)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_is_read_in_and_the_same_twice(sessions: Sessions, kind: str) -> None:
    planned = plan(sessions, *TABLE, kind=kind)
    assert (planned.added, planned.changed, planned.faults) == (TABLE, (), ())
    batch.write(sessions, planned, "网点.xlsx", CHEN)
    assert store.load(sessions) == sorted(TABLE, key=lambda each: each.code)
    again = plan(sessions, *TABLE, kind=kind)
    assert again.places == () and len(again.same) == len(TABLE)
    with pytest.raises(Refused, match="完全一样"):
        batch.write(sessions, again, "网点.xlsx", CHEN)


def test_a_known_code_changes_that_place_and_the_others_stay(sessions: Sessions) -> None:
    read_in(sessions, HOME, place("2"))
    fewer = replace(HOME, beds_free=2, beds_date=DAY)
    planned = plan(sessions, fewer)
    assert planned.changed == (fewer,)
    batch.write(sessions, planned, "空床.csv", CHEN)
    assert store.load(sessions) == sorted([place("2"), fewer], key=lambda each: each.code)


def test_half_the_rows_wrong_writes_nothing_and_names_each(sessions: Sessions) -> None:
    rows = [
        to_cells(HOME),
        {**to_cells(place("2")), "area": "44", "phone": "x"},
        {**to_cells(place("3")), "beds_free": "999"},
        to_cells(HOME),
    ]
    content = spreadsheet.to_csv(SHEET, rows)
    planned = batch.plan(sessions, "a.csv", content, everywhere, DAY)
    assert [(fault.row, fault.column) for fault in planned.faults] == [
        (3, "区划代码"), (3, "电话"), (4, "空余床位"), (5, "编号"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="什么都没有导入"):
        batch.write(sessions, planned, "a.csv", CHEN)
    assert store.is_empty(sessions) and batch.imports(sessions) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.doc", b"", "只能导入.xlsx或.csv文件"),
        ("a.json", b"{}", "只能导入"),
        ("a.xlsx", b"PK\x03\x04 torn", "不是能打开的"),
        ("a.csv", b"", "文件是空的"),
        ("a.csv", "名称\n养老院".encode(), "至少有“编号”和“名称”"),
        ("a.csv", "编号,名称,颜色\n1,b,c".encode(), "不认识这一栏：颜色"),
    ],
)
def test_a_file_that_is_no_table_gets_a_sentence(
    sessions: Sessions, name: str, content: bytes, said: str
) -> None:
    (fault,) = batch.plan(sessions, name, content, everywhere, DAY).faults
    assert fault.row == 0 and said in fault.text


def test_an_import_is_undone_as_a_whole(sessions: Sessions) -> None:
    read_in(sessions, HOME)
    moved = replace(HOME, address="示例二路2号", point=None, beds_date=DAY)
    number = read_in(sessions, moved, place("2"))
    assert batch.undo(sessions, number, CHEN, everywhere) == 2
    assert store.load(sessions) == [HOME]
    assert [each.undone_at is None for each in batch.imports(sessions)] == [False, True]
    with pytest.raises(Refused, match="已经撤销"):
        batch.undo(sessions, number, CHEN, everywhere)
    with pytest.raises(LookupError):
        batch.undo(sessions, 99, CHEN, everywhere)
    read_in(sessions, place("2"))
    assert len(store.load(sessions)) == 2


def test_what_a_later_import_changed_is_undone_later_first(sessions: Sessions) -> None:
    first = read_in(sessions, HOME)
    second = read_in(sessions, replace(HOME, level=4))
    with pytest.raises(Refused, match=f"后来的导入又改过：{HOME.name}"):
        batch.undo(sessions, first, CHEN, everywhere)
    batch.undo(sessions, second, CHEN, everywhere)
    batch.undo(sessions, first, CHEN, everywhere)
    assert store.load(sessions) == []


def test_another_area_s_places_are_left_alone(sessions: Sessions) -> None:
    number = read_in(sessions, HOME)
    elsewhere = replace(HOME, area="440106")
    content = file_of(elsewhere)
    for mine in ("440104", "440106"):
        # Neither may somebody else's place be taken over, nor one's own be put into another area.
        planned = batch.plan(sessions, "a.csv", content, lambda area, own=mine: area == own, DAY)
        assert planned.faults == (RowFault(2, "区划代码", batch.NOT_YOURS),)
    with pytest.raises(Refused, match="上级账号"):
        batch.undo(sessions, number, CHEN, lambda area: area == "440106")
