"""Where callers live: kept with what is remembered of who phones from a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the three columns."""
    for name in ("home", "home_position"):
        op.add_column("callers", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("callers", sa.Column("home_changed_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for name in ("home_changed_at", "home_position", "home"):
        op.drop_column("callers", name)
