"""Crying for help, by key and by word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.service import Service

Cry = Callable[[Service, Citizen, Clips], Awaitable[None]]


async def key(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Press 2 from the first second."""
    citizen.press("2")


async def word(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Call for help while the recording notice is played, which nothing else interrupts."""
    citizen.say(clips.say("救命啊，我摔倒了"))
