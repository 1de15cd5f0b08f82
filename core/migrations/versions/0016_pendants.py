"""Devices of people at home, and the signals that they sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pendant_device",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("protocol", sa.String(length=16), nullable=False),
        sa.Column("controller", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=True),
        sa.Column("battery", sa.String(length=16), nullable=False),
        sa.Column("test_due", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("protocol", "controller", name="uq_pendant_device"),
    )
    op.create_index("ix_pendant_device_number_key", "pendant_device", ["number_key"])
    op.create_table(
        "pendant_signal",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("protocol", sa.String(length=16), nullable=False),
        sa.Column("controller", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("once", sa.String(length=96), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("voice", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("call_back", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("device_id", _ID, nullable=True),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once", name="uq_pendant_signal_once"),
        sa.ForeignKeyConstraint(["device_id"], ["pendant_device.id"], name="fk_pendant_signal"),
    )
    op.create_index("ix_pendant_signal_controller", "pendant_signal", ["controller", "at"])
    op.create_index("ix_pendant_signal_at", "pendant_signal", ["at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("pendant_signal")
    op.drop_table("pendant_device")
