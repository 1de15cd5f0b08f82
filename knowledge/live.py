"""The search that callers are answered from, kept up to date with what people publish.

A message on the bus has the articles read again and indexed in a thread; then the new search takes
the place of the old one between two questions. A question never waits for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from core.asker import UNASKED, Asker
from core.clock import Timing
from core.db import Sessions
from core.reloading import Reloading
from knowledge.article import ArticleContent
from knowledge.port import Found
from knowledge.search import KnowledgeIndex
from knowledge.store import in_force
from knowledge.synonyms import Synonyms, list_groups

CHANGED = "article.changed"
"""Sent on the bus by whoever publishes, withdraws or edits synonyms."""

LOADED = "article.loaded"
"""Sent on the bus once callers are answered from it: `articles` is how many there are."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A search and the articles in it."""

    index: KnowledgeIndex
    articles: tuple[ArticleContent, ...]


def load(sessions: Sessions, today: date) -> Loaded:
    """Read what is in force and index it. Blocking; raises sqlalchemy errors."""
    articles = in_force(sessions, today)
    groups = [each.words for each in list_groups(sessions)]
    return Loaded(KnowledgeIndex(articles, synonyms=Synonyms(groups)), tuple(articles))


class LiveKnowledge:
    """Implements `knowledge.port.Knowledge`. All methods run on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        first: Loaded,
        read: Callable[[], Deferred[Loaded]],
        reactor: Timing,
        on_loaded: Callable[[Loaded], None],
    ) -> None:
        """Take what was loaded at start, how it is loaded in a thread, and whom to tell after."""
        self._loaded, self._on_loaded = first, on_loaded
        self._reloading = Reloading("articles", read, self._took, reactor)

    @property
    def articles(self) -> tuple[ArticleContent, ...]:
        """What callers are answered from."""
        return self._loaded.articles

    def ask(
        self, text: str, area: str, today: date, asker: Asker = UNASKED, about: str = ""
    ) -> Found:
        """Find what answers a spoken question; see `knowledge.port.Knowledge`."""
        return self._loaded.index.ask(text, area, today, asker, about)

    def phrases(self) -> list[str]:
        """All question variants, for the recogniser's vocabulary."""
        return self._loaded.index.phrases()

    def changed(self, topic: str = CHANGED, message: dict[str, Any] | None = None) -> None:
        """A listener of the bus: read everything again (`core.reloading`)."""
        self._reloading.changed(topic, message)

    def stop(self) -> None:
        """Read no more."""
        self._reloading.stop()

    def _took(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.log.info("{n} articles are in force", n=len(loaded.articles))
        self._on_loaded(loaded)
