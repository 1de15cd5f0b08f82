"""Case records, their tickets, and failed checks by phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("digits", sa.String(length=18), nullable=False),
        sa.Column("module", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.Column("identity_key", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("next_step", sa.String(length=64), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("digits"),
    )
    op.create_index("ix_cases_area", "cases", ["area"])
    op.create_table(
        "ticket_cases",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("ticket_id", "case_number"),
    )
    op.create_index("ix_ticket_cases_case", "ticket_cases", ["case_number"])
    op.create_table(
        "failed_case_checks",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "call_id", "asked"),
    )
    op.create_index("ix_failed_case_checks_at", "failed_case_checks", ["at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("failed_case_checks")
    op.drop_table("ticket_cases")
    op.drop_table("cases")
