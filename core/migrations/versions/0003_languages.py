"""Languages: what the caller speaks, on the ticket, and what agents speak."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column(
        "tickets", sa.Column("language", sa.String(length=16), nullable=False, server_default="")
    )
    op.add_column("users", sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("users", "skills")
    op.drop_column("tickets", "language")
