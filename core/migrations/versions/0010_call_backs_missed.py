"""Call-backs with their attempts, and missed calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "call_backs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("skill", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_call_backs_call_id", "call_backs", ["call_id"])
    op.create_index("ix_call_backs_state", "call_backs", ["state"])
    op.create_index("ix_call_backs_number", "call_backs", ["number_key", "state"])
    op.create_table(
        "call_back_attempts",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("call_back_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["call_back_id"], ["call_backs.id"]),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_back_id", "number"),
    )
    op.create_table(
        "missed_calls",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("caller_key", sa.String(length=64), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Boolean(), nullable=False),
        sa.Column("waited_s", sa.Integer(), nullable=False),
        sa.Column("missed_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("result_by", sa.String(length=64), nullable=False),
        sa.Column("result_at", sa.DateTime(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("closed_call", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["closed_call"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id"),
    )
    op.create_index("ix_missed_calls_state", "missed_calls", ["state", "due_at"])
    op.create_index("ix_missed_calls_caller", "missed_calls", ["caller_key", "state"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("missed_calls")
    op.drop_table("call_back_attempts")
    op.drop_table("call_backs")
