"""A citizen reaches a person: sound both ways, both hang-ups, the wrap-up, and a lost browser."""

from __future__ import annotations

from tests.e2e.citizen import Citizen, level, rms, tone
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.desk import Agent, PaperAgent
from tests.e2e.service import Service, eventually

CALLER_HZ, AGENT_HZ = 700, 1300


async def talk(service: Service, citizen: Citizen, agent: Agent) -> None:
    """Let the agent take the call, and hear that both hear each other."""
    await agent.answer()
    await service.watch.row(citizen.number, state="connected", agent=agent.name)
    citizen.say(tone(CALLER_HZ, 120))
    await agent.hears(CALLER_HZ)
    assert await agent.level(AGENT_HZ) < 0.02, "the agent hears themselves"
    await citizen.hears(AGENT_HZ)


async def check_recording(service: Service, call: str) -> None:
    """The caller is heard on the left alone, the agent on the right alone."""
    reader, _ = await service.recording(call)
    pcm = reader.readframes(reader.getnframes())
    last = pcm[-4 * 6400 : -4 * 1600]  # the last 0.8 s without the very end
    left = b"".join(last[n : n + 2] for n in range(0, len(last), 4))
    right = b"".join(last[n + 2 : n + 4] for n in range(0, len(last), 4))
    assert level(left, CALLER_HZ) > 1000 > 200 > level(left, AGENT_HZ)
    assert level(right, AGENT_HZ) > 1000 > 200 > level(right, CALLER_HZ)


@scene
async def test_key_0_reaches_a_browser_and_the_agent_hangs_up(
    service: Service, agent: Agent
) -> None:
    citizen = Citizen(service.sip).dial()
    await citizen.event("answered")
    citizen.press("0")  # at second zero: its RTP may overtake the ACK
    await talk(service, citizen, agent)
    await agent.page.click("#hangup:visible")
    result = await citizen.over()
    assert (result.code, result.by) == (200, "far")
    ticket = await service.ticket(citizen.number)
    assert ticket["disposition"] == "connected"
    assert ticket["agent"] == agent.name
    assert ticket["state"] == "open"
    assert ticket["path"][-2:] == ["person", "waiting"]
    since = service.watch.place
    await agent.wrap_up("answered", "问低保，已答复。")
    ticket = await service.ticket(citizen.number)
    assert (ticket["outcome"], ticket["summary"]) == ("answered", "问低保，已答复。")
    assert (ticket["state"], ticket["wrapped_by"]) == ("closed", agent.name)
    await check_recording(service, ticket["call"])
    await service.watch.agent(agent.name, since, state="idle", call="")
    await service.at_rest()


@scene
async def test_spoken_words_reach_a_browser_and_the_caller_hangs_up(
    service: Service, agent: Agent, clips: Clips
) -> None:
    citizen = await Citizen(service.sip).answered()
    await service.watch.row(citizen.number, node_name="need")
    citizen.say(clips.say("转人工"))
    await talk(service, citizen, agent)
    await citizen.hang_up()
    await agent.page.wait_for_selector("#hangup", state="hidden")
    ticket = await service.ticket(citizen.number)
    assert ticket["disposition"] == "connected"
    assert ticket["intent"] == "person"
    heard = [line["text"] for line in ticket["transcript"] if line["speaker"] == "caller"]
    assert "人工" in heard[0]
    call = await service.call(ticket)
    assert call["end_reason"] == "caller hung up"
    await service.at_rest()


@scene
async def test_a_closed_tab_gives_music_and_the_head_of_the_queue(
    service: Service, agent: Agent, paper_agent: PaperAgent
) -> None:
    watch = service.watch
    taken = await Citizen(service.sip).answered()
    taken.press("0")
    await talk(service, taken, agent)
    behind = await Citizen(service.sip).answered()
    behind.press("0")
    await watch.row(behind.number, node_name="waiting")
    since = watch.place
    await agent.close_tab()
    row = await watch.row(taken.number, since=since, state="queued", agent="")
    track = len(taken.heard)
    await eventually(lambda: music_since(taken, track), "no music")
    await watch.agent(agent.name, since, state="away", status="ready")
    await paper_agent.ready()
    await paper_agent.rings()
    offered = await watch.agent(paper_agent.name, since, state="offered")
    assert offered["call"] == row["id"], "the caller whose agent vanished is not the first"
    await taken.hang_up()
    await behind.hang_up()
    ticket = await service.ticket(taken.number)
    assert ticket["disposition"] == "connected"
    assert (await service.ticket(behind.number))["disposition"] == "abandoned"
    await service.at_rest()


async def music_since(citizen: Citizen, place: int) -> bool:
    """Whether a second of something that is no tone of the agent's came since this place."""
    pcm = citizen.heard[place:]
    return len(pcm) > 16_000 and rms(pcm) > 200 and level(pcm, AGENT_HZ) < 200
