"""Who may see which rows: a user's area and everything below it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from core.area import COUNTRY, normal


def prefix(area: str) -> str:
    """The digits that all codes inside an area begin with: 440100 -> 4401. Raises AreaError."""
    code = normal(area)
    if code == COUNTRY:
        return ""
    while code.endswith("00"):
        code = code[:-2]
    return code


def inside(column: InstrumentedAttribute[str], area: str) -> ColumnElement[bool]:
    """The SQL condition that a column's area lies in `area`. Raises AreaError."""
    digits = prefix(area)
    if not digits:
        return true()
    if len(digits) == 6:
        return column == digits
    return column.between(digits.ljust(6, "0"), digits.ljust(6, "9"))
