"""What people do with articles: draft, review, publish, withdraw, restore; each in one transaction.

The decisions are `knowledge.lifecycle`'s. All functions block and raise `Refused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Sessions
from core.journal_tables import AuditEntry
from knowledge.article import ArticleContent
from knowledge.content import fields_of
from knowledge.faults import faults
from knowledge.lifecycle import Action, Effect, Event, Life, Refused, State, step
from knowledge.rows import add_version, content_of, life_of, set_life, show, values_of
from knowledge.tables import Article, ArticleNotice, ArticleVersion

MADE = (State.DRAFT, State.REVIEW, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, from which address, and when: `now` in UTC, `today` in the authority's zone."""

    name: str
    now: datetime
    today: date
    address: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: which version stands where, and whether callers hear something else now."""

    article: str
    version: int
    state: State
    heard: bool


def draft(
    sessions: Sessions,
    content: ArticleContent,
    doer: Doer,
    seen: str = "",
    batch: int | None = None,
) -> Done:
    """Write a text into the article's draft, or begin one; its `version` is not looked at.

    `seen` is the digest of the draft that the writer had before them: a draft that somebody else
    changed meanwhile is not overwritten. Raises Refused also while a version is under review.
    """
    with sessions() as db:
        return put_draft(db, content, doer, seen, batch)


def put_draft(
    db: Session, content: ArticleContent, doer: Doer, seen: str = "", batch: int | None = None
) -> Done:
    """As `draft`, in the caller's transaction."""
    article = db.get(Article, content.id)
    making = _in_the_making(db, content.id)
    if making is None:
        life, _ = step(Life(valid_to=content.valid_to), Event(Action.EDIT, doer.name), doer.today)
        row = add_version(content, _next(db, content.id), life, doer.name, doer.now)
        row.batch = batch
        if article is None:
            article = Article(id=content.id)
            show(article, row, doer.now)
            db.add(article)
            db.flush()
        db.add(row)
    else:
        row = making
        if row.digest != seen and row.digest != content.digest():
            raise Refused("这条的草稿刚刚被别人改过，请刷新页面看过以后再改。")
        life, _ = step(life_of(row), Event(Action.EDIT, doer.name), doer.today)
        for name, value in values_of(content).items():
            setattr(row, name, value)
        set_life(row, life)
        assert article is not None
        if article.version == row.version:
            show(article, row, doer.now)
    _audit(db, doer, "article.drafted", row)
    return Done(row.article_id, row.version, State(row.state), False)


def act(sessions: Sessions, article: str, version: int, event: Event, doer: Doer) -> Done:
    """Do something with a version and carry out what follows. Raises Refused, LookupError."""
    with sessions() as db:
        return act_in(db, article, version, event, doer)


def act_in(db: Session, article: str, version: int, event: Event, doer: Doer) -> Done:
    """As `act`, in the caller's transaction."""
    kept = db.get(Article, article, with_for_update=True)
    row = _version(db, article, version)
    if kept is None or row is None:
        raise LookupError(f"there is no version {version} of {article}")
    life, effects = step(life_of(row), event, doer.today)
    if event.action is Action.SUBMIT:
        _complete(row)
    if event.action is Action.REOPEN and life.state is State.DRAFT:
        _only_one(db, article)
    if Effect.TELL in effects:
        _replace_told(db, article, doer)
        show(kept, row, doer.now)
    set_life(row, life)
    row.why = event.why.strip()
    kept.changed_at = doer.now
    _audit(db, doer, f"article.{event.action.value}", row)
    if Effect.NOTIFY in effects:
        kind = "published" if Effect.TELL in effects else "withdrawn"
        db.add(
            ArticleNotice(
                article_id=article, version=version, area=row.area, title=row.title, kind=kind,
                why=row.why, by=doer.name, at=doer.now,
            )
        )  # fmt: skip
    heard = Effect.TELL in effects or Effect.SILENCE in effects
    return Done(article, version, life.state, heard)


def restore(sessions: Sessions, article: str, version: int, doer: Doer) -> Done:
    """Begin a draft with the text of an old version. Raises Refused, LookupError."""
    with sessions() as db:
        row = _version(db, article, version)
        if row is None:
            raise LookupError(f"there is no version {version} of {article}")
        _only_one(db, article)
        return put_draft(db, content_of(row), doer)


def _complete(row: ArticleVersion) -> None:
    missing = faults(fields_of(content_of(row)))
    if missing:
        raise Refused("还不能送审：" + "".join(fault.text for fault in missing[:5]))


def _replace_told(db: Session, article: str, doer: Doer) -> None:
    told = db.scalars(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article, ArticleVersion.state == State.PUBLISHED
        )
    )
    for row in told:
        over, _ = step(life_of(row), Event(Action.REPLACE, doer.name), doer.today)
        set_life(row, over)


def _only_one(db: Session, article: str) -> None:
    if _in_the_making(db, article) is not None:
        raise Refused("这条已有一个新版本在起草或审批，请先处理它。")


def _in_the_making(db: Session, article: str) -> ArticleVersion | None:
    return db.scalar(
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article, ArticleVersion.state.in_(MADE))
        .order_by(ArticleVersion.version.desc())
        .limit(1)
    )


def _version(db: Session, article: str, version: int) -> ArticleVersion | None:
    return db.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article, ArticleVersion.version == version
        )
    )


def _next(db: Session, article: str) -> int:
    highest = select(func.max(ArticleVersion.version)).where(ArticleVersion.article_id == article)
    return (db.scalar(highest) or 0) + 1


def _audit(db: Session, doer: Doer, did: str, row: ArticleVersion) -> None:
    db.add(
        AuditEntry(
            at=doer.now, who=doer.name, did=did, what=f"{row.article_id} v{row.version}",
            area=row.area, address=doer.address,
        )
    )  # fmt: skip
