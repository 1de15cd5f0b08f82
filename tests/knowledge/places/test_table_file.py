"""An authority's own table: CSV and XLSX, and what is wrong with rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from knowledge.places import table_file
from knowledge.places.datum import Datum, from_wgs84
from knowledge.places.geo import Point, metres
from knowledge.places.kinds import Kind
from knowledge.places.record import AliasKind, PlaceProblem

HEAD = [
    "编号",
    "标准名称",
    "曾用名",
    "俗称",
    "类型",
    "区划代码",
    "纬度",
    "经度",
    "坐标系",
    "重要性",
]
HERE = Point(22.54, 114.03)


def table(file: Path, *rows: list[str], head: list[str] = HEAD, encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return file


def test_a_row_with_everything(tmp_path: Path) -> None:
    there = from_wgs84(HERE, Datum.BD09)
    row = [
        "7",
        "香梅路",
        "梅林路；老香梅路",
        "香梅",
        "道路",
        "440304008",
        str(there.lat),
        str(there.lon),
        "BD-09",
        "0.9",
    ]
    (place,) = table_file.read(table(tmp_path / "t.csv", row), "").places
    assert (place.key, place.name, place.kind, place.area) == (
        "7",
        "香梅路",
        Kind.ROAD,
        "440304008",
    )
    assert place.point and metres(place.point, HERE) < 0.1 and place.datum is Datum.BD09
    assert place.importance == 0.9
    assert dict(place.aliases) == {
        "梅林路": AliasKind.OLD, "老香梅路": AliasKind.OLD, "香梅": AliasKind.POPULAR,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    file = table(tmp_path / "t.csv", ["梅林一村"], head=["名称"], encoding=encoding)
    (place,) = table_file.read(file, "440304").places
    assert (place.name, place.kind, place.area, place.point) == (
        "梅林一村", Kind.VILLAGE, "440304", None,
    )  # fmt: skip


def test_xlsx_with_codes_typed_as_numbers(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append([12.0, "福田区民政局", None, None, None, 440304, 22.54, 114.03, None, None])
    book.save(tmp_path / "t.xlsx")
    (place,) = table_file.read(tmp_path / "t.xlsx", "").places
    assert (place.key, place.kind, place.area, place.point) == ("12", Kind.CARE, "440304", HERE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"标准名称": ""}, "标准名称是空的"),
        ({"标准名称": "……"}, "读不出音"),
        ({"标准名称": "路" * 129}, "最多 128 个"),
        ({"区划代码": "4403"}, "区划代码“4403”不对"),
        ({"区划代码": "440004"}, "前六位不是"),
        ({"纬度": "114.03", "经度": "22.54"}, "可能填反了"),
        ({"纬度": "北纬22度"}, "不是坐标"),
        ({"经度": ""}, "不是坐标"),
        ({"坐标系": "西安80"}, "坐标系“西安80”不认识"),
        ({"重要性": "5"}, "重要性“5”不对"),
        ({"编号": "1"}, "编号 1 前面已经有了"),
    ],
)
def test_each_wrong_row_is_named(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    well = dict(
        zip(HEAD, ["1", "香梅路", "", "", "", "440304", "22.54", "114.03", "", ""], strict=True)
    )
    bad = {**well, "编号": "2", **changed}
    file = table(tmp_path / "t.csv", list(well.values()), [], list(bad.values()))
    reading = table_file.read(file, "")
    (problem,) = reading.problems
    assert problem.row == 4 and said in problem.message and len(reading.places) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"a,b\n1,2\n", "标准名称 is not among them"),
        ("t.csv", b"", "标准名称 is not among them"),
        ("t.csv", "名称\n".encode(), "holds no place"),
        ("t.csv", b"\xff\xff\x80,\x00", "neither UTF-8 nor GB18030"),
        ("t.xlsx", b"PK\x03\x04 torn", "not a whole XLSX"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PlaceProblem, match=said):
        table_file.read(tmp_path / name, "")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(PlaceProblem, match="cannot be read"):
        table_file.read(tmp_path / "t.csv", "")


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_the_template_can_be_read(tmp_path: Path, name: str) -> None:
    table_file.write_template(tmp_path / name)
    (place,) = table_file.read(tmp_path / name, "").places
    assert place.name == "香梅路" and place.aliases == (("香煤路", AliasKind.WRONG),)
