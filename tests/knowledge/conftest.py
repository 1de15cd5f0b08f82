"""The shipped articles, a search over them, and a database to keep them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.migrate import upgrade
from knowledge.article import ArticleContent
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex


@pytest.fixture(scope="session")
def articles() -> tuple[ArticleContent, ...]:
    """The articles that ship with the hotline."""
    loaded = load_folder()
    assert loaded.problems == ()
    return loaded.articles


@pytest.fixture(scope="session")
def index(articles: tuple[ArticleContent, ...]) -> KnowledgeIndex:
    """A search over the shipped articles."""
    return KnowledgeIndex(articles)


@pytest.fixture
def article(articles: tuple[ArticleContent, ...]) -> Callable[..., ArticleContent]:
    """Makes a variant of a shipped article: `article("dibao-shenqing", spoken="…")`."""

    def make(article_id: str, **changes: object) -> ArticleContent:
        known = next(each for each in articles if each.id == article_id)
        return replace(known, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on an empty, migrated SQLite database."""
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    upgrade(url)
    engine = open_database(url, Vault(bytes(32)))
    yield open_sessions(engine)
    engine.dispose()
