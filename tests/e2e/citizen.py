"""A citizen on the telephone: `telephony.caller` with coroutines, and numbers of their own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from telephony.caller.caller import Caller
from telephony.caller.events import CallEvent, CallResult
from telephony.caller.script import Step

RATE = 8000
LAST_BYE_S = 3.0
_numbers = itertools.count(1)
_on_the_phone: set[Citizen] = set()


def new_number() -> str:
    """A calling number that no other test uses."""
    return f"+8675528{next(_numbers):06d}"


def tone(hertz: float, seconds: float, amplitude: int = 8000) -> bytes:
    """8 kHz 16-bit samples of a sine."""
    n = np.arange(int(seconds * RATE))
    return (amplitude * np.sin(2 * np.pi * hertz * n / RATE)).astype("<i2").tobytes()


def level(pcm: bytes, hertz: float) -> float:
    """The amplitude of one frequency in some samples."""
    audio = np.frombuffer(pcm, "<i2").astype(float)
    if not len(audio):
        return 0.0
    angle = 2 * np.pi * hertz * np.arange(len(audio)) / RATE
    return float(2 * abs(np.dot(audio, np.exp(-1j * angle))) / len(audio))


def rms(pcm: bytes) -> float:
    """The loudness of some samples."""
    audio = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.sqrt(np.mean(audio**2))) if len(audio) else 0.0


class Citizen:
    """One call of one person."""

    def __init__(self, target: str, *steps: Step, number: str = "", **more: Any) -> None:
        """`steps` are what they say and press; `more` goes to `Caller`."""
        from twisted.internet import reactor

        self.number = number or new_number()
        more.setdefault("max_seconds", 100.0)
        # A call that a test does not end lasts until its limit, also after its last step.
        more.setdefault("hangup_after", 95.0)
        self.caller = Caller(
            reactor,  # type: ignore[arg-type]
            target,
            caller=self.number,
            script=steps,
            codecs=("PCMA",),
            keep_audio=True,
            **more,
        )
        self._done: asyncio.Future[CallResult] | None = None

    def dial(self) -> Citizen:
        """Place the call; returns this citizen."""
        _on_the_phone.add(self)
        self._done = self.caller.call().asFuture(asyncio.get_running_loop())
        return self

    async def event(self, name: str, limit: float = 20.0, after_ms: float = 0.0) -> CallEvent:
        """Wait for the call's next event of this name."""
        waiting = self.caller.wait_for(name, limit, after_ms)
        return await waiting.asFuture(asyncio.get_running_loop())

    async def answered(self) -> Citizen:
        """Dial, and wait until something is heard: before that there is nothing to record."""
        self.dial()
        await self.event("first_audio")
        return self

    async def over(self, limit: float = 100.0) -> CallResult:
        """Wait for the call's end."""
        assert self._done is not None
        return await asyncio.wait_for(asyncio.shield(self._done), limit)

    async def hang_up(self) -> CallResult:
        """End the call."""
        self.caller.hangup()
        return await self.over()

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._done is not None and self._done.done()

    def say(self, pcm: bytes) -> None:
        """Speak now."""
        self.caller.say_pcm(pcm)

    def press(self, digits: str) -> None:
        """Press keys now (RFC 4733)."""
        self.caller.send_dtmf(digits)

    async def hears(self, hertz: float, seconds: float = 1.0, limit: float = 15.0) -> None:
        """Wait until all of the last sound heard is a tone of this frequency."""
        half = int(seconds * RATE / 2) * 2
        end = asyncio.get_running_loop().time() + limit
        while not all(
            level(part, hertz) > 2000
            for part in (self.heard[-half:], self.heard[-2 * half : -half])
        ):
            assert asyncio.get_running_loop().time() < end, f"{hertz} Hz is not heard"
            await asyncio.sleep(0.05)

    @property
    def heard(self) -> bytes:
        """What was heard so far, from the INVITE on."""
        track = self.caller._audio.heard
        assert track is not None
        return track.pcm


async def hang_all_up() -> None:
    """End what a test left running; a service that was killed answers no BYE for 32 s."""
    left = [asyncio.ensure_future(citizen.hang_up()) for citizen in _on_the_phone]
    _on_the_phone.clear()
    if left:
        await asyncio.wait(left, timeout=LAST_BYE_S)


async def all_over(citizens: Sequence[Citizen], limit: float = 100.0) -> list[CallResult]:
    """Wait for the end of several calls."""
    return list(await asyncio.gather(*(citizen.over(limit) for citizen in citizens)))
