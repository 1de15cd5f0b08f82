"""Tables of articles as XLSX and CSV: read, written, and the empty template."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from knowledge.article import ArticleContent
from knowledge.exchange.columns import COLUMNS, EXAMPLE, HINTS, field_of, heading, to_cells

LARGEST = 10_000_000
LARGEST_INSIDE = 100_000_000
MOST_ROWS = 5_000
_WIDE = {"questions": 34, "spoken": 48, "long": 60, "spoken_source": 36, "amounts": 44}
_FORMULA = ("=", "+", "-", "@")


class TableError(ValueError):
    """A file is no table of articles; the message is a sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells by field."""

    number: int
    cells: dict[str, str]


def read(name: str, content: bytes) -> list[Row]:
    """Read a table by its file name. Raises TableError."""
    if len(content) > LARGEST:
        raise TableError("文件超过10MB，请分成几个文件。")
    if name.lower().endswith(".xlsx"):
        lines = _xlsx(content)
    elif name.lower().endswith(".csv"):
        lines = _csv(content)
    else:
        raise TableError("只能导入.xlsx、.csv或.json文件。")
    return _rows(lines)


def to_xlsx(articles: Iterable[ArticleContent]) -> bytes:
    """Write articles as a workbook."""
    return _workbook([to_cells(each) for each in articles])


def to_csv(articles: Iterable[ArticleContent]) -> bytes:
    """Write articles as CSV: UTF-8 with a byte order mark, as spreadsheets want it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading(field) for field in COLUMNS])
    for each in articles:
        cells = to_cells(each)
        writer.writerow([_tame(cells[field]) for field in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def template() -> bytes:
    """A workbook with the headings, what each column takes, and one example."""
    return _workbook([EXAMPLE], hints=True)


def _workbook(rows: Sequence[dict[str, str]], hints: bool = False) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "政策条目"
    lines = [{field: heading(field) for field in COLUMNS}, *rows]
    for number, line in enumerate(lines, 1):
        for column, field in enumerate(COLUMNS, 1):
            cell = sheet.cell(number, column)
            # Text whatever it looks like: neither formulas nor codes turned into numbers.
            cell.value, cell.data_type = line.get(field, ""), "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, field in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE.get(field, 18)
    sheet.freeze_panes = "D2"
    if hints:
        notes: Any = book.create_sheet("填写说明")
        notes.append(["栏目", "怎么填"])
        for field in COLUMNS:
            notes.append([heading(field), HINTS[field]])
        notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 16, 70
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(lines: Iterator[Sequence[str]]) -> list[Row]:
    first = next(lines, None)
    if first is None:
        raise TableError("文件是空的。")
    fields = [field_of(text) for text in first]
    strange = [
        text for text, field in zip(first, fields, strict=True) if text.strip() and not field
    ]
    if strange:
        raise TableError(f"不认识这一栏：{'、'.join(strange[:3])}。请用模板的栏目名称。")
    if "id" not in fields or "title" not in fields:
        raise TableError("第一行要有栏目名称，至少有“编号”和“标题”。请用模板。")
    rows = []
    for number, line in enumerate(lines, 2):
        cells = {field: text for field, text in zip(fields, line, strict=False) if field}
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
