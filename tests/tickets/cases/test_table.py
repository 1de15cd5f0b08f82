"""Tables of cases: what is read of a row, and what is wrong with one."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from core import spreadsheet
from tests.tickets.cases import sample
from tests.tickets.cases.sample import HOME, PARTS, ROW, VAULT, read, records
from tickets.cases import table
from tickets.cases.record import Status, Step, identity_key


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_is_a_case(kind: str) -> None:
    content = sample.file_of(ROW, PARTS, sample.NOBODYS, kind=kind)
    found, faults = table.read(f"cases.{kind}", content, HOME, VAULT)
    assert not faults and len(found) == 3
    first = found[0]
    assert (first.number, first.digits, first.status) == (
        sample.NUMBER,
        sample.DIGITS,
        Status.REVIEWING,
    )
    assert first.steps == (
        Step(date(2026, 3, 1), "受理", "窗口"),
        Step(date(2026, 3, 2), "入户调查"),
    )
    assert first.promised_on == date(2026, 4, 10)
    assert first.updated_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert first.updated_at.tzinfo == ZoneInfo("Asia/Shanghai")
    assert first.identity == identity_key(VAULT, sample.DIGITS, "002x", sample.BORN)
    assert found[1].identity == identity_key(VAULT, "20260215", "1234", "19400506")
    assert not found[2].identity


def test_the_identity_is_kept_as_a_keyed_hash_only() -> None:
    shown = repr(records()) + "".join(record.digest(VAULT) for record in records())
    assert "11010519491231002X" not in shown and "19491231" not in shown and "002X" not in shown
    one, other = records(ROW, {**ROW, "number": "DB-20260301-0002"})
    assert one.identity != other.identity


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"number": "DB-1"}, "办件编号", "6到18个数字"),
        ({"number": "1234567890123456789"}, "办件编号", "6到18个数字"),
        ({"number": "20260301号"}, "办件编号", "字母和横线"),
        ({"matter": ""}, "事项", "什么事"),
        ({"matter": "长" * 65}, "事项", "最多64"),
        ({"status": "快了"}, "状态", "审核中"),
        ({"module": "其他"}, "业务模块", "救灾救济"),
        ({"area": "44010"}, "地区代码", "六位"),
        ({"id_number": "110105194912310021"}, "身份证号码", "GB 11643"),
        ({"id_number": "11010519490230002X"}, "身份证号码", "GB 11643"),
        ({"id_number": "", "last_four": "02X", "born": "1949-12-31"}, "身份证后四位", "四个数字"),
        ({"id_number": "", "last_four": "002X", "born": ""}, "出生日期", "2026-03-02"),
        ({"id_number": "", "last_four": "002X", "born": "2049-12-31"}, "出生日期", "没有这样"),
        ({"steps": "受理"}, "办理经过", "一行一步"),
        ({"steps": "2026-13-01|受理"}, "办理经过", "日期"),
        ({"promised_on": "下周"}, "承诺办结日期", "日期"),
        ({"updated_at": ""}, "更新时间", "时间"),
        ({"updated_at": "昨天"}, "更新时间", "时间"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(change: dict[str, str], column: str, words: str) -> None:
    found, faults = read(PARTS, {**ROW, **change})
    assert [(fault.row, fault.column) for fault in faults] == [(3, column)]
    assert words in faults[0].text and len(found) == 1


def test_two_rows_with_the_same_digits_cannot_be_told_apart_by_phone() -> None:
    _, faults = read(ROW, {**ROW, "number": "GL-20260301-0001"})
    assert faults[0].row == 3 and "第2行" in faults[0].text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cases.txt", b"", ".xlsx"),
        ("cases.csv", b"", "空的"),
        ("cases.csv", "办件编号,年龄\n1,2\n".encode(), "年龄"),
        ("cases.csv", "办件编号,事项\n".encode(), "更新时间"),
        ("cases.xlsx", b"no workbook", ".xlsx"),
    ],
)
def test_what_is_no_table_is_said(name: str, content: bytes, words: str) -> None:
    found, faults = table.read(name, content, HOME, VAULT)
    assert not found and faults[0].row == 0 and words in faults[0].text


def test_a_number_that_a_spreadsheet_has_rounded_is_refused() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(table.SHEET.headings.values()))
    sheet.append([440106202603010001, *list(ROW.values())[1:]])
    book.save(out)
    _, faults = table.read("cases.xlsx", out.getvalue(), HOME, VAULT)
    assert "设为文本" in faults[0].text


def test_the_template_reads_back_as_a_case() -> None:
    found, faults = table.read("t.xlsx", table.template(), HOME, VAULT)
    assert not faults and found[0].status is Status.REVIEWING and found[0].identity


def test_dates_and_moments_of_a_workbook_are_read() -> None:
    assert spreadsheet._plain(datetime(2026, 3, 2)) == "2026-03-02"
    assert spreadsheet._plain(datetime(2026, 3, 2, 9, 30)) == "2026-03-02 09:30:00"
    assert spreadsheet._plain(20260301.0) == "20260301"
