"""How Alembic runs the migrations; `core.migrate` calls it with an open connection."""

from __future__ import annotations

from alembic import context

from core.db import Base

connection = context.config.attributes["connection"]
# SQLite changes a column by copying its table (Alembic: batch migrations).
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
