"""A database with all tables, and a writer of journals into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.crypto import Vault
from core.db import Base, Sessions, open_database, open_sessions
from tests.tickets.journalled import Journalled


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/tickets.db", Vault(b"k" * 32))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def journal(sessions: Sessions) -> Journalled:
    return Journalled(sessions)
