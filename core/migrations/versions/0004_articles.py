"""Articles: the life of each version, what they lacked, and what people do with them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

IN_USE = """UPDATE article_versions SET told = {true}, state = (
    SELECT status FROM articles WHERE articles.id = article_versions.article_id)
    WHERE version = (SELECT version FROM articles WHERE articles.id = article_versions.article_id)
"""
BACK = """UPDATE articles SET status = (
    SELECT state FROM article_versions
    WHERE article_id = articles.id AND article_versions.version = articles.version)
"""


def upgrade() -> None:
    """Move the status from the article to its version; add columns and tables."""
    for column in _new_columns():
        op.add_column("article_versions", column)
    true = "true" if op.get_bind().dialect.name == "postgresql" else "1"
    op.execute(IN_USE.format(true=true))
    op.create_index("ix_article_versions_state", "article_versions", ["state"])
    op.create_index("ix_article_versions_batch", "article_versions", ["batch"])
    op.drop_index("ix_articles_status", "articles")
    op.drop_column("articles", "status")
    _imports_and_notices()
    _votes_and_questions()


def downgrade() -> None:
    """Drop what was added; the versions' states stay only where they are in use."""
    for table in TABLES:
        op.drop_table(table)
    op.add_column(
        "articles",
        sa.Column("status", sa.String(length=16), nullable=False, server_default="draft"),
    )
    op.execute(BACK)
    op.create_index("ix_articles_status", "articles", ["status"])
    op.drop_index("ix_article_versions_state", "article_versions")
    op.drop_index("ix_article_versions_batch", "article_versions")
    for column in _new_columns():
        op.drop_column("article_versions", column.name)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.String(length=16), nullable=False, server_default="replaced"),
        sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("approver", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("batch", BIG, nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_to", sa.Integer(), nullable=True),
        sa.Column("household", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("amounts", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("materials", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("place", sa.Text(), nullable=False, server_default=""),
        sa.Column("hours", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("fee", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("time_limit", sa.String(length=64), nullable=False, server_default=""),
    ]


def _imports_and_notices() -> None:
    op.create_table(
        "article_imports",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "article_notices",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_article_notices_at", "article_notices", ["at"])
    op.create_table(
        "article_notice_reads",
        sa.Column("notice_id", BIG, autoincrement=False, nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["article_notices.id"]),
        sa.PrimaryKeyConstraint("notice_id", "user"),
    )


def _votes_and_questions() -> None:
    op.create_table(
        "article_unhelpful",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_article_unhelpful_article_id", "article_unhelpful", ["article_id"])
    op.create_table(
        "open_questions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("article", sa.String(length=64), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_open_questions_call_id", "open_questions", ["call_id"])
    op.create_index("ix_open_questions_state", "open_questions", ["state"])
    op.create_table(
        "synonym_groups",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


TABLES = (
    "synonym_groups",
    "open_questions",
    "article_unhelpful",
    "article_notice_reads",
    "article_notices",
    "article_imports",
)
