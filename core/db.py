"""The database: engine, sessions and column types. SQLite (WAL) or PostgreSQL by URL.

Sessions are synchronous and live in threads only (docs/decisions.md); no query runs on the
reactor thread.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, Text, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from core.crypto import Vault

Sessions = Callable[[], AbstractContextManager[Session]]
"""Opens a session in its own transaction: `with sessions() as db:` commits at the end."""


class Base(DeclarativeBase):
    """All tables of all rooms hang on this one metadata, so that one migration carries them."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, naive UTC in the database (SQLite keeps no zone)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Secret(TypeDecorator[str]):
    """Text that identifies a person: AES-GCM at rest with the installation's key."""

    impl = Text
    cache_ok = True
    vault: Vault | None = None

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt; empty text stays empty."""
        if not value:
            return value
        return self._vault().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt."""
        if not value:
            return value
        return self._vault().open(value)

    @classmethod
    def _vault(cls) -> Vault:
        if cls.vault is None:
            raise RuntimeError("open_database was not called: no key for personal data")
        return cls.vault


def open_database(url: str, vault: Vault) -> Engine:
    """Return an engine for a database URL.

    SQLite gets WAL, foreign keys and a busy timeout of 10 s. The vault is what `Secret` columns
    encrypt with; one process serves one installation. Raises sqlalchemy errors at first use.
    """
    Secret.vault = vault
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            hide_parameters=True,
            # A server that falls silent must not hold up calls (libpq, 34.1.2): s and ms.
            connect_args={"connect_timeout": 3, "tcp_user_timeout": 5000},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # Parameters are hidden in errors: they are about people, and errors are logged.
    engine = create_engine(parsed, connect_args={"timeout": 10}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def open_sessions(engine: Engine) -> Sessions:
    """Return the factory of sessions: each use is one transaction, committed at the end."""
    return sessionmaker(engine, expire_on_commit=False).begin
