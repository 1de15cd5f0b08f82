"""Runs a test written as an asyncio coroutine on the reactor's own loop (--reactor=asyncio)."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest_twisted

from core.aio import deferred

LIMIT_S = 30


def on_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., Any]:
    """Make a coroutine a test; it fails when it has not ended after 30 s."""

    async def limited(*arguments: Any, **named: Any) -> None:
        async with asyncio.timeout(LIMIT_S):
            await test(*arguments, **named)

    @functools.wraps(test)
    async def run(*arguments: Any, **named: Any) -> None:
        await deferred(limited(*arguments, **named))

    return pytest_twisted.ensureDeferred(run)  # type: ignore[no-any-return]
