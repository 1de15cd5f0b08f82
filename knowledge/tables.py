"""Articles as the database keeps them: every text ever told, and what people do with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment

Number = BigInteger().with_variant(Integer, "sqlite")


class Article(Base):
    """One article. `version` is the one that lists show: what is told, else what was last written.

    `area` and `topic` are those of that version.
    """

    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area: Mapped[str] = mapped_column(String(12), index=True)
    topic: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class ArticleVersion(Base):
    """One text of an article; once submitted it is never changed, so that a ticket can name it.

    `state` is a `knowledge.lifecycle.State`, never expired: that follows from the day. `origin` is
    file for what came with the software, else the user who began it; `authors` wrote it. `why` is
    the last reason given. `digest` is `ArticleContent.digest()`. `batch` is the import it came by.
    """

    __tablename__ = "article_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "version"),
        Index("ix_article_versions_state", "state"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(255))
    questions: Mapped[list[str]] = mapped_column(JSON)
    keys: Mapped[list[str]] = mapped_column(JSON)
    spoken: Mapped[str] = mapped_column(Text)
    spoken_source: Mapped[str] = mapped_column(Text)
    long: Mapped[str] = mapped_column(Text)
    doc_number: Mapped[str] = mapped_column(String(255))
    doc_article: Mapped[str] = mapped_column(String(255))
    doc_date: Mapped[str] = mapped_column(String(10))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(String(1))
    origin: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(16))
    told: Mapped[bool] = mapped_column(default=False)
    authors: Mapped[list[str]] = mapped_column(JSON, default=list)
    approver: Mapped[str] = mapped_column(String(64), default="")
    review_by: Mapped[date | None]
    why: Mapped[str] = mapped_column(Text, default="")
    batch: Mapped[int | None] = mapped_column(Number, index=True)
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    household: Mapped[str] = mapped_column(String(16), default="")
    amounts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    materials: Mapped[list[str]] = mapped_column(JSON, default=list)
    place: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(String(255), default="")
    fee: Mapped[str] = mapped_column(String(64), default="")
    limit: Mapped[str] = mapped_column("time_limit", String(64), default="")


class ArticleImport(Base):
    """One file that was read in; undone as a whole."""

    __tablename__ = "article_imports"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    file: Mapped[str] = mapped_column(String(255))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class ArticleNotice(Base):
    """What agents are told of a change: `kind` is published or withdrawn."""

    __tablename__ = "article_notices"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class NoticeRead(Base):
    """Somebody has read a notice."""

    __tablename__ = "article_notice_reads"

    notice_id: Mapped[int] = mapped_column(ForeignKey("article_notices.id"), primary_key=True)
    user: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Unhelpful(Base):
    """Somebody found that an article does not help; `call_id` is empty when no call was at hand."""

    __tablename__ = "article_unhelpful"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    call_id: Mapped[str] = mapped_column(String(32), default="")
    by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment)


class OpenQuestion(Base):
    """A question that nobody could answer, in the recogniser's words.

    `state` is open, drafted (`article` is the article that was begun for it) or dismissed.
    """

    __tablename__ = "open_questions"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    area: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    article: Mapped[str] = mapped_column(String(64), default="")
    settled_by: Mapped[str] = mapped_column(String(64), default="")


class SynonymGroup(Base):
    """Words that mean the same to whoever asks: 低保, 最低生活保障."""

    __tablename__ = "synonym_groups"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    removed: Mapped[bool] = mapped_column(default=False)
