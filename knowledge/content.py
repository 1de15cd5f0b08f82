"""Articles as plain fields, as files, forms and exchange carry them, and the other way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.area import AreaError, normal
from knowledge.amounts import Amount
from knowledge.article import ArticleContent

Where = tuple[str | int, ...]
"""Way to a value: `("amounts", 2, "area")`."""

_NUMBERS = ("age_from", "age_to")
_DAYS = ("valid_from", "valid_to")


class ContentError(ValueError):
    """A field that has the right form says something impossible; `where` is the way to it."""

    def __init__(self, where: Where, message: str, chinese: str) -> None:
        """Take the way, and the same sentence in English and in Chinese."""
        super().__init__(message)
        self.where, self.chinese = where, chinese


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of an article's fields; all scalars are text."""
    text = Path(__file__).with_name("article.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def build(fields: Mapping[str, Any]) -> ArticleContent:
    """Make an article of fields that obey the schema. Raises ContentError."""
    begin, end = _span(fields, ())
    ages = [int(fields[name]) if fields.get(name) else None for name in _NUMBERS]
    if ages[0] is not None and ages[1] is not None and ages[1] < ages[0]:
        raise ContentError(("age_to",), "age_to is below age_from", "年龄上限比下限小。")
    given = {name: fields.get(name, "") for name in ArticleContent.__slots__}
    changed = {
        "questions": tuple(fields["questions"]),
        "keys": tuple(fields["keys"]),
        "area": _area(fields, ()),
        "valid_from": begin,
        "valid_to": end,
        "version": int(fields["version"]),
        "age_from": ages[0],
        "age_to": ages[1],
        "amounts": tuple(_amount(each, i) for i, each in enumerate(fields.get("amounts", ()))),
        "materials": tuple(fields.get("materials", ())),
    }
    return ArticleContent(**{**given, **changed})


def fields_of(content: ArticleContent) -> dict[str, Any]:
    """Return an article as `build` takes it: all scalars as text, what is empty left out."""
    plain: dict[str, Any] = _text(asdict(content))
    kept = {name: value for name, value in plain.items() if value not in ("", [])}
    return {"questions": [], "keys": [], **kept}


def _text(value: Any) -> Any:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case dict():
            return {k: t for k, v in value.items() if (t := _text(v)) != ""}
        case list() | tuple():
            return [_text(each) for each in value]
    return str(value)


def _amount(fields: Mapping[str, Any], at: int) -> Amount:
    where: Where = ("amounts", at)
    begin, end = _span(fields, where)
    names = {name: str(fields[name]) for name in ("name", "value", "unit")}
    return Amount(**names, area=_area(fields, where), valid_from=begin, valid_to=end)


def _area(fields: Mapping[str, Any], where: Where) -> str:
    try:
        return normal(fields["area"])
    except AreaError as bad:
        chinese = f"没有地区代码{fields['area']}，请写六位GB/T 2260代码，例如440106。"
        raise ContentError((*where, "area"), str(bad), chinese) from bad


def _span(fields: Mapping[str, Any], where: Where) -> tuple[date | None, date | None]:
    days: list[date | None] = []
    for name in _DAYS:
        try:
            days.append(date.fromisoformat(fields[name]) if fields.get(name) else None)
        except ValueError as bad:
            raise ContentError(
                (*where, name), f"{name}: no such day {fields[name]}", f"没有{fields[name]}这一天。"
            ) from bad
    begin, end = days
    if begin and end and end < begin:
        raise ContentError(
            (*where, "valid_to"), "valid_to is before valid_from", "失效日期早于生效日期。"
        )
    return begin, end
