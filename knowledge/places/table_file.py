"""Read an authority's own place-name database from CSV or XLSX: one place a row."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from core.area import AreaError, normal
from core.sound import sounds
from knowledge.places import datum, kinds
from knowledge.places.geo import Point, PointError, checked
from knowledge.places.record import (
    NAME_LIMIT,
    AliasKind,
    PlaceProblem,
    PlaceRecord,
    Reading,
    RowProblem,
)

COLUMNS = (
    "编号", "标准名称", "曾用名", "俗称", "简称", "误写", "类型", "类别代码", "区划代码",
    "纬度", "经度", "坐标系", "地址", "重要性", "备注",
)  # fmt: skip
EXAMPLE = (
    "A0001", "香梅路", "", "", "", "香煤路", "道路", "", "440304",
    "22.5404", "114.0334", "WGS-84", "", "0.6", "这一行是示例，导入前请删除",
)  # fmt: skip
"""The template's one row."""

_SAME = {"名称": "标准名称", "地名": "标准名称", "别名": "俗称", "旧称": "曾用名", "代码": "编号"}
_ALIASES = {
    "曾用名": AliasKind.OLD,
    "俗称": AliasKind.POPULAR,
    "简称": AliasKind.SHORT,
    "误写": AliasKind.WRONG,
}
_PARTED = re.compile(r"[;；、,，|/]")
_AREA = re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}", re.ASCII)
_MOST_PROBLEMS = 1000


def read(file: Path, area: str) -> Reading:
    """Read a table; `area` is for rows without 区划代码. Raises PlaceProblem.

    Every row with a fault is named in `problems` (the first thousand).
    """
    rows = _rows(file)
    heading = [_SAME.get(cell, cell) for cell in next(rows, [])]
    if "标准名称" not in heading:
        raise PlaceProblem(
            f"{file}: the first row names the columns, and 标准名称 is not among them; "
            "`hotline places template` writes an empty table"
        )
    places: dict[str, PlaceRecord] = {}
    problems: list[RowProblem] = []
    for number, cells in enumerate(rows, 2):
        row = dict(zip(heading, cells, strict=False))
        if not any(row.values()):
            continue
        try:
            record = _record(row, area)
            if record.key in places:
                raise PlaceProblem(f"编号 {record.key} 前面已经有了，每个地名的编号不能相同")
            places[record.key] = record
        except PlaceProblem as bad:
            if len(problems) < _MOST_PROBLEMS:
                problems.append(RowProblem(number, str(bad)))
    if not places and not problems:
        raise PlaceProblem(f"{file} holds no place: there is no row below the first")
    return Reading(tuple(places.values()), (), tuple(problems))


def write_template(file: Path) -> None:
    """Write an empty table with an example row, XLSX or CSV by the file's ending."""
    if file.suffix.lower() != ".xlsx":
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([COLUMNS, EXAMPLE])
        return
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("地名", 0)
    for row in (COLUMNS, EXAMPLE):
        sheet.append(row)
    book.save(file)


def _rows(file: Path) -> Iterator[list[str]]:
    try:
        yield from _xlsx(file) if file.suffix.lower() == ".xlsx" else _csv(file)
    except OSError as bad:
        raise PlaceProblem(f"{file} cannot be read: {bad.strerror or bad}") from bad


def _csv(file: Path) -> Iterator[list[str]]:
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise PlaceProblem(f"{file} is neither UTF-8 nor GB18030 text; save it as CSV UTF-8")
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            yield [cell.strip() for cell in row]
    except csv.Error as bad:
        raise PlaceProblem(f"{file} is not a CSV table: {bad}") from bad


def _xlsx(file: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as bad:
        raise PlaceProblem(f"{file} is not a whole XLSX table; save it again") from bad


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a code typed as a number
    return "" if cell is None else str(cell).strip()


def _record(row: dict[str, str], area: str) -> PlaceRecord:
    name = row.get("标准名称", "")
    if not name:
        raise PlaceProblem("标准名称是空的，请填写")
    if len(name) > NAME_LIMIT:
        raise PlaceProblem(f"标准名称有 {len(name)} 个字，最多 {NAME_LIMIT} 个")
    if not sounds(name):
        raise PlaceProblem(f"标准名称“{name}”读不出音，请用汉字填写")
    code = row.get("区划代码", "") or area
    system = datum_of(row.get("坐标系", ""))
    kind = kinds.by_word(row.get("类型", ""), name)
    aliases = {
        other.strip(): why
        for column, why in _ALIASES.items()
        for other in _PARTED.split(row.get(column, ""))
        if other.strip() and other.strip() != name
    }
    return PlaceRecord(
        key=(row.get("编号") or f"{name}/{code}")[:128],
        name=name,
        kind=kind,
        area=area_code(code),
        point=position(row.get("纬度", ""), row.get("经度", ""), system),
        datum=system,
        category=row.get("类别代码", "")[:16],
        importance=_importance(row.get("重要性", ""), kind),
        address=row.get("地址", "")[:255],
        note=row.get("备注", ""),
        aliases=tuple(aliases.items()),
    )


def datum_of(text: str) -> datum.Datum:
    """The datum that a table's word stands for, WGS-84 where there is none. Raises PlaceProblem."""
    try:
        return datum.NAMES[text.lower()]
    except KeyError as bad:
        raise PlaceProblem(f"坐标系“{text}”不认识，请填 WGS-84、GCJ-02 或 BD-09") from bad


def position(lat: str, lon: str, system: datum.Datum) -> Point | None:
    """The position of two cells in WGS-84, None where both are empty. Raises PlaceProblem."""
    if not lat and not lon:
        return None
    try:
        point = checked(float(lat), float(lon))
    except PointError as bad:
        hint = "，可能填反了" if abs(float(lat)) > 90 else ""
        raise PlaceProblem(f"纬度“{lat}”、经度“{lon}”不在地球上{hint}") from bad
    except ValueError as bad:
        raise PlaceProblem(f"纬度“{lat}”、经度“{lon}”不是坐标，请填十进制的度") from bad
    return datum.to_wgs84(point, system)


def _is_number(text: str) -> bool:
    try:
        return bool(float(text) or True)
    except ValueError:
        return False


def area_code(code: str) -> str:
    """Check a GB/T 2260 code or a longer one of a town or village. Raises PlaceProblem."""
    if not code:
        return ""
    if not _AREA.fullmatch(code):
        raise PlaceProblem(f"区划代码“{code}”不对，应为六位（如 440304）、九位或十二位数字")
    try:
        normal(code[:6])
    except AreaError as bad:
        raise PlaceProblem(f"区划代码“{code}”不对：前六位不是 GB/T 2260 代码") from bad
    return code


def _importance(text: str, kind: kinds.Kind) -> float:
    if not text:
        return kinds.IMPORTANCE[kind]
    if not _is_number(text) or not 0 <= float(text) <= 1:
        raise PlaceProblem(f"重要性“{text}”不对，请填 0 到 1 之间的数，或留空")
    return float(text)
