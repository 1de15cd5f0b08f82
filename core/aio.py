"""The one helper between Twisted's Deferreds and asyncio's coroutines (one loop for both)."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

T = TypeVar("T")


def deferred(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Run a coroutine that awaits asyncio things; the Deferred fires with its result."""
    return Deferred.fromFuture(asyncio.ensure_future(coroutine))


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking function (a database session, say) in Twisted's thread pool."""
    loop = asyncio.get_running_loop()
    return await deferToThread(function, *arguments).asFuture(loop)


def run_to_the_end(reactor: Any, work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a coroutine on the reactor and end the process with the exit code that it returns."""
    codes: list[int] = []

    async def watched() -> None:
        try:
            codes.append(await work())
        except Exception:
            traceback.print_exc()
        finally:
            reactor.stop()

    reactor.callWhenRunning(lambda: deferred(watched()))
    reactor.run(installSignalHandlers=False)
    sys.stdout.flush()
    sys.stderr.flush()
    # The SIP library's own threads may outlive a clean stop; everything is written by now.
    os._exit(codes[0] if codes else 2)
