"""Elder mode: on the ticket, and remembered of the caller."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the ticket's column and the callers' table."""
    op.add_column(
        "tickets", sa.Column("elder", sa.String(length=16), nullable=False, server_default="")
    )
    op.create_table(
        "callers",
        sa.Column("caller_key", sa.String(length=64), nullable=False),
        sa.Column("elder", sa.Boolean(), nullable=False),
        sa.Column("elder_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("caller_key"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("callers")
    op.drop_column("tickets", "elder")
