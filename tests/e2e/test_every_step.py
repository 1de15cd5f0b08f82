"""Whatever a caller does, and wherever they hang up: a proper ticket, and nothing else is left."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from telephony.caller.script import Speak
from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen, tone
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.cries import Cry, key, word
from tests.e2e.desk import PaperAgent
from tests.e2e.service import Service

Way = Callable[[Service, Citizen, Clips], Awaitable[None]]


def keys(*steps: tuple[str, str]) -> Way:
    """Press each key once the node before it is reached."""

    async def go(service: Service, citizen: Citizen, clips: Clips) -> None:
        for node, digit in steps:
            await service.watch.row(citizen.number, node_name=node, limit=40)
            citizen.press(digit)

    return go


def words(text: str, then: Way | None = None) -> Way:
    """Say something at the open question."""

    async def go(service: Service, citizen: Citizen, clips: Clips) -> None:
        await service.watch.row(citizen.number, node_name="need")
        citizen.say(clips.say(text))
        if then is not None:
            await then(service, citizen, clips)

    return go


async def spoken_message(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Ask for a person where there is none, and speak after the tone."""
    citizen.press("0")
    row = await service.watch.row(citizen.number, state="message")
    await service.watch.until(
        "the text before the tone",
        lambda topic, m: topic == "call.line" and m["id"] == row["id"] and "回电" in m["text"],
        40,
    )
    citizen.say(bytes(12_000) + tone(400, 3))
    await citizen.event("said")


async def message_and_hash(service: Service, citizen: Citizen, clips: Clips) -> None:
    """Leave a message and end it with the hash key."""
    await spoken_message(service, citizen, clips)
    citizen.press("#")


NOBODY: dict[str, tuple[str, str, Way]] = {
    "in the notice": ("notice", "abandoned", keys()),
    "in the menu": ("menu", "abandoned", keys(("need", "7"))),
    "after a wrong key": ("menu", "abandoned", keys(("menu", "7"))),
    "when not understood": ("sorry_person", "abandoned", keys(("menu", "7"), ("menu", "7"))),
    "when sent to a person for the way": ("directions", "abandoned", keys(("notice", "3"))),
    "when sent to a person for a complaint": ("complaint", "abandoned", keys(("notice", "4"))),
    "when told that nobody is there": ("message_nobody", "abandoned", keys(("notice", "0"))),
    "in their message": ("message_nobody", "message", spoken_message),
    "after their message": ("message_noted", "message", message_and_hash),
    "when told to dial 120": ("emergency_alone", "emergency", keys(("notice", "2"))),
    "in the goodbye": ("goodbye", "abandoned", keys(("notice", "0"), ("message_nobody", "#"))),
}
SPOKEN: dict[str, tuple[str, str, Way]] = {
    "in the open question": ("need", "abandoned", keys()),
    "when asked for the question": ("policy", "abandoned", words("政策咨询")),
    "in the answer": ("answer", "machine", words("低保怎么申请")),
    "after the answer": ("anything_else", "machine", words("低保怎么申请")),
    "in the goodbye after the answer": (
        "goodbye",
        "machine",
        words("低保怎么申请", keys(("anything_else", "9"))),
    ),
}


async def after_the_goodbye(service: Service) -> None:
    """Wait until the machine hangs up, and hang up then."""
    citizen = await Citizen(service.sip).answered()
    citizen.press("0")
    result = await citizen.over()
    assert (result.code, result.by) == (200, "far")
    citizen.caller.hangup()
    ticket = await proper_end(service, citizen, "abandoned")
    assert ticket["path"][-1] == "goodbye"


async def told_to_dial_120(service: Service, clips: Clips, cry: Cry) -> None:
    """Raise an emergency that nobody can take, hear the advice, and say where one is."""
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


async def strangers(service: Service, clips: Clips) -> None:
    """Silence, noise, a voice in no known language: no answer, but a message may be left."""
    noise = np.random.default_rng(7).normal(0, 1500, 8000 * 3).astype("<i2").tobytes()
    foreign = [clips.backwards(t) for t in ("我想问一下养老院怎么备案", "结婚登记要带什么材料")]
    scripts = {
        "silent": (),
        "noise": (Speak(noise), Speak(noise), Speak(noise)),
        "foreign": (Speak(foreign[0]), Speak(foreign[1]), Speak(foreign[0]), Speak(foreign[1])),
        "hum": (Speak(tone(400, 4)), Speak(tone(150, 4))),
    }
    citizens = {
        name: Citizen(service.sip, *steps, max_seconds=140, hangup_after=135).dial()
        for name, steps in scripts.items()
    }

    async def end(name: str) -> str:
        citizen = citizens[name]
        result = await citizen.over(150)
        ticket = await service.ticket(citizen.number)
        heard = [x["text"] for x in ticket["transcript"] if x["speaker"] == "caller"]
        if name == "foreign" and "emergency" in ticket["path"]:
            # What is no language may resemble a cry; asked back, the stranger's silence is a yes.
            await proper_end(service, citizen, "emergency")
            return ""
        reached = "message_nobody" in ticket["path"]
        if (result.code, result.by) != (200, "far") or not reached or ticket["article"]:
            return f"{name}: {result.code} by {result.by}, {ticket['path']}, {heard}"
        await proper_end(service, citizen, ticket["disposition"])
        assert ticket["disposition"] in ("abandoned", "message")
        return ""

    wrong = [fault for fault in await asyncio.gather(*map(end, citizens)) if fault]
    assert not wrong, "\n".join(wrong)


async def walk(service: Service, clips: Clips, ways: dict[str, tuple[str, str, Way]]) -> None:
    """All of them at once: go to the node, hang up there, and look what is left."""

    async def one(where: str) -> str:
        node, disposition, way = ways[where]
        try:
            citizen = await Citizen(service.sip).answered()
            await way(service, citizen, clips)
            await service.watch.row(citizen.number, node_name=node, limit=40)
            await citizen.hang_up()
            ticket = await proper_end(service, citizen, disposition)
            # Hanging up ends a message as the hash key does.
            last = "own_number" if (node, disposition) == ("message_nobody", "message") else node
            assert ticket["path"][-1] == last, ticket["path"]
            said = "".join(x["text"] for x in ticket["transcript"] if x["speaker"] == "machine")
            assert "录音" in said, "what the caller heard of the machine is not in the ticket"
        except Exception as error:
            return f"{where}: {type(error).__name__} {error}"
        return ""

    wrong = [fault for fault in await asyncio.gather(*map(one, ways)) if fault]
    assert not wrong, "\n".join(wrong)


@scene
async def test_every_node_that_keys_reach_where_nobody_is_on_duty(
    service: Service, clips: Clips
) -> None:
    await asyncio.gather(
        walk(service, clips, NOBODY),
        after_the_goodbye(service),
        told_to_dial_120(service, clips, key),
        told_to_dial_120(service, clips, word),
    )
    await service.at_rest()


@scene
async def test_every_node_that_words_reach_and_words_that_reach_none(
    service: Service, clips: Clips
) -> None:
    await asyncio.gather(walk(service, clips, SPOKEN), strangers(service, clips))
    await service.at_rest()


@scene
async def test_hanging_up_before_the_answer(service: Service) -> None:
    # Nothing is answered before the call is on record: a database that is held holds the answer.
    citizen = Citizen(service.sip)
    with sqlite3.connect(service.data / "hotline.db", isolation_level=None) as held:
        held.execute("BEGIN IMMEDIATE")
        citizen.dial()
        await service.watch.row(citizen.number, state="ringing")
        await citizen.hang_up()
        held.execute("ROLLBACK")
    result = await citizen.over()
    assert (result.answered, result.code) == (False, 487)
    await proper_end(service, citizen, "abandoned")
    await service.at_rest()


@scene
@pytest.mark.parametrize("digit", ["0", "2"])
async def test_hanging_up_while_waiting_and_while_a_browser_rings(
    service: Service, paper_agent: PaperAgent, digit: str
) -> None:
    await paper_agent.ready()
    became = "emergency" if digit == "2" else "abandoned"
    rings = await Citizen(service.sip).answered()
    rings.press(digit)
    await paper_agent.rings()
    waits = await Citizen(service.sip).answered()
    waits.press(digit)
    await service.watch.row(waits.number, state="queued")
    await waits.hang_up()
    since = service.watch.place
    await rings.hang_up()
    await proper_end(service, waits, became)
    await proper_end(service, rings, became)
    assert await paper_agent.told_end()
    await service.watch.agent(paper_agent.name, since, state="idle", status="ready", call="")
    await service.at_rest()
