"""Bring a database to the tables that this version of the code works with (Alembic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from core.db import Base

_ONE_AT_A_TIME = {
    # Python's sqlite3 opens no transaction for a CREATE TABLE by itself.
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(12349)",
}
"""Nodes of a cluster start together: one migrates, the others wait and find nothing to do."""

FOLDER = Path(__file__).with_name("migrations")


class MigrationError(Exception):
    """The database cannot be brought up to date; the message is one sentence."""


def upgrade(url: str) -> str:
    """Apply all migrations to the database at `url`; returns the revision it is at then.

    Harmless when nothing is to be done; all or nothing otherwise. Raises MigrationError.
    """
    with _connected(url) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), "head")
    return head()


def check(url: str) -> str:
    """Return '' when the database is up to date, else one sentence saying what it lacks.

    Raises MigrationError when the database cannot be reached.
    """
    with _connected(url) as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == head():
        return ""
    return f"the database is at revision {now or 'none'}, not {head()}; run hotline db upgrade"


def head() -> str:
    """The newest revision that this code knows."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def differences(url: str) -> list[Any]:
    """What the database's tables and `Base.metadata` do not have in common (Alembic's terms).

    Only tables whose modules were imported are in the metadata. Raises MigrationError.
    """
    with _connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    now = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
    if now is not None and now not in known:
        raise MigrationError(
            f"the database is at revision {now}, which this version does not know; "
            "install the version that made it or restore a backup"
        )


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    parsed = make_url(url)
    if parsed.get_backend_name() not in _ONE_AT_A_TIME:
        raise MigrationError(
            f"the database URL begins with {parsed.get_backend_name()}; "
            "only sqlite and postgresql are supported"
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_ONE_AT_A_TIME[parsed.get_backend_name()])
            yield connection
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise MigrationError(f"the database cannot be brought up to date: {reason}") from error
    finally:
        engine.dispose()
