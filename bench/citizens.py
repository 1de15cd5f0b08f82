"""Synthetic citizens, many at once, for the benches that listen to what the line says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from telephony.caller.caller import Caller
from telephony.caller.events import CallResult
from telephony.caller.rtp import Pacer
from telephony.caller.script import Step


async def phone(
    target: str | Sequence[str],
    scripts: Sequence[Sequence[Step]],
    together: int,
    hangup_after: float,
    apart_s: float = 0.11,
    keep_audio: bool = False,
) -> list[CallResult]:
    """Place one call per script, `together` at a time, `apart_s` seconds between two starts.

    `target` is one address for all, or one for each.
    """
    from twisted.internet import reactor as running

    reactor: Any = running
    loop, pacer, free = asyncio.get_running_loop(), Pacer(reactor), asyncio.Semaphore(together)

    async def one(place: int, script: Sequence[Step]) -> CallResult:
        async with free:
            await asyncio.sleep(apart_s * (place % together))
            caller = Caller(
                reactor,
                target if isinstance(target, str) else target[place],
                script=script,
                hangup_after=hangup_after,
                pacer=pacer,
                keep_audio=keep_audio,
            )
            return await caller.call().asFuture(loop)

    return list(await asyncio.gather(*(one(n, script) for n, script in enumerate(scripts))))
