"""Tables with named columns as XLSX and CSV: read, written, and the empty template."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

LARGEST = 10_000_000
LARGEST_INSIDE = 100_000_000
MOST_ROWS = 5_000
_FORMULA = ("=", "+", "-", "@")


class TableError(ValueError):
    """A file is no such table; the message is a sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells by field."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a table looks like.

    `headings` are the columns in their order, field to Chinese name; a file must have those of
    `needed`. `hints` say what each column takes, `example` is the template's one row, `kinds` names
    the files that may come, `widths` are the columns that are not 18 wide. What is left of and
    above the cell `freeze` stays in sight.
    """

    title: str
    headings: Mapping[str, str]
    needed: tuple[str, ...]
    hints: Mapping[str, str]
    example: Mapping[str, str]
    kinds: str = ".xlsx或.csv"
    widths: Mapping[str, int] = field(default_factory=dict)
    freeze: str = "D2"

    def field_of(self, text: str) -> str:
        """The field of a heading, also of one that names the field itself; else empty."""
        clean = text.strip().rstrip("*")
        return next((name for name, said in self.headings.items() if clean in (said, name)), "")


def read(sheet: Sheet, name: str, content: bytes) -> list[Row]:
    """Read a table by its file name. Raises TableError."""
    if len(content) > LARGEST:
        raise TableError("文件超过10MB，请分成几个文件。")
    if name.lower().endswith(".xlsx"):
        lines = _xlsx(content)
    elif name.lower().endswith(".csv"):
        lines = _csv(content)
    else:
        raise TableError(f"只能导入{sheet.kinds}文件。")
    return _rows(sheet, lines)


def to_csv(sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Write rows of cells as CSV: UTF-8 with a byte order mark, as spreadsheets want it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.headings.values())
    for cells in rows:
        writer.writerow([_tame(cells[name]) for name in sheet.headings])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Write rows of cells as a workbook."""
    return _workbook(sheet, rows)


def template(sheet: Sheet) -> bytes:
    """A workbook with the headings, what each column takes, and one example."""
    return _workbook(sheet, [sheet.example], hints=True)


def _workbook(sheet: Sheet, rows: Iterable[Mapping[str, str]], hints: bool = False) -> bytes:
    book = Workbook()
    page: Any = book.active
    page.title = sheet.title
    for number, line in enumerate([sheet.headings, *rows], 1):
        for column, name in enumerate(sheet.headings, 1):
            cell = page.cell(number, column)
            # Text whatever it looks like: neither formulas nor codes turned into numbers.
            cell.value, cell.data_type = line.get(name, ""), "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, name in enumerate(sheet.headings, 1):
        page.column_dimensions[get_column_letter(column)].width = sheet.widths.get(name, 18)
    page.freeze_panes = sheet.freeze
    if hints:
        notes: Any = book.create_sheet("填写说明")
        notes.append(["栏目", "怎么填"])
        for name, said in sheet.headings.items():
            notes.append([said, sheet.hints[name]])
        notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 16, 70
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(sheet: Sheet, lines: Iterator[Sequence[str]]) -> list[Row]:
    first = next(lines, None)
    if first is None:
        raise TableError("文件是空的。")
    fields = [sheet.field_of(text) for text in first]
    strange = [text for text, name in zip(first, fields, strict=True) if text.strip() and not name]
    if strange:
        raise TableError(f"不认识这一栏：{'、'.join(strange[:3])}。请用模板的栏目名称。")
    if not set(sheet.needed) <= set(fields):
        wanted = "和".join(f"“{sheet.headings[name]}”" for name in sheet.needed)
        raise TableError(f"第一行要有栏目名称，至少有{wanted}。请用模板。")
    rows = []
    for number, line in enumerate(lines, 2):
        cells = {name: text for name, text in zip(fields, line, strict=False) if name}
        if any(text.strip() for text in cells.values()):
            rows.append(Row(number, cells))
        if len(rows) > MOST_ROWS:
            raise TableError(f"超过{MOST_ROWS}行，请分成几个文件。")
    if not rows:
        raise TableError("除了栏目名称，文件里没有内容。")
    return rows


def _xlsx(content: bytes) -> Iterator[Sequence[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_INSIDE:
                raise TableError("文件解压后太大，不能导入。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Any = book.worksheets[0]
        for line in sheet.iter_rows(values_only=True):
            yield [_plain(value) for value in line]
    except TableError:
        raise
    except Exception as bad:  # openpyxl lets through whatever its parsers raise
        raise TableError("这不是能打开的.xlsx文件，请用Excel或WPS另存为.xlsx再试。") from bad


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError("文件的编码既不是UTF-8也不是GB18030，请另存为UTF-8的CSV再试。")
    try:
        for line in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [_untame(cell) for cell in line]
    except csv.Error as bad:
        raise TableError("CSV的引号没有配对，请另存为.xlsx再试。") from bad


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _tame(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _untame(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
