"""Service places, the imports that brought them, and what each import changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "service_place_imports",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "service_places",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("area", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("hours", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=128), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("price_from", sa.Integer(), nullable=True),
        sa.Column("price_to", sa.Integer(), nullable=True),
        sa.Column("beds", sa.Integer(), nullable=True),
        sa.Column("beds_free", sa.Integer(), nullable=True),
        sa.Column("beds_date", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("batch", _ID, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["service_place_imports.id"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_service_places_kind", "service_places", ["kind", "area"])
    op.create_table(
        "service_place_changes",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("batch", _ID, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["service_place_imports.id"]),
        sa.ForeignKeyConstraint(["code"], ["service_places.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch", "code"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_place_changes")
    op.drop_table("service_places")
    op.drop_table("service_place_imports")
