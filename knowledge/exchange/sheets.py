"""Tables of articles as XLSX and CSV: read, written, and the empty template."""

from __future__ import annotations

from collections.abc import Iterable

from core import spreadsheet
from core.spreadsheet import LARGEST, MOST_ROWS, Row, Sheet, TableError
from knowledge.article import ArticleContent
from knowledge.exchange.columns import COLUMNS, EXAMPLE, HINTS, to_cells
from knowledge.faults import NAMES

__all__ = ["LARGEST", "MOST_ROWS", "Row", "TableError", "read", "template", "to_csv", "to_xlsx"]

SHEET = Sheet(
    title="政策条目",
    headings={field: NAMES[field] for field in COLUMNS},
    needed=("id", "title"),
    hints=HINTS,
    example=EXAMPLE,
    kinds=".xlsx、.csv或.json",
    widths={"questions": 34, "spoken": 48, "long": 60, "spoken_source": 36, "amounts": 44},
)


def read(name: str, content: bytes) -> list[Row]:
    """Read a table by its file name. Raises TableError."""
    return spreadsheet.read(SHEET, name, content)


def to_xlsx(articles: Iterable[ArticleContent]) -> bytes:
    """Write articles as a workbook."""
    return spreadsheet.to_xlsx(SHEET, map(to_cells, articles))


def to_csv(articles: Iterable[ArticleContent]) -> bytes:
    """Write articles as CSV."""
    return spreadsheet.to_csv(SHEET, map(to_cells, articles))


def template() -> bytes:
    """A workbook with the headings, what each column takes, and one example."""
    return spreadsheet.template(SHEET)
