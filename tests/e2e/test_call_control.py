"""Two agents, a supervisor and a simulated 120 with real calls: what is at each ear, by tones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.async_api import BrowserContext

from tests.agent_ui.browser import enter
from tests.e2e.citizen import RATE, Citizen, level, rms, tone
from tests.e2e.conftest import run, scene
from tests.e2e.desk import Agent, Chromium, PaperAgent
from tests.e2e.service import PASSWORD, Service, eventually
from tests.sip.peer import Caller as Peer
from tests.sip.rtp import tone as frames

CALLER_HZ, LI_HZ, WANG_HZ, CHEN_HZ, AMBULANCE_HZ = 700, 1300, 1700, 2300, 1000
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  await context.resume();
  const tone = new OscillatorNode(context, {frequency: %d});
  const ear = context.createMediaStreamDestination();
  tone.connect(new GainNode(context, {gain: 0.3})).connect(ear);
  tone.start();
  return ear.stream;
};
"""


class Tuned:
    """Windows of a browser whose microphones hear a tone of their own."""

    def __init__(self, chromium: Chromium, hertz: int) -> None:
        self._chromium, self._hertz = chromium, hertz

    async def window(self, service: Service) -> BrowserContext:
        """A window."""
        window = await self._chromium.window(service)
        await window.add_init_script(MICROPHONE % self._hertz)
        return window


class Seat(Agent):
    """An agent or supervisor at a page, with a tone of their own."""

    def __init__(self, chromium: Chromium, service: Service, name: str, hertz: int) -> None:
        super().__init__(Tuned(chromium, hertz), service, name)  # type: ignore[arg-type]
        self.hertz = hertz

    async def sit_down(self) -> Seat:
        """Open the phone's page without taking calls."""
        self._window = await self._chromium.window(self._service)
        self.page = await self._window.new_page()
        await enter(self.page, self.name, PASSWORD)
        since = self._service.watch.place
        await self.page.goto("/phone")
        await self._service.watch.agent(self.name, since, state="idle")
        return self

    async def hears_only(self, *hertz: float) -> None:
        """Wait until these tones of all those in play are heard and no other."""
        every = [CALLER_HZ, LI_HZ, WANG_HZ, CHEN_HZ, AMBULANCE_HZ]
        await self.page.wait_for_function(
            """async ([every, wanted]) => {
              for (const hertz of every) {
                const loud = await level(hertz);
                if (wanted.includes(hertz) ? loud < 0.05 : loud > 0.02) return false;
              }
              return true;
            }""",
            arg=[every, list(hertz)],
            polling=100,
        )


class Floor:
    """A service with a simulated 120, a busy number, a desk phone, and everybody at their pages."""

    def __init__(self, service: Service, chromium: Chromium, far: dict[str, Peer]) -> None:
        self.service, self.watch, self.far = service, service.watch, far
        self.ambulance = far["120"]
        self.li = Seat(chromium, service, service.agent("li"), LI_HZ)
        self.wang = Seat(chromium, service, service.agent("wang"), WANG_HZ)
        self.chen = Seat(chromium, service, service.agent("chen", "supervisor"), CHEN_HZ)

    async def open(self) -> None:
        """Everybody comes; li takes calls."""
        await self.li.ready()
        await self.wang.sit_down()
        await self.chen.sit_down()

    async def talk(self) -> tuple[Citizen, str]:
        """A citizen talks with li; also the call's id."""
        await self.watch.agent("li", state="idle", status="ready")
        citizen = await Citizen(self.service.sip).answered()
        citizen.press("0")
        await self.li.answer()
        row = await self.watch.row(citizen.number, state="connected", agent="li")
        citizen.say(tone(CALLER_HZ, 120))
        await self.li.hears_only(CALLER_HZ)
        await hears_only(citizen, LI_HZ)
        return citizen, row["id"]

    async def asks(self, who: Seat, command: str, call: str, **more: str) -> None:
        """An agent's page asks for something and is told that it is done."""
        answer = await self.watch.ask(
            "agent.control", agent=who.name, call=call, command=command, **more
        )
        assert answer["ok"], answer

    async def supervises(self, command: str, call: str) -> None:
        """The supervisor's page asks for something and is told that it is done."""
        answer = await self.watch.ask(
            "supervise.control", supervisor="chen", call=call, command=command
        )
        assert answer["ok"], answer

    async def over(self, citizen: Citizen) -> dict[str, Any]:
        """The call ends, everybody is free again; its ticket."""
        await citizen.hang_up()
        ticket = await self.service.ticket(citizen.number)
        await self.service.at_rest()
        for seat in (self.li, self.wang, self.chen):
            since = self.watch.place
            self.watch.say("agent.command", agent=seat.name, kind="hello", tab="watch", area="")
            shown = await self.watch.agent(seat.name, since)
            if shown["state"] == "wrapup":
                self.watch.say("agent.wrapup", agent=seat.name)
                await self.watch.agent(seat.name, since, state="idle", call="")
            else:
                assert (shown["state"], shown["call"]) == ("idle", "")
        return ticket


async def hears_only(citizen: Citizen, *hertz: float) -> None:
    """Wait until the citizen's last half second holds these tones and no other of those in play."""

    async def so() -> bool:
        last = citizen.heard[-RATE:]
        every = (CALLER_HZ, LI_HZ, WANG_HZ, CHEN_HZ, AMBULANCE_HZ)
        return all((level(last, hz) > 2000) == (hz in hertz) for hz in every)

    await eventually(so, f"the citizen does not hear {hertz} alone", 20)


async def hears_music(citizen: Citizen) -> None:
    """Wait until the citizen hears something for a second that is no tone of anybody."""

    async def so() -> bool:
        last = citizen.heard[-2 * RATE :]
        nobody = all(level(last, hz) < 300 for hz in (LI_HZ, WANG_HZ, CHEN_HZ, AMBULANCE_HZ))
        return rms(last) > 200 and nobody

    await eventually(so, "no music", 20)


async def channels(service: Service, call: str) -> tuple[bytes, bytes]:
    """A recording's two channels: the caller's, everybody else's."""
    reader, _ = await service.recording(call)
    sound = np.frombuffer(reader.readframes(reader.getnframes()), "<i2")
    return sound[0::2].tobytes(), sound[1::2].tobytes()


@pytest.fixture(scope="module")
def floor(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Everybody at their pages."""

    async def begin() -> Floor:
        far = {name: await Peer.open(9) for name in ("120", "busy", "desk")}
        for name, hertz in (("120", AMBULANCE_HZ), ("desk", WANG_HZ)):
            far[name].rtp.source = lambda n, hertz=hertz: frames(hertz, 1, start=n)
        far["busy"].answer_invites = 486
        at = {name: f"127.0.0.1:{peer.wire.local[1]}" for name, peer in far.items()}
        local = {"name": "local", "addresses": ["127.0.0.0/8"], "trusted": True}
        service = await Service(
            tmp_path_factory.mktemp("floor"),
            drain_s="5",
            agencies=json.dumps({"120": f"sip:120@{at['120']}"}),
            desk_phones=json.dumps({"zhao": f"sip:8001@{at['desk']}"}),
            trunks=json.dumps([{**local, "dial": f"sip:{{number}}@{at['busy']}"}]),
        ).start()
        floor = Floor(service, chromium, far)
        await floor.open()
        return floor

    floor = run(begin())
    yield floor
    for seat in (floor.li, floor.wang, floor.chen):
        run(seat.close_tab())
    for peer in floor.far.values():
        peer.close()
    assert run(floor.service.stop()) == 0, floor.service.log.read_text()


@scene
async def test_hold_and_an_attended_transfer(floor: Floor) -> None:
    citizen, call = await floor.talk()
    await floor.asks(floor.li, "hold", call)
    await hears_music(citizen)
    await floor.li.hears_only()
    await floor.asks(floor.li, "resume", call)
    await hears_only(citizen, LI_HZ)
    since = floor.watch.place
    await floor.wang.page.click("[data-status=ready]:not([disabled])")
    await floor.watch.agent("wang", since, status="ready", state="idle")
    await floor.asks(floor.li, "consult", call, to="agent:wang")
    await floor.wang.answer()
    await floor.watch.row(citizen.number, since=since, consult="wang", consult_state="talking")
    await floor.wang.hears_only(LI_HZ)
    await floor.li.hears_only(WANG_HZ)
    await hears_music(citizen)
    await floor.asks(floor.li, "complete", call)
    await floor.watch.row(citizen.number, since=since, agent="wang", consult="")
    await floor.wang.hears_only(CALLER_HZ)
    await hears_only(citizen, WANG_HZ)
    assert (await floor.watch.agent("li", since, state="wrapup"))["call"] == call
    ticket = await floor.over(citizen)
    assert (ticket["agent"], ticket["disposition"]) == ("wang", "connected")
    left, right = await channels(floor.service, call)
    assert level(left[-RATE * 2 :], CALLER_HZ) > 1000 and level(right[-RATE * 2 :], WANG_HZ) > 1000
    since = floor.watch.place
    await floor.wang.page.click("[data-status=break]:not([disabled])")
    await floor.watch.agent("wang", since, status="break")


@scene
async def test_three_way_with_a_simulated_120(floor: Floor) -> None:
    citizen, call = await floor.talk()
    since = floor.watch.place
    await floor.asks(floor.li, "consult", call, to="agency:120")
    await floor.watch.row(citizen.number, since=since, consult="120", consult_state="talking")
    await floor.li.hears_only(AMBULANCE_HZ)
    await hears_music(citizen)
    await at(floor.ambulance, LI_HZ)
    await floor.asks(floor.li, "join", call)
    await floor.watch.row(citizen.number, since=since, conference="120", consult="")
    await floor.li.hears_only(CALLER_HZ, AMBULANCE_HZ)
    await hears_only(citizen, LI_HZ, AMBULANCE_HZ)
    await at(floor.ambulance, CALLER_HZ, LI_HZ)
    await floor.asks(floor.li, "digits", call, digits="5")
    await eventually(_pressed(floor.ambulance), "the key did not arrive")
    await floor.asks(floor.li, "hangup", call)
    await hears_only(citizen, AMBULANCE_HZ)
    await at(floor.ambulance, CALLER_HZ)
    bye = floor.ambulance.expect_request("BYE")
    ticket = await floor.over(citizen)
    await bye
    assert ticket["agent"] == "li"
    kinds = [event["kind"] for event in (await floor.service.call(ticket))["events"]]
    assert "transferred" in kinds and kinds.count("control") == 4


@scene
async def test_a_whisper_is_in_the_agents_ear_alone(floor: Floor) -> None:
    citizen, call = await floor.talk()
    await floor.supervises("whisper", call)
    await floor.chen.answer()
    await floor.chen.hears_only(CALLER_HZ, LI_HZ)
    await floor.li.hears_only(CALLER_HZ, CHEN_HZ)
    await hears_only(citizen, LI_HZ)
    await floor.supervises("leave", call)
    await floor.li.hears_only(CALLER_HZ)
    ticket = await floor.over(citizen)
    left, right = await channels(floor.service, call)
    assert level(left, CHEN_HZ) < 50 and level(right, CHEN_HZ) < 50
    assert level(right, LI_HZ) > 500
    events = (await floor.service.call(ticket))["events"]
    did = [e["data"]["mode"] for e in events if e["kind"] == "supervised"]
    assert did == ["whisper", "leave"]


@scene
async def test_barging_in_and_taking_over(floor: Floor) -> None:
    citizen, call = await floor.talk()
    since = floor.watch.place
    await floor.supervises("listen", call)
    await floor.chen.answer()
    await floor.chen.hears_only(CALLER_HZ, LI_HZ)
    await floor.li.hears_only(CALLER_HZ)
    await floor.watch.row(citizen.number, since=since, supervised_by="chen")
    await floor.supervises("barge", call)
    await hears_only(citizen, LI_HZ, CHEN_HZ)
    await floor.li.hears_only(CALLER_HZ, CHEN_HZ)
    await floor.supervises("takeover", call)
    await hears_only(citizen, CHEN_HZ)
    await floor.watch.row(citizen.number, since=since, agent="chen", supervised_by="")
    await floor.li.page.wait_for_selector("#hangup", state="hidden")
    ticket = await floor.over(citizen)
    assert ticket["agent"] == "chen"
    _, right = await channels(floor.service, call)
    assert level(right[-RATE * 2 :], CHEN_HZ) > 1000


@scene
async def test_a_number_that_is_busy_or_forbidden_leaves_the_caller_with_the_agent(
    floor: Floor,
) -> None:
    citizen, call = await floor.talk()
    since = floor.watch.place
    await floor.asks(floor.li, "transfer", call, to="number:13800138000")
    late = await floor.watch.until(
        "that it is busy",
        lambda topic, heard: topic == "agent.controlled" and heard["ok"] is False,
        since=since,
    )
    assert (late["call"], late["why"]) == (call, "对方正忙。")
    await hears_only(citizen, LI_HZ)
    rang = floor.far["busy"].messages[0]
    assert rang.uri.startswith("sip:+8613800138000@")
    ask = {"agent": "li", "call": call, "command": "transfer", "to": "number:0085221234567"}
    answer = await floor.watch.ask("agent.control", **ask)
    assert answer["why"] == "国际号码和特殊收费号码不允许拨打。"
    await floor.li.hears_only(CALLER_HZ)
    await floor.over(citizen)


@scene
async def test_a_desk_phone_rings_instead_of_the_browser(floor: Floor) -> None:
    since, phone = floor.watch.place, floor.far["desk"]
    await floor.li.page.click("[data-status=break]:not([disabled])")
    await floor.watch.agent("li", since, status="break")
    zhao = await PaperAgent(floor.service, floor.service.agent("zhao")).ready()
    citizen = await Citizen(floor.service.sip).answered()
    citizen.press("0")
    await floor.watch.row(citizen.number, state="connected", agent="zhao")
    citizen.say(tone(CALLER_HZ, 120))
    await hears_only(citizen, WANG_HZ)
    await at(phone, CALLER_HZ)
    assert zhao.signals.empty(), "the browser rings, too"
    await phone.hangup()
    assert (await citizen.over()).by == "far"
    await floor.watch.agent("zhao", since, state="wrapup")
    await zhao.leave()
    since = floor.watch.place
    await floor.li.page.click("[data-status=ready]:not([disabled])")
    await floor.watch.agent("li", since, status="ready", state="idle")
    await floor.over(citizen)


async def at(peer: Peer, *hertz: float) -> None:
    """Wait until the simulated agency hears these tones and no other."""
    every = (CALLER_HZ, LI_HZ, WANG_HZ, CHEN_HZ)

    async def so() -> bool:
        last = peer.rtp.audio()[-RATE // 2 :].tobytes()
        return all((level(last, hz) > 2000) == (hz in hertz) for hz in every)

    await eventually(so, f"the agency does not hear {hertz} alone", 20)


def _pressed(peer: Peer) -> Any:
    async def so() -> bool:
        await asyncio.sleep(0)
        return peer.rtp.digits == [5]

    return so
