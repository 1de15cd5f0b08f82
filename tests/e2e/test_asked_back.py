"""One word of distress is asked back: silence makes it an emergency, a no leads back."""

from __future__ import annotations

import asyncio

from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.desk import PaperAgent
from tests.e2e.service import Service
from tests.e2e.watch import Message

ASK = "您是需要紧急救助吗？"
CRY = "我摔倒了"
NO = "不是，不用了"


async def asked(service: Service, row: Message) -> None:
    """Wait until the caller has heard the question."""
    await service.watch.until(
        "the question whether it is an emergency",
        lambda topic, m: topic == "call.line" and m["id"] == row["id"] and m["text"] == ASK,
    )


async def silent(service: Service, clips: Clips) -> None:
    """Say one word over the notice, then nothing."""
    citizen = await Citizen(service.sip).answered()
    row = await service.watch.row(citizen.number, node_name="notice")
    citizen.say(clips.say(CRY))
    await asked(service, row)
    await service.watch.row(citizen.number, node_name="emergency", emergency=True)
    await citizen.hang_up()
    ticket = await proper_end(service, citizen, "emergency")
    assert ticket["emergency"] and ticket["path"][:2] == ["notice", "emergency"]
    call = await service.call(ticket)
    notes = {e["data"]["key"]: e["data"]["value"] for e in call["events"] if e["kind"] == "note"}
    assert notes["asked_back"] == notes["emergency"]
    assert "摔倒" in notes["emergency"]


async def denies(service: Service, clips: Clips) -> None:
    """Say one word at the open question, then no: the question comes again."""
    citizen = await Citizen(service.sip).answered()
    row = await service.watch.row(citizen.number, node_name="need")
    citizen.say(clips.say(CRY))
    await asked(service, row)
    since = service.watch.place
    citizen.say(clips.say(NO))
    await service.watch.until(
        "the open question again",
        lambda topic, m: topic == "call.line" and m["id"] == row["id"] and "需求" in m["text"],
        since=since,
    )
    await citizen.hang_up()
    ticket = await proper_end(service, citizen, "abandoned")
    assert not ticket["emergency"] and ticket["path"][-1] == "need"


@scene
async def test_one_word_is_asked_back_and_silence_is_a_yes(service: Service, clips: Clips) -> None:
    await asyncio.gather(silent(service, clips), denies(service, clips))
    await service.at_rest()


@scene
async def test_who_waits_is_asked_over_the_music_and_keeps_the_place(
    service: Service, paper_agent: PaperAgent, clips: Clips
) -> None:
    watch = service.watch
    await paper_agent.ready()
    busy = await Citizen(service.sip).answered()
    busy.press("0")
    await paper_agent.rings()
    first = await Citizen(service.sip).answered()
    first.press("0")
    row = await watch.row(first.number, state="queued")
    second = await Citizen(service.sip).answered()
    second.press("0")
    await watch.row(second.number, state="queued")
    first.say(clips.say(CRY))
    await asked(service, row)
    first.say(clips.say(NO))
    await watch.until(
        "the caller's no",
        lambda topic, m: (
            topic == "call.line"
            and m["id"] == row["id"]
            and m["speaker"] == "caller"
            and m["final"]
            and "不" in m["text"]
        ),
    )
    since = watch.place
    await busy.hang_up()
    offered = await watch.agent(paper_agent.name, since, state="offered")
    assert offered["call"] == row["id"], "the question cost the caller their place"
    await first.hang_up()
    await second.hang_up()
    assert not (await proper_end(service, first, "abandoned"))["emergency"]
    await proper_end(service, second, "abandoned")
    await proper_end(service, busy, "abandoned")
    await service.at_rest()
