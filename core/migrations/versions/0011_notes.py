"""What agents note on a ticket as they type, what others' texts replaced, and the result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the two tables and the column."""
    op.create_table(
        "ticket_notes",
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("tickets.id"), primary_key=True,
                  autoincrement=False),
        sa.Column("field", sa.String(16), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "ticket_notes_past",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_ticket_notes_past", "ticket_notes_past", ["ticket_id", "field", "id"])
    op.add_column("tickets", sa.Column("result", sa.String(32), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("tickets", "result")
    op.drop_table("ticket_notes_past")
    op.drop_table("ticket_notes")
