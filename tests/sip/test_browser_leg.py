"""A person at a browser: Chromium's own WebRTC, with `phone.js`, against the line's media."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_twisted
import websockets
from playwright.async_api import Browser, Page, async_playwright
from twisted.internet import reactor
from twisted.internet.task import deferLater
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from telephony.sip.port import Leg, LegState
from telephony.sip.wavs import header, read_header, samples
from tests.sip.conftest import Owner, Station, aio, sine, until
from tests.sip.rtp import level, tone

CHROMIUM = Path("/usr/bin/chromium")
PHONE = Path(__file__).resolve().parents[2] / "agent_ui/static/js/phone.js"
PAGE = """<!doctype html><meta charset=utf-8><title>phone</title><script type=module>
import {Phone} from '/phone.js';
const socket = new WebSocket(`ws://${location.host}/ws`);
const plain = {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}};
const phone = window.phone = new Phone({
  send: (message) => socket.send(JSON.stringify(message)), constraints: () => plain});
window.seen = [];
for (const name of ['ringing', 'up', 'ended', 'lost', 'found'])
  phone.addEventListener(name, (event) => window.seen.push([name, event.detail]));
socket.onmessage = (event) => phone.handle(JSON.parse(event.data));
socket.onopen = () => window.ready = true;
// The amplitude (0..1) of one frequency in what is heard.
window.level = async (hertz) => {
  const call = [...phone.legs.values()][0];
  if (!call?.stream) return 0;
  window.context ??= new AudioContext();
  await context.resume();
  if (!call.analyser) {
    call.analyser = context.createAnalyser();
    call.analyser.fftSize = 8192;
    context.createMediaStreamSource(call.stream).connect(call.analyser);
  }
  const samples = new Float32Array(8192);
  call.analyser.getFloatTimeDomainData(samples);
  let cosine = 0, sine = 0;
  samples.forEach((value, n) => {
    const angle = 2 * Math.PI * hertz * n / context.sampleRate;
    cosine += value * Math.cos(angle);
    sine += value * Math.sin(angle);
  });
  return 2 * Math.hypot(cosine, sine) / samples.length;
};
</script>"""
Test = pytest_twisted.ensureDeferred

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")


class Chromium:
    """The browser, whose microphone hears 1300 Hz."""

    def __init__(self, folder: Path) -> None:
        self.browser: Browser
        self._microphone = folder / "microphone.wav"
        data = sine(1300, 4000)
        self._microphone.write_bytes(header(len(data)) + data)
        self._playwright: Any = None

    async def open(self) -> None:
        self._playwright = await async_playwright().start()
        self.browser = await self._playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            ignore_default_args=["--mute-audio"],
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={self._microphone}",
                "--allow-loopback-in-peer-connection",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )

    async def close(self) -> None:
        await self.browser.close()
        await self._playwright.stop()


class Desk:
    """One agent's page: a web server for it, its socket, and a tab of Chromium."""

    def __init__(self, station: Station, agent: str) -> None:
        self.station = station
        self.agent = agent
        self.messages: list[dict[str, Any]] = []
        self.page: Page
        self._socket: Any = None
        self._server: Any = None
        self._offer, self._end = station.gate.offer, station.gate.end
        station.gate.offer = self.offer  # type: ignore[method-assign]
        station.gate.end = self.end  # type: ignore[method-assign]

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        self._offer(agent, leg_id, sdp)
        self._send({"type": "offer", "leg": leg_id, "sdp": sdp})

    def end(self, agent: str, leg_id: str) -> None:
        self._end(agent, leg_id)
        self._send({"type": "end", "leg": leg_id})

    def _send(self, message: dict[str, str]) -> None:
        if self._socket is not None:
            self._running = asyncio.ensure_future(self._socket.send(json.dumps(message)))

    async def open(self, chromium: Chromium) -> None:
        self._server = await websockets.serve(
            self._serve, "127.0.0.1", 0, process_request=self._static
        )
        port = self._server.sockets[0].getsockname()[1]
        self.page = await chromium.browser.new_page()
        await self.page.goto(f"http://localhost:{port}/")
        await self.page.wait_for_function("window.ready")

    def _static(self, connection: Any, request: Request) -> Response | None:
        if request.path == "/ws":
            return None
        script = request.path == "/phone.js"
        body = PHONE.read_bytes() if script else PAGE.encode()
        kind = "text/javascript" if script else "text/html"
        headers = Headers([("Content-Type", kind), ("Content-Length", str(len(body)))])
        return Response(HTTPStatus.OK.value, "OK", headers, body)

    async def _serve(self, socket: Any) -> None:
        self._socket = socket
        try:
            async for text in socket:
                message = json.loads(text)
                self.messages.append(message)
                line = self.station.line
                if message["type"] == "answer":
                    line.browser_answered(message["leg"], message["sdp"])
                else:
                    line.browser_rejected(message["leg"])
        finally:
            self._socket = None
            self.station.line.browser_gone(self.agent)

    async def leave(self) -> None:
        await self.page.close()

    async def close(self) -> None:
        self.station.gate.offer = self._offer  # type: ignore[method-assign]
        self.station.gate.end = self._end  # type: ignore[method-assign]
        await self.page.close()
        self._server.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests here."""
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    pytest_twisted.blockon(aio(chromium.open()))
    yield chromium
    pytest_twisted.blockon(aio(chromium.close()))


@pytest.fixture
def desk(station: Station, chromium: Chromium) -> Iterator[Desk]:
    """A page of agent7."""
    desk = Desk(station, "agent7")
    pytest_twisted.blockon(aio(desk.open(chromium)))
    yield desk
    pytest_twisted.blockon(aio(desk.close()))


async def rung(station: Station, desk: Desk) -> tuple[Leg, Owner]:
    """Ring the browser; return the leg once the page knows of it."""
    owner = Owner()
    leg = station.line.dial_browser("agent7", owner)
    await aio(desk.page.wait_for_function("seen.some((entry) => entry[0] == 'ringing')"))
    return leg, owner


async def picked_up(station: Station, desk: Desk) -> tuple[Leg, Owner]:
    """Ring the browser and let the agent answer."""
    leg, owner = await rung(station, desk)
    await aio(desk.page.evaluate("(leg) => phone.answer(leg)", leg.id))
    await until(lambda: leg.state is LegState.UP, str(owner.events))
    await aio(desk.page.wait_for_function("seen.some((entry) => entry[0] == 'up')"))
    return leg, owner


async def loudest(desk: Desk, hertz: float) -> float:
    """Return the level of a tone in the page once it is there, or the last one measured."""
    value = 0.0
    for _ in range(100):
        value = await aio(desk.page.evaluate("(hertz) => level(hertz)", hertz))
        if value > 0.05:
            break
        await deferLater(reactor, 0.05, lambda: None)
    return value


@Test
async def test_caller_and_agent_hear_each_other(station: Station, desk: Desk) -> None:
    caller = await station.caller()
    await aio(caller.call())
    caller.rtp.source = lambda n: tone(700, 1, start=n)
    citizen = station.calls[0][0]
    await until(lambda: citizen.state is LegState.UP)
    agent, owner = await picked_up(station, desk)
    assert owner.names == ["ringing", "up"]
    station.line.bridge(citizen, agent)
    assert await loudest(desk, 700) > 0.05
    assert await aio(desk.page.evaluate("level(1300)")) < 0.02
    await until(lambda: level(caller.rtp.audio()[-1600:], 1300) > 1000, "the agent is not heard")
    await aio(desk.page.evaluate("phone.mute(true)"))
    await until(lambda: level(caller.rtp.audio()[-1600:], 1300) < 100, "mute does not mute")
    await aio(desk.page.evaluate("(leg) => phone.hangup(leg)", agent.id))
    await until(lambda: owner.ended)
    assert citizen.state is LegState.UP
    assert station.line.legs == 1


@Test
async def test_the_agent_can_press_digits_and_be_recorded(
    station: Station, desk: Desk, tmp_path: Path
) -> None:
    agent, owner = await picked_up(station, desk)
    agent.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    assert await aio(desk.page.evaluate("(leg) => phone.sendDtmf(leg, '12#')", agent.id))
    await until(lambda: owner.digits == "12#", owner.digits)
    agent.hangup()
    await until(lambda: owner.ended)
    await aio(desk.page.wait_for_function("seen.some((entry) => entry[0] == 'ended')"))
    assert await aio(desk.page.evaluate("phone.active.length")) == 0
    said = np.frombuffer(samples(read_header(tmp_path / "said.wav")), "<i2")
    assert level(said[-1600:], 1300) > 1000


@Test
async def test_a_declined_call_ends(station: Station, desk: Desk) -> None:
    leg, owner = await rung(station, desk)
    await aio(desk.page.evaluate("(leg) => phone.reject(leg)", leg.id))
    await until(lambda: owner.ended)
    assert owner.events[-1][1] == 486
    assert station.line.legs == 0


@Test
async def test_a_closed_page_ends_the_call(station: Station, desk: Desk) -> None:
    _, owner = await picked_up(station, desk)
    await aio(desk.leave())
    await until(lambda: owner.ended)
    assert station.line.legs == 0


@Test
@pytest.mark.parametrize("late_ms", [0, 5, 20, 60, 150])
async def test_hanging_up_while_the_agent_answers_leaves_nothing(
    station: Station, desk: Desk, late_ms: int
) -> None:
    leg, owner = await rung(station, desk)
    answering = aio(desk.page.evaluate("(leg) => phone.answer(leg)", leg.id))
    await deferLater(reactor, late_ms / 1000, lambda: None)
    leg.hangup()
    await until(lambda: owner.ended)
    await answering
    await aio(desk.page.wait_for_function("phone.active.length == 0"))
    assert station.line.legs == 0
    assert owner.names.count("ended") == 1


@Test
async def test_a_bad_answer_ends_the_leg(station: Station, desk: Desk) -> None:
    leg, owner = await rung(station, desk)
    station.line.browser_answered(leg.id, "v=0\r\nnothing of use")
    await until(lambda: owner.ended)
    assert owner.events[-1][1] == 488
