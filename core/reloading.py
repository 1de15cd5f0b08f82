"""Keep what is held in memory up to date: read again, in a thread, when the bus says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from core.clock import DelayedCall, Timing, stop_timer

AGAIN_S = 5.0
"""After a failure (the database was away) it is tried again so much later."""

Loaded = TypeVar("Loaded")


class Reloading(Generic[Loaded]):
    """Reads one thing at a time. All methods run on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        what: str,
        read: Callable[[], Deferred[Loaded]],
        take: Callable[[Loaded], None],
        reactor: Timing,
    ) -> None:
        """`read` loads in a thread, `take` gets what was loaded; `what` names it in the log."""
        self._what, self._read, self._take, self._reactor = what, read, take, reactor
        self._reading = self._stale = self._stopped = False
        self._again: DelayedCall | None = None

    def changed(self, topic: str = "", message: dict[str, Any] | None = None) -> None:
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
        self._take(loaded)
        if self._stale:
            self._start()

    def _failed(self, why: Failure) -> None:
        self._reading = False
        if self._stopped:
            return
        self.log.error("{what} cannot be read: {why}", what=self._what, why=why.getErrorMessage())
        self._again = self._reactor.callLater(AGAIN_S, self._start)
