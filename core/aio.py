"""The one helper between Twisted's Deferreds and asyncio's coroutines (one loop for both)."""

from __future__ import annotations

import asyncio
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
