"""Who speaks when: a cough makes the line pause and go on, words make it stop and listen."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import QUESTION, Clips
from tests.e2e.conftest import scene
from tests.e2e.service import Service

GREETING = "您好，这里是12349民政服务热线，请说您的需求。"


def cough(seconds: float) -> bytes:
    """A burst of noise that dies away."""
    n = int(seconds * 8000)
    fading = np.exp(-np.arange(n) / (n / 3))
    return (np.random.default_rng(3).normal(0, 6000, n) * fading).astype("<i2").tobytes()


def greeting(ticket: dict[str, Any]) -> dict[str, Any]:
    """How the greeting stands in the transcript; it must be there once."""
    (line,) = [x for x in ticket["transcript"] if x["text"] == GREETING]
    return dict(line)


@scene
async def test_a_cough_makes_the_greeting_pause_and_words_end_it(
    service: Service, clips: Clips
) -> None:
    undisturbed = Citizen(service.sip)
    coughs = Citizen(service.sip)
    asks = Citizen(service.sip)
    for citizen in (undisturbed, coughs, asks):
        await citizen.answered()
    await service.watch.row(coughs.number, node_name="need")
    coughs.say(bytes(8000) + cough(0.25))
    asks.say(bytes(8000) + clips.say(QUESTION))
    await asks.event("said")
    await service.watch.row(asks.number, node_name="answer")
    # The menu comes when the greeting was heard to its end and no answer followed.
    for citizen in (undisturbed, coughs):
        await service.watch.row(citizen.number, node_name="menu", limit=40)
    for citizen in (undisturbed, coughs, asks):
        await citizen.hang_up()
    plain = greeting(await proper_end(service, undisturbed, "abandoned"))
    paused = greeting(await proper_end(service, coughs, "abandoned"))
    cut = greeting(await proper_end(service, asks, "machine"))

    def length(line: dict[str, Any]) -> int:
        return int(line["end_ms"]) - int(line["start_ms"])

    assert length(paused) > length(plain) + 400, "it stood still for a moment, then went on"
    assert length(cut) < 1100, "the first sound of a question ends it"
    await service.at_rest()
