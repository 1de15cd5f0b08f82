"""Between rows of the database and what they stand for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from knowledge.amounts import Amount
from knowledge.article import ArticleContent
from knowledge.content import fields_of
from knowledge.lifecycle import REVIEW_EVERY, Life, State
from knowledge.tables import Article, ArticleVersion

FILE = "file"
"""Origin of a version that came as a file with the software."""

_SAME = (
    "area", "topic", "title", "spoken", "spoken_source", "long", "doc_number", "doc_article",
    "doc_date", "valid_from", "valid_to", "owner", "mark", "age_from", "age_to", "household",
    "place", "hours", "fee", "limit",
)  # fmt: skip


def content_of(row: ArticleVersion) -> ArticleContent:
    """The text of a version."""
    return ArticleContent(
        id=row.article_id,
        version=row.version,
        questions=tuple(row.questions),
        keys=tuple(row.keys),
        amounts=tuple(_amount(each) for each in row.amounts),
        materials=tuple(row.materials),
        **{name: getattr(row, name) for name in _SAME},
    )


def values_of(content: ArticleContent) -> dict[str, Any]:
    """The columns that hold a text."""
    return {
        "questions": list(content.questions),
        "keys": list(content.keys),
        "amounts": fields_of(content).get("amounts", []),
        "materials": list(content.materials),
        "digest": content.digest(),
        **{name: getattr(content, name) for name in _SAME},
    }


def life_of(row: ArticleVersion) -> Life:
    """Where a version stands; one told before there were reviews is due 90 days after it came."""
    due = row.created_at.date() + REVIEW_EVERY if row.told else None
    return Life(
        state=State(row.state),
        authors=tuple(row.authors),
        approver=row.approver,
        valid_to=row.valid_to,
        told=row.told,
        review_by=row.review_by or due,
    )


def set_life(row: ArticleVersion, life: Life) -> None:
    """Write where a version stands now."""
    row.state, row.approver = life.state.value, life.approver
    row.authors, row.told, row.review_by = list(life.authors), life.told, life.review_by


def add_version(
    content: ArticleContent, number: int, life: Life, origin: str, now: datetime
) -> ArticleVersion:
    """A row for a text that is new, not yet in a session."""
    row = ArticleVersion(
        article_id=content.id, version=number, origin=origin, created_at=now, why="",
        **values_of(content),
    )  # fmt: skip
    set_life(row, life)
    return row


def show(article: Article, row: ArticleVersion, now: datetime) -> None:
    """Make a version the one that lists show."""
    article.version, article.changed_at = row.version, now
    article.area, article.topic = row.area, row.topic


def _amount(fields: dict[str, Any]) -> Amount:
    begin, end = (
        date.fromisoformat(fields[name]) if fields.get(name) else None
        for name in ("valid_from", "valid_to")
    )
    return Amount(fields["name"], fields["value"], fields["unit"], fields["area"], begin, end)
