"""Twenty callers at once, each with a sound of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest_twisted
from twisted.internet.defer import gatherResults

from telephony.sip.port import Invitation, Leg
from telephony.sip.wavs import read_header, samples
from tests.sip.conftest import Owner, Station, aio, until
from tests.sip.peer import Caller
from tests.sip.rtp import level, tone

CALLS = 20


@pytest_twisted.ensureDeferred
async def test_twenty_calls_are_kept_apart(station: Station, tmp_path: Path, wav: object) -> None:
    played: list[str] = []

    def take(leg: Leg, invitation: Invitation, owner: Owner) -> None:
        def up(leg: Leg) -> None:
            name = invitation.called
            leg.record(tmp_path / f"{name}-said.wav", tmp_path / f"{name}-heard.wav")
            prompt = wav(f"prompt-{name}", pitch(int(name[-2:])), 600)
            leg.play([prompt], lambda: played.append(name))

        owner.on_up = up
        leg.answer()

    def pitch(n: int) -> int:
        return 400 + n * 50

    station.take = take
    callers: list[Caller] = [await station.caller() for _ in range(CALLS)]
    for n, caller in enumerate(callers):
        caller.called = f"700{n:02d}"
        caller.rtp.source = lambda frame, n=n: tone(pitch(n) + 1500, 1, start=frame)
    answers = await gatherResults([aio(caller.call()) for caller in callers])
    assert {answer.code for answer in answers} == {200}
    await until(lambda: len(played) == CALLS)
    await gatherResults([aio(caller.hangup()) for caller in callers])
    await until(lambda: station.line.legs == 0)
    for n, caller in enumerate(callers):
        said, heard = (
            np.frombuffer(samples(read_header(tmp_path / f"700{n:02d}-{side}.wav")), "<i2")
            for side in ("said", "heard")
        )
        for sound, mine, other in (
            (caller.rtp.audio(), pitch(n), pitch((n + 1) % CALLS)),
            (heard, pitch(n), pitch((n + 1) % CALLS)),
            (said, pitch(n) + 1500, pitch((n + 1) % CALLS) + 1500),
        ):
            assert level(sound, mine) > 10 * level(sound, other), n
            assert level(sound, mine) > 2000, n
