"""Published and withdrawn articles reach the graph of sentences by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from asr.graphs.renewal import Build, Event, Renewal, Wait, step
from core.clock import DelayedCall, Timing, stop_timer

Articles = Iterable[Mapping[str, Any]]


class Renewing:
    """Drives `asr.graphs.renewal`. All methods run on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        build: Callable[[Articles], Deferred[Path | None]],
        stale: Callable[[Articles], Deferred[bool]],
        reactor: Timing,
        tell: Callable[[Path], None],
        kill: Callable[[], None],
    ) -> None:
        """Take what builds in a thread (None: nothing was to do) and asks there whether the graph
        in use is of other texts, whom to tell of a new folder, and what ends a build.
        """
        self._build, self._stale, self._reactor = build, stale, reactor
        self._tell, self._kill = tell, kill
        self._state = Renewal()
        self._timer: DelayedCall | None = None
        self._articles: Articles = ()
        self._stopped = False

    def started(self, articles: Articles) -> None:
        """Look whether a change was missed while the service was down."""
        self._articles = articles
        self._stale(articles).addCallbacks(
            lambda stale: self._on(Event.CHANGED) if stale else None, self._failed
        )

    def changed(self, articles: Articles) -> None:
        """Take the articles that are in force from now on."""
        self._articles = articles
        self._on(Event.CHANGED)

    def stop(self) -> None:
        """Build no more, and end a build that runs."""
        self._stopped = True
        stop_timer(self._timer)
        self._kill()

    def _on(self, event: Event) -> None:
        if self._stopped:
            return
        self._state, effects = step(self._state, event, self._reactor.seconds())
        for effect in effects:
            if isinstance(effect, Wait):
                stop_timer(self._timer)
                self._timer = self._reactor.callLater(effect.seconds, self._on, Event.DUE)
            elif isinstance(effect, Build):
                building = self._build(self._articles)
                building.addCallbacks(self._built, self._failed)
                building.addBoth(lambda _: self._on(Event.ENDED))

    def _built(self, folder: Path | None) -> None:
        if folder is not None and not self._stopped:
            self._tell(folder)

    def _failed(self, why: Failure) -> None:
        if not self._stopped:
            self.log.error(
                "The graph of sentences was not built anew, the old one stays: {why}",
                why=why.getErrorMessage(),
            )
