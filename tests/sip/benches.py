"""The two lines that keep one contract, each with its far ends, for the contract's tests."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from telephony.sip.port import Invitation, Leg, LegState
from tests.fakes.sip import FakeLeg, FakeLine
from tests.sip.conftest import Gate, Owner, Station, aio, sine, the_reactor, until
from tests.sip.peer import Caller
from tests.sip.rtp import level, tone


class FakeBench:
    """A line in memory and its far ends."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.gate = Gate()
        self.taken: list[tuple[FakeLeg, Invitation, Owner]] = []
        self.line = FakeLine(self.clock, self._on_call, self.gate)

    def _on_call(self, leg: Any, invitation: Invitation) -> None:
        leg.owner = Owner()
        self.taken.append((leg, invitation, leg.owner))

    async def incoming(self) -> tuple[FakeLeg, Owner]:
        leg = self.line.invite()
        return leg, self.taken[-1][2]

    async def far_hangs_up(self, leg: FakeLeg) -> None:
        leg.far_hangs_up()

    async def far_presses(self, leg: FakeLeg, digits: str) -> None:
        leg.far_presses(digits)

    async def far_says(self, leg: FakeLeg, hertz: float, ms: int) -> None:
        leg.far_says(sine(hertz, ms))

    async def dial(self, code: int) -> tuple[Leg, Owner]:
        owner = Owner()
        leg = self.line.dial("sip:120@127.0.0.1:5099", owner, "12349")
        fake = self.line.dialled[-1]
        self.clock.callLater(0.01, fake.far_rings)
        if code == 200:
            self.clock.callLater(0.02, fake.far_answers)
        elif code:
            self.clock.callLater(0.02, fake.far_refuses, code)
        return leg, owner

    async def until(self, true: Callable[[], Any]) -> None:
        for _ in range(1000):
            if true():
                return
            self.clock.advance(0.01)
        raise AssertionError("it did not happen")

    async def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)

    async def refusal(self, leg: FakeLeg) -> tuple[int, str]:
        return leg.code, str(leg.retry_after or "")


class RealBench:
    """The real line, with SIP callers over loopback."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.line = station.line
        self.gate = station.gate
        self.far: dict[str, Caller] = {}
        self.answers: dict[str, Deferred[Any]] = {}
        station.take = lambda leg, invitation, owner: None

    async def incoming(self) -> tuple[Leg, Owner]:
        caller = await self.station.caller()
        before = len(self.station.calls)
        answer = aio(caller.call())
        answer.addErrback(lambda failure: failure)
        await until(lambda: len(self.station.calls) > before)
        leg, _, owner = self.station.calls[-1]
        self.far[leg.id] = caller
        self.answers[leg.id] = answer
        return leg, owner

    async def far_hangs_up(self, leg: Leg) -> None:
        if leg.state is LegState.RINGING:
            self.far[leg.id].cancel()
        else:
            await aio(self.far[leg.id].hangup())

    async def far_presses(self, leg: Leg, digits: str) -> None:
        for digit in digits:
            self.far[leg.id].rtp.press(digit)

    async def far_says(self, leg: Leg, hertz: float, ms: int) -> None:
        self.far[leg.id].rtp.source = lambda n: tone(hertz, 1, start=n)
        await self.passes(ms / 1000)
        self.far[leg.id].rtp.source = None

    async def dial(self, code: int) -> tuple[Leg, Owner]:
        far = await self.station.caller()
        far.answer_invites = code
        owner = Owner()
        leg = self.line.dial(f"sip:120@127.0.0.1:{far.wire.local[1]}", owner, "12349")
        self.station.calls.append((leg, Invitation("", "", "", "", "", ""), owner))
        self.far[leg.id] = far
        return leg, owner

    async def until(self, true: Callable[[], Any]) -> None:
        await until(true)

    async def passes(self, seconds: float) -> None:
        await deferLater(the_reactor(), seconds, lambda: None)

    async def refusal(self, leg: Leg) -> tuple[int, str]:
        answer = await self.answers[leg.id]
        return answer.code, answer.get("retry-after")


async def answered(bench: Any) -> tuple[Any, Owner]:
    """Return a leg that is up."""
    leg, owner = await bench.incoming()
    leg.answer()
    await bench.until(lambda: leg.state is LegState.UP)
    return leg, owner


def sound_of(path: Path) -> np.ndarray:
    """Return the samples of a recording, having checked its format."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def loud(sound: np.ndarray, hertz: float, start: float, end: float) -> bool:
    """True where the tone fills that stretch (s) of the sound."""
    return level(sound[round(start * 8000) : round(end * 8000)], hertz) > 4000
