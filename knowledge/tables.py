"""Articles as the database keeps them: what is told now, and every text that was ever told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment


class Article(Base):
    """One article. `version` is the one in use; `status` is draft, published or withdrawn."""

    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area: Mapped[str] = mapped_column(String(12), index=True)
    topic: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class ArticleVersion(Base):
    """One text of an article; written once and never changed, so that a ticket can name it.

    `origin` is file for what came with the software, else the user who wrote it. `digest` is
    `ArticleContent.digest()`.
    """

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
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
