"""Migrations make exactly the tables that the code declares, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect, text

import agent_ui.agent_days.tables
import agent_ui.recording_notes.tables
import agent_ui.tables
import core.journal_tables
import core.queue_log_tables
import knowledge.places.tables
import knowledge.service_places.tables
import knowledge.tables

# KT import knowledge.tables
import telephony.pendants.tables
import tickets.call_backs.tables
import tickets.cases.tables
import tickets.missed.tables
import tickets.quality.tables
import tickets.sms.tables
import tickets.tables
from core import migrate
from core.commands import make_db
from core.crypto import Vault
from core.db import Base, open_database, open_sessions
from core.settings import Settings
from tests.core import postgres
from tests.tickets.journalled import Journalled

ROOMS = (
    agent_ui.agent_days.tables,
    agent_ui.recording_notes.tables,
    agent_ui.tables,
    core.journal_tables,
    core.queue_log_tables,
    knowledge.places.tables,
    knowledge.service_places.tables,
    knowledge.tables,
    tickets.sms.tables,
    tickets.call_backs.tables,
    tickets.cases.tables,
    tickets.missed.tables,
    tickets.quality.tables,
    tickets.tables,
    telephony.pendants.tables,
)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: postgresql)")
    with postgres.running(folder) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/hotline.db"
        return
    server = request.getfixturevalue("postgres_url")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS fresh"))
        connection.execute(text("CREATE DATABASE fresh"))
    engine.dispose()
    yield server.replace("/postgres?", "/fresh?")


def test_upgrade_makes_what_the_code_declares(url: str) -> None:
    assert "revision none" in migrate.check(url)
    assert migrate.upgrade(url) == migrate.head()
    assert migrate.check(url) == ""
    assert migrate.differences(url) == []


def test_every_room_is_in_the_metadata() -> None:
    tables = set(Base.metadata.tables)
    assert {"calls", "tickets", "users", "articles"} <= tables
    assert all(room.__name__.endswith("tables") for room in ROOMS)


def test_second_upgrade_changes_nothing(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO ticket_counters VALUES ('20260302', 7)"))
    migrate.upgrade(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT last FROM ticket_counters")).scalar() == 7
    engine.dispose()


def test_two_nodes_start_at_once(url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(migrate.upgrade, [url] * 3)) == [migrate.head()] * 3
    assert migrate.check(url) == ""


def test_a_newer_database_is_refused(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(migrate.MigrationError, match="9999"):
        migrate.upgrade(url)


def test_failed_migration_leaves_nothing_behind(url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (x int)"))
    with pytest.raises(migrate.MigrationError, match="tickets"):
        migrate.upgrade(url)
    assert inspect(engine).get_table_names() == ["tickets"]
    engine.dispose()


def test_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(migrate.MigrationError, match="mysql"):
        migrate.upgrade("mysql://x/y")


def test_ticket_numbers_stay_apart_when_writers_meet(url: str) -> None:
    migrate.upgrade(url)
    engine = open_database(url, Vault(b"k" * 32))
    sessions = open_sessions(engine)

    def write(name: str) -> None:
        journal = Journalled(sessions)
        for number in range(20):
            journal.opened(f"{name}{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with sessions() as db:
        numbers = db.scalars(text("SELECT number FROM tickets ORDER BY number")).all()
    engine.dispose()
    assert numbers == [f"20260302-{n:06d}" for n in range(1, 61)]


def test_command_brings_the_database_up(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    result = CliRunner().invoke(make_db(lambda: settings), ["upgrade"])
    assert result.exit_code == 0
    assert str(migrate.head()) in result.output
    assert migrate.check(settings.database_url) == ""


def test_command_says_in_a_sentence_what_is_wrong(tmp_path: Path) -> None:
    settings = Settings(db_url=f"sqlite:///{tmp_path}")
    result = CliRunner().invoke(make_db(lambda: settings), ["upgrade"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: the database cannot be brought up to date")
