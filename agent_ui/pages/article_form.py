"""The editor's form: from an article to what stands in the inputs, and back to its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from core.sound import sounds
from knowledge.article import ArticleContent
from knowledge.content import fields_of

LINES = ("questions", "keys", "materials")
AMOUNT = ("name", "value", "unit", "area", "valid_from", "valid_to")
TEXTS = (
    "id", "title", "spoken", "spoken_source", "long", "doc_number", "doc_article", "doc_date",
    "area", "valid_from", "valid_to", "owner", "mark", "age_from", "age_to", "household", "place",
    "hours", "fee", "limit",
)  # fmt: skip
SPARE_ROWS = 2
_LONGEST = 10_000


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form's inputs for an article's fields, which may be few."""
    module, _, sub = str(fields.get("topic", "")).partition("/")
    shown: dict[str, Any] = {name: fields.get(name, "") for name in TEXTS}
    shown |= {name: "\n".join(fields.get(name, [])) for name in LINES}
    amounts = [{part: each.get(part, "") for part in AMOUNT} for each in fields.get("amounts", [])]
    spare = [dict.fromkeys(AMOUNT, "") for _ in range(SPARE_ROWS)]
    return {**shown, "module": module, "sub": sub, "amounts": amounts + spare}


def of_article(content: ArticleContent) -> dict[str, Any]:
    """What stands in the form's inputs for an article."""
    return filled(fields_of(content))


def to_fields(form: FormData) -> dict[str, Any]:
    """An article's fields, as `knowledge.faults` judges them, from a form that was sent."""
    texts = {name: _text(form, name) for name in (*TEXTS, "module", "sub", *LINES)}
    topic = "/".join(part for part in (texts["module"], texts["sub"]) if part)
    fields: dict[str, Any] = {"version": "1", "topic": topic}
    fields |= {name: texts[name] for name in TEXTS if texts[name]}
    for name in LINES:
        lines = [line.strip() for line in texts[name].splitlines() if line.strip()]
        fields[name] = list(dict.fromkeys(lines))
    rows = zip(*(form.getlist(f"amount_{part}") for part in AMOUNT), strict=False)
    amounts = [
        {part: str(value).strip() for part, value in zip(AMOUNT, row, strict=True) if value}
        for row in rows
        if any(str(value).strip() for value in row)
    ]
    if amounts:
        fields["amounts"] = amounts
    if not fields["materials"]:
        del fields["materials"]
    return fields


def id_for(title: str, taken: frozenset[str]) -> str:
    """A name for a new article by how its title sounds, one that is not taken."""
    words = [part.split("|")[0].lower() for part in sounds(title)]
    base = "-".join(words)[:56].strip("-") or "tiaomu"
    number, name = 2, base
    while name in taken:
        number, name = number + 1, f"{base}-{number}"
    return name


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""
