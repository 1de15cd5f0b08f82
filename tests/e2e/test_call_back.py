"""A caller who will not wait: books a call-back, hangs up, is rung in their place, talks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from tests.e2e.citizen import Citizen, level, new_number
from tests.e2e.conftest import Start, scene
from tests.e2e.desk import Agent, Chromium
from tests.e2e.service import Service, eventually
from tests.sip.peer import Caller
from tests.sip.rtp import tone as samples
from tickets.call_backs.store import of_call
from tickets.call_backs.tables import CallBackRow
from tickets.missed.tables import MissedCall

CALLER_HZ, AGENT_HZ = 700, 1300


@asynccontextmanager
async def telephone() -> AsyncIterator[Caller]:
    """The citizen's telephone at home, where the trunk out leads."""
    far = await Caller.open(9)
    try:
        yield far
    finally:
        far.close()


def trunks(far: Caller) -> str:
    """One trunk for callers of this machine that dials out to that telephone."""
    out = {"name": "local", "addresses": ["127.0.0.0/8"], "trusted": True,
           "dial": f"sip:{{number}}@127.0.0.1:{far.wire.local[1]}"}  # fmt: skip
    return json.dumps([out])


def heard_at_home(far: Caller) -> float:
    """How loud the agent's tone was in the last second there."""
    return level(far.rtp.audio()[-8000:].astype("<i2").tobytes(), AGENT_HZ)


@scene
async def test_who_will_not_wait_is_called_back_in_their_place(
    private: Start, chromium: Chromium
) -> None:
    async with telephone() as far:
        service: Service = await private(trunks=trunks(far))
        agent = await Agent(chromium, service, service.agent("li")).ready()

        # Another citizen has the only agent.
        other = await Citizen(service.sip).answered()
        other.press("0")
        await agent.answer()
        await service.watch.row(other.number, state="connected")

        number = new_number()
        citizen = await Citizen(service.sip, number=number).answered()
        citizen.press("0")
        await service.watch.row(number, node_name="waiting", state="queued")
        citizen.press("1")
        await service.watch.row(number, node_name="book_change")
        await citizen.hang_up()
        # Wrapping up in a browser comes before it, and a look at who is on duty every 30 s.
        ringing = far.expect_request("INVITE", 60)

        # The agent becomes free.
        await other.hang_up()
        await agent.wrap_up("answered", "已答复。")
        invite = await ringing
        assert invite.uri.startswith(f"sip:{number}@"), invite.uri
        assert "sip:12349@" in invite.get("from")

        # At home it rings; both hear each other.
        since = service.watch.place
        await agent.answer()
        row = await service.watch.row(number, since=since, state="connected", agent="li")
        far.rtp.source = lambda n: samples(CALLER_HZ, 1, start=n)
        await agent.hears(CALLER_HZ)

        async def agent_is_heard() -> bool:
            return heard_at_home(far) > 2000

        await eventually(agent_is_heard, "the agent is not heard at home")
        await far.hangup()
        await agent.page.wait_for_selector("#hangup", state="hidden")
        await agent.wrap_up("answered", "已回电。")

        async def tickets() -> list[dict[str, str]]:
            found = await service.tickets(number)
            return found if all(each["state"] != "draft" for each in found) else []

        found = await eventually(tickets, "the tickets are not closed", 20)
        assert sorted(each["disposition"] for each in found) == ["abandoned", "connected"]
        talked = next(each for each in found if each["disposition"] == "connected")
        assert talked["call"] == row["id"]
        transcript = (await service.get(f"tickets/{talked['number']}"))["transcript"]
        said = "".join(line["text"] for line in transcript if line["speaker"] == "machine")
        assert "12349民政服务热线" in said and "录音" in said

        with service._sessions()() as db:
            (back,) = db.scalars(select(CallBackRow))
            ((_, tried),) = of_call(db, back.call_id)
            (attempt,) = tried
            assert (back.state, back.attempts) == ("done", 1)
            assert (attempt.attempt.result, attempt.attempt.agent) == ("answered", "li")
            assert attempt.ticket == talked["number"]
            assert not list(db.scalars(select(MissedCall))), "who is called back was not missed"
        await agent.leave()
        await service.at_rest()
