"""An emergency goes before everybody, by key and by word; alone, it is told to dial 120."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.desk import PaperAgent
from tests.e2e.service import Service

Cry = Callable[[Service, Citizen, Clips], Awaitable[None]]


async def key(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Press 2 from the first second."""
    citizen.press("2")


async def word(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Call for help while the recording notice is played, which nothing else interrupts."""
    citizen.say(clips.say("救命啊，我摔倒了"))


@scene
@pytest.mark.parametrize("cry", [key, word])
async def test_an_emergency_comes_before_who_waited_longer(
    service: Service, paper_agent: PaperAgent, clips: Clips, cry: Cry
) -> None:
    watch = service.watch
    await paper_agent.ready()
    busy = await Citizen(service.sip).answered()
    busy.press("0")
    await paper_agent.rings()
    normal = await Citizen(service.sip).answered()
    normal.press("0")
    await watch.row(normal.number, state="queued")
    urgent = await Citizen(service.sip).answered()
    await cry(service, urgent, clips)
    row = await watch.row(urgent.number, state="queued", emergency=True)
    since = watch.place
    await busy.hang_up()
    offered = await watch.agent(paper_agent.name, since, state="offered")
    assert offered["call"] == row["id"], "the earlier normal caller came first"
    await normal.hang_up()
    await urgent.hang_up()
    ticket = await proper_end(service, urgent, "emergency")
    assert ticket["emergency"]
    assert ticket["intent"] == "emergency"
    assert not (await proper_end(service, normal, "abandoned"))["emergency"]
    await proper_end(service, busy, "abandoned")
    await service.at_rest()


@scene
async def test_an_emergency_that_nobody_can_take_is_told_to_dial_120(
    service: Service, clips: Clips
) -> None:
    async def alone(cry: Cry) -> None:
        citizen = await Citizen(service.sip).answered()
        await cry(service, citizen, clips)
        row = await service.watch.row(citizen.number, node_name="emergency_alone", emergency=True)
        await service.watch.until(
            "the sentence with 120",
            lambda topic, m: topic == "call.line" and m["id"] == row["id"] and "120" in m["text"],
            40,
        )
        citizen.say(clips.say("救命啊，我摔倒了"))
        await citizen.event("said")
        await citizen.hang_up()
        ticket = await proper_end(service, citizen, "emergency")
        assert ticket["emergency"]
        assert ticket["path"][:3] == ["notice", "emergency", "emergency_alone"]
        told = [x["text"] for x in ticket["transcript"] if x["speaker"] == "machine"]
        assert any("拨打120" in text for text in told), told

    await asyncio.gather(alone(key), alone(word))
    await service.at_rest()
