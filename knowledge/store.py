"""Put articles into the database and get them out. All functions block: call them in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.db import Sessions
from knowledge.article import ArticleContent
from knowledge.lifecycle import REVIEW_EVERY, Action, Event, Life, State, as_of, step
from knowledge.load import Problem, load_folder
from knowledge.rows import FILE, add_version, content_of, life_of, set_life, show
from knowledge.tables import Article, ArticleVersion


@dataclass(frozen=True, slots=True)
class Seeded:
    """What `seed` or `put` did, by article id.

    `held_back` have a new text that is stored as a draft, because a user's text is in use or
    somebody withdrew the article. `problems` are the files that could not be read.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of an article with what the database knows of it. `created_at` is in UTC.

    `life.state` is as of the day on which it was asked for. `newer` is the state of a newer version
    in the making, None when there is none.
    """

    content: ArticleContent
    life: Life
    in_use: bool
    origin: str
    created_at: datetime
    why: str = ""
    newer: State | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.life.state


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
    query = (
        select(ArticleVersion)
        .where(ArticleVersion.state == State.PUBLISHED)
        .order_by(ArticleVersion.article_id)
    )
    with sessions() as db:
        contents = [content_of(row) for row in db.scalars(query)]
    return [item for item in contents if item.valid_to is None or today <= item.valid_to]


def list_articles(sessions: Sessions, today: date) -> list[Stored]:
    """Every article in the version that lists show, in the order of topic and id."""
    with sessions() as db:
        rows = db.execute(_joined()).all()
        making = _in_the_making(db)
        return [_stored(article, row, today, making.get(article.id)) for article, row in rows]


def topics_and_owners(sessions: Sessions) -> tuple[list[str], list[str]]:
    """All topics and all owners that articles name, sorted, each once."""
    with sessions() as db:
        columns = ArticleVersion.topic, ArticleVersion.owner
        topics, owners = (set(db.scalars(select(column).distinct())) for column in columns)
    return sorted(topics), sorted(owners - {""})


def get_article(sessions: Sessions, article: str, today: date) -> list[Stored]:
    """All versions of one article, newest first; empty when there is no such article."""
    query = (
        select(Article, ArticleVersion)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(Article.id == article)
        .order_by(ArticleVersion.version.desc())
    )
    with sessions() as db:
        return [_stored(row, version, today) for row, version in db.execute(query)]


def in_state(sessions: Sessions, states: Iterable[State], today: date) -> list[Stored]:
    """The versions in these states, longest waiting first."""
    query = (
        select(Article, ArticleVersion)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(ArticleVersion.state.in_([state.value for state in states]))
        .order_by(ArticleVersion.created_at, ArticleVersion.id)
    )
    with sessions() as db:
        return [_stored(row, version, today) for row, version in db.execute(query)]


def _put(db: Session, content: ArticleContent, now: datetime) -> str:
    told = Life(State.PUBLISHED, (FILE,), "", content.valid_to, True, now.date() + REVIEW_EVERY)
    article = db.get(Article, content.id)
    if article is None:
        row = add_version(content, content.version, told, FILE, now)
        article = Article(id=content.id)
        show(article, row, now)
        db.add(article)
        db.flush()
        db.add(row)
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
    shown = next(v for v in versions if v.version == article.version)
    if shown.origin != FILE or shown.state != State.PUBLISHED:
        db.add(add_version(content, number, Life(authors=(FILE,)), FILE, now))
        return "held_back"
    over, _ = step(life_of(shown), Event(Action.REPLACE, FILE), now.date())
    set_life(shown, over)
    row = add_version(content, number, told, FILE, now)
    db.add(row)
    show(article, row, now)
    return "changed"


def _joined() -> Select[Article, ArticleVersion]:
    return (
        select(Article, ArticleVersion)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.version),
        )
        .order_by(Article.topic, Article.id)
    )


def _in_the_making(db: Session) -> dict[str, State]:
    query = (
        select(ArticleVersion.article_id, ArticleVersion.state)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(
            ArticleVersion.state.in_([State.DRAFT, State.REVIEW, State.APPROVED]),
            ArticleVersion.version > Article.version,
        )
        .order_by(ArticleVersion.version)
    )
    return {article: State(state) for article, state in db.execute(query)}


def _stored(
    article: Article, row: ArticleVersion, today: date, newer: State | None = None
) -> Stored:
    return Stored(
        content=content_of(row),
        life=as_of(life_of(row), today),
        in_use=article.version == row.version,
        origin=row.origin,
        created_at=row.created_at,
        why=row.why,
        newer=newer,
    )
