"""Put articles into the database and get them out. All functions block: call them in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.db import Sessions
from knowledge.article import ArticleContent
from knowledge.load import Problem, load_folder
from knowledge.tables import Article, ArticleVersion

FILE = "file"
"""Origin of a version that came as a file with the software."""

_TEXTS = (
    "area", "topic", "title", "spoken", "spoken_source", "long", "doc_number", "doc_article",
    "doc_date", "valid_from", "valid_to", "owner", "mark",
)  # fmt: skip


class Status(Enum):
    """Whether an article is told to callers."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What `seed` or `put` did, by article id.

    `held_back` have a new text that is stored but not used, because a user's text is in use.
    `problems` are the files that could not be read.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of an article with what the database knows of it. `created_at` is in UTC."""

    content: ArticleContent
    status: Status
    in_use: bool
    origin: str
    created_at: datetime


def seed(sessions: Sessions, folder: Path, now: datetime) -> Seeded:
    """Store the articles of a folder of YAML files; files with a fault are left out and named.

    See `put`. `now` is time-zone aware. Raises sqlalchemy errors.
    """
    loaded = load_folder(folder)
    return replace(put(sessions, loaded.articles, now), problems=loaded.problems)


def put(sessions: Sessions, contents: Iterable[ArticleContent], now: datetime) -> Seeded:
    """Store articles: new ones published, changed ones as a new version.

    Does nothing for a text that is the last one that came from a file, so it may run at every
    start. Never deletes; an article whose file is gone stays, and so does a user's newer text.
    """
    done: dict[str, list[str]] = {"added": [], "changed": [], "kept": [], "held_back": []}
    with sessions() as db:
        for content in contents:
            done[_put(db, content, now)].append(content.id)
    added, changed, kept, held_back = (tuple(ids) for ids in done.values())
    return Seeded(added, changed, kept, held_back)


def in_force(sessions: Sessions, today: date) -> list[ArticleContent]:
    """The published articles that have not expired by `today`, in the order of their ids.

    Those that begin to hold later are among them: the search looks at the day of each question.
    """
    query = _joined().where(Article.status == Status.PUBLISHED.value)
    with sessions() as db:
        contents = [_content(version) for _, version in db.execute(query)]
    return [item for item in contents if item.valid_to is None or today <= item.valid_to]


def list_articles(sessions: Sessions) -> list[Stored]:
    """Every article in the version in use, whatever its status, in the order of topic and id."""
    with sessions() as db:
        rows = db.execute(_joined().order_by(None).order_by(Article.topic, Article.id))
        return [_stored(article, version) for article, version in rows]


def get_article(sessions: Sessions, article: str) -> list[Stored]:
    """All versions of one article, newest first; empty when there is no such article."""
    query = (
        select(Article, ArticleVersion)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(Article.id == article)
        .order_by(ArticleVersion.version.desc())
    )
    with sessions() as db:
        return [_stored(row, version) for row, version in db.execute(query)]


def set_status(sessions: Sessions, article: str, status: Status, now: datetime) -> bool:
    """Publish or withdraw an article; False when there is no such article."""
    with sessions() as db:
        row = db.get(Article, article)
        if row is None:
            return False
        row.status, row.changed_at = status.value, now
        return True


def _put(db: Session, content: ArticleContent, now: datetime) -> str:
    article = db.get(Article, content.id)
    if article is None:
        article = Article(
            id=content.id,
            area=content.area,
            topic=content.topic,
            status=Status.PUBLISHED.value,
            version=content.version,
            changed_at=now,
        )
        db.add(article)
        db.flush()
        db.add(_row(content, content.version, now))
        return "added"
    versions = db.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.article_id == content.id)
        .order_by(ArticleVersion.version.desc())
    ).all()
    last = next((version for version in versions if version.origin == FILE), None)
    if last is not None and last.digest == content.digest():
        return "kept"
    number = max(content.version, versions[0].version + 1)
    db.add(_row(content, number, now))
    if next(v for v in versions if v.version == article.version).origin != FILE:
        return "held_back"
    article.version, article.changed_at = number, now
    article.area, article.topic = content.area, content.topic
    return "changed"


def _joined() -> Select[Article, ArticleVersion]:
    return (
        select(Article, ArticleVersion)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.version),
        )
        .order_by(Article.id)
    )


def _row(content: ArticleContent, version: int, now: datetime) -> ArticleVersion:
    return ArticleVersion(
        article_id=content.id,
        version=version,
        questions=list(content.questions),
        keys=list(content.keys),
        origin=FILE,
        digest=content.digest(),
        created_at=now,
        **{name: getattr(content, name) for name in _TEXTS},
    )


def _content(row: ArticleVersion) -> ArticleContent:
    return ArticleContent(
        id=row.article_id,
        version=row.version,
        questions=tuple(row.questions),
        keys=tuple(row.keys),
        **{name: getattr(row, name) for name in _TEXTS},
    )


def _stored(article: Article, version: ArticleVersion) -> Stored:
    return Stored(
        content=_content(version),
        status=Status(article.status),
        in_use=article.version == version.version,
        origin=version.origin,
        created_at=version.created_at,
    )
