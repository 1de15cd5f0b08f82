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
from twisted.python.failure import Failure

from core.asker import UNASKED, Asker
from core.clock import DelayedCall, Timing, stop_timer
from core.db import Sessions
from knowledge.article import ArticleContent
from knowledge.port import Found
from knowledge.search import KnowledgeIndex
from knowledge.store import in_force
from knowledge.synonyms import Synonyms, list_groups

CHANGED = "article.changed"
"""Sent on the bus by whoever publishes, withdraws or edits synonyms."""

LOADED = "article.loaded"
"""Sent on the bus once callers are answered from it: `articles` is how many there are."""

AGAIN_S = 5.0
"""After a failure (the database was away) it is tried again so much later."""


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
        self._loaded, self._read, self._reactor = first, read, reactor
        self._on_loaded = on_loaded
        self._reading = self._stale = self._stopped = False
        self._again: DelayedCall | None = None

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
        """A listener of the bus: read everything again.

        What changes while that goes on is read once more afterwards.
        """
        self._stale = True
        if not self._reading and not self._stopped:
            self._start()

    def stop(self) -> None:
        """Read no more."""
        self._stopped = True
        stop_timer(self._again)

    def _start(self) -> None:
        stop_timer(self._again)
        self._reading, self._stale = True, False
        self._read().addCallbacks(self._took, self._failed)

    def _took(self, loaded: Loaded) -> None:
        self._reading = False
        if self._stopped:
            return
        self._loaded = loaded
        self.log.info("{n} articles are in force", n=len(loaded.articles))
        self._on_loaded(loaded)
        if self._stale:
            self._start()

    def _failed(self, why: Failure) -> None:
        self._reading = False
        if self._stopped:
            return
        self.log.error("articles cannot be read: {why}", why=why.getErrorMessage())
        self._again = self._reactor.callLater(AGAIN_S, self._start)
