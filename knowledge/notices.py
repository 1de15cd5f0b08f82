"""What agents are told of changes, and who has read it; and what they say of articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.area import serves
from core.db import Sessions
from knowledge.tables import Article, ArticleNotice, NoticeRead, Unhelpful

KEPT_IN_SIGHT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Notice:
    """One change; `readers` are users and when they read it (UTC)."""

    id: int
    article: str
    version: int
    area: str
    title: str
    kind: str
    why: str
    by: str
    at: datetime
    readers: Mapping[str, datetime]


def notices(sessions: Sessions, area: str, now: datetime) -> list[Notice]:
    """The changes of the last 90 days that concern calls of an area, newest first. Blocking.

    These are the changes to what holds there: of the area, those around it and those in it.
    """
    query = (
        select(ArticleNotice)
        .where(ArticleNotice.at > now - KEPT_IN_SIGHT)
        .order_by(ArticleNotice.id.desc())
    )
    with sessions() as db:
        rows = [row for row in db.scalars(query) if _concerns(row.area, area)]
        reads: dict[int, dict[str, datetime]] = {}
        ids = [row.id for row in rows]
        for read in db.scalars(select(NoticeRead).where(NoticeRead.notice_id.in_(ids))):
            reads.setdefault(read.notice_id, {})[read.user] = read.at
        return [
            Notice(
                row.id, row.article_id, row.version, row.area, row.title, row.kind, row.why,
                row.by, row.at, reads.get(row.id, {}),
            )
            for row in rows
        ]  # fmt: skip


def unread(sessions: Sessions, user: str, area: str, now: datetime) -> int:
    """How many changes somebody has not read. Blocking."""
    return sum(user not in each.readers for each in notices(sessions, area, now))


def read(sessions: Sessions, notice: int, user: str, now: datetime) -> bool:
    """Keep that somebody has read a notice; the first time counts. False when there is none."""
    with sessions() as db:
        if db.get(ArticleNotice, notice) is None:
            return False
        if db.get(NoticeRead, (notice, user)) is None:
            db.add(NoticeRead(notice_id=notice, user=user, at=now))
        return True


def unhelpful(
    sessions: Sessions, article: str, version: int, by: str, why: str, now: datetime, call: str = ""
) -> bool:
    """Keep that an article does not help, once per user, version and call. Blocking.

    False when there is no such article.
    """
    with sessions() as db:
        if db.get(Article, article) is None:
            return False
        known = select(Unhelpful).where(
            Unhelpful.article_id == article, Unhelpful.version == version, Unhelpful.by == by,
            Unhelpful.call_id == call,
        )  # fmt: skip
        row = db.scalar(known) or Unhelpful(
            article_id=article, version=version, by=by, call_id=call, at=now
        )
        row.why = why.strip()[:500]
        db.add(row)
        return True


def votes(db: Session) -> dict[str, int]:
    """How often each article was found not to help."""
    query = select(Unhelpful.article_id, func.count()).group_by(Unhelpful.article_id)
    return {article: count for article, count in db.execute(query)}


def complaints(db: Session, article: str) -> list[Unhelpful]:
    """What was said against one article, newest first."""
    query = select(Unhelpful).where(Unhelpful.article_id == article).order_by(Unhelpful.id.desc())
    return list(db.scalars(query))


def _concerns(article_area: str, user_area: str) -> bool:
    return serves(article_area, user_area) or serves(user_area, article_area)
