"""Takes down what was started, the last first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

Undo = Callable[[], Awaitable[object] | Deferred[object] | None]
"""Ends one part, at once or when what it returns is over."""


class Teardown:
    """The ends of parts, in the order in which these were started."""

    log = Logger()

    def __init__(self) -> None:
        """With nothing to do yet."""
        self._undo: list[tuple[str, Undo]] = []

    def add(self, name: str, undo: Undo) -> None:
        """Note how a part that was just started is ended; `name` is for the log."""
        self._undo.append((name, undo))

    async def run(self) -> None:
        """End all parts, each once; one that fails does not keep the others."""
        while self._undo:
            name, undo = self._undo.pop()
            try:
                result = undo()
                if isinstance(result, Deferred):
                    result = result.asFuture(asyncio.get_running_loop())
                if result is not None:
                    await result
            except Exception:
                self.log.failure("{name} did not stop cleanly", name=name)
