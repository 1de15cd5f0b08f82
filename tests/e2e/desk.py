"""Agents at the console: one whose browser is a bare WebSocket, and one in a real Chromium."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from agent_ui.guard import COOKIE
from telephony.sip.wavs import header
from tests.agent_ui.authenticator import PHONE, secret_on
from tests.agent_ui.browser import enter
from tests.agent_ui.served import field_of
from tests.e2e.citizen import tone
from tests.e2e.service import PASSWORD, Service

LIMIT_MS = 20_000
INSTRUMENTS = """
// The microphone without the browser's own noise suppression, which takes a tone for noise.
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = () => ask({audio: {
  echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
// What the page hears, and the amplitude (0..1) of one frequency in it.
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) {
    super(...given);
    this.addEventListener('track', ({track}) => window.heard = new MediaStream([track]));
  }
};
window.level = async (hertz) => {
  if (!window.heard) return 0;
  window.context ??= new AudioContext();
  await context.resume();
  if (window.listening !== heard) {
    window.listening = heard;
    window.analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(heard).connect(analyser);
  }
  const samples = new Float32Array(8192);
  analyser.getFloatTimeDomainData(samples);
  let cosine = 0, sine = 0;
  samples.forEach((value, n) => {
    const angle = 2 * Math.PI * hertz * n / context.sampleRate;
    cosine += value * Math.cos(angle);
    sine += value * Math.sin(angle);
  });
  return 2 * Math.hypot(cosine, sine) / samples.length;
};
"""


class PaperAgent:
    """An agent whose page rings and says what it is told to, but has no sound."""

    def __init__(self, service: Service, name: str) -> None:
        """Take an agent that exists."""
        self.name, self._service = name, service
        self.signals: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._socket: Any = None
        self._reading: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def ready(self) -> PaperAgent:
        """Log in, open the phone and choose 就绪."""
        async with self._service.client() as client:
            await log_in(client, self.name, PASSWORD)
            cookie = client.cookies[COOKIE]
        trust = ssl.create_default_context(cafile=str(self._service.data / "tls" / "ca.pem"))
        self._socket = await websockets.connect(
            self._service.base.replace("https", "wss") + "/ws",
            ssl=trust,
            origin=self._service.base,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
        )
        self._reading = asyncio.ensure_future(self._read())
        since = self._service.watch.place
        await self.send(type="hello", tab=f"paper-{self.name}")
        self._beating = asyncio.ensure_future(self._beat())
        await self.send(type="status", status="ready")
        await self._service.watch.agent(self.name, since, status="ready", state="idle")
        return self

    async def send(self, **message: str) -> None:
        """Say something to the console."""
        await self._socket.send(json.dumps(message))

    async def rings(self, limit: float = 15.0) -> str:
        """Wait until the page rings; returns the leg."""
        while (signal := await asyncio.wait_for(self.signals.get(), limit))["type"] != "offer":
            pass
        leg: str = signal["leg"]
        return leg

    async def told_end(self, limit: float = 10.0) -> bool:
        """Wait until the page is told that a leg is over."""
        while (await asyncio.wait_for(self.signals.get(), limit))["type"] != "end":
            pass
        return True

    async def leave(self) -> None:
        """Close the page if it is open, and wait until the service knows."""
        if self._socket is None:
            return
        since = self._service.watch.place
        for task in (self._reading, self._beating):
            if task is not None:
                task.cancel()
        await self._socket.close()
        await self._service.watch.agent(self.name, since, state="away")

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if message["type"] == "agent.signal":
                self.signals.put_nowait(message["signal"])

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(3)
            await self.send(type="heartbeat")


class Chromium:
    """A browser whose microphone hears 1300 Hz."""

    def __init__(self, folder: Path) -> None:
        """Take a folder for the microphone's sound."""
        self._microphone = folder / "microphone.wav"
        sound = tone(1300, 10)
        self._microphone.write_bytes(header(len(sound)) + sound)
        self._playwright: Any = None
        self._browser: Browser | None = None
        self.faults: list[str] = []

    async def open(self) -> Chromium:
        """Start it; the test is skipped where it is not installed."""
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            pytest.skip("Chromium is not installed (Debian: chromium)")
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=program,
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
        return self

    async def close(self) -> None:
        """End it."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def window(self, service: Service) -> BrowserContext:
        """A window with cookies of its own, that trusts the private CA."""
        assert self._browser is not None
        window = await self._browser.new_context(
            ignore_https_errors=True,
            base_url=service.base,
            locale="zh-CN",
            permissions=["microphone"],
        )
        window.set_default_timeout(LIMIT_MS)
        await window.add_init_script(INSTRUMENTS)
        return window


class Agent:
    """An agent in Chromium."""

    def __init__(self, chromium: Chromium, service: Service, name: str) -> None:
        """Take an agent that exists and has chosen a password."""
        self.name, self._chromium, self._service = name, chromium, service
        self.faults: list[str] = []
        self._window: BrowserContext
        self.page: Page

    async def ready(self) -> Agent:
        """Log in, open 我的电话 and choose 就绪."""
        self._window = await self._chromium.window(self._service)
        self.page = await self._window.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        await enter(self.page, self.name, PASSWORD)
        since = self._service.watch.place
        await self.page.goto("/phone")
        await self.page.click("[data-status=ready]:not([disabled])")
        await self._service.watch.agent(self.name, since, status="ready", state="idle")
        return self

    async def answer(self) -> None:
        """Wait until it rings and click 接听."""
        await self.page.click("#answer:visible")
        await self.page.wait_for_selector("#hangup:visible")

    async def hears(self, hertz: float) -> None:
        """Wait until the page hears a tone."""
        await self.page.wait_for_function(
            "async (hertz) => await level(hertz) > 0.05", arg=hertz, polling=100
        )

    async def level(self, hertz: float) -> float:
        """The amplitude of a tone in what the page hears now."""
        value: float = await self.page.evaluate("(hertz) => level(hertz)", hertz)
        return value

    async def wrap_up(self, outcome: str, summary: str) -> None:
        """Fill in the card's form."""
        await self.page.fill("#note-summary", summary)
        button = self.page.locator(f"[data-outcome={outcome}][aria-disabled=false]").first
        # Not for the undo: the next call may be there already, with a card of its own.
        async with self.page.expect_response("**/disposition") as kept:
            await button.click()
        assert (await kept.value).ok

    async def close_tab(self) -> None:
        """Close the page as somebody who has had enough does."""
        await self.page.close()

    async def leave(self) -> None:
        """Go off duty and close everything; a page that was closed is opened for it."""
        if self.page.is_closed():
            self.page = await self._window.new_page()
            await self.page.goto("/phone")
        since = self._service.watch.place
        await self.page.click("[data-status=off]:not([disabled])")
        await self._service.watch.agent(self.name, since, status="off")
        await self._window.close()
        assert not self.faults, self.faults


async def log_in(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    """Fill in the login form, and the second factor's where it is asked for."""
    csrf = field_of((await client.get("/login")).text, "csrf")
    form = {"name": name, "password": password, "csrf": csrf, "next": "/"}
    answer = await client.post("/login", data=form)
    assert answer.status_code == 303, answer.text
    asked = await client.get("/second-factor")
    if asked.status_code == 200:
        key = f"{name} {client.base_url.netloc.decode()}"
        secret = secret_on(asked.text)
        if secret is not None:
            PHONE.learn(key, secret)
        form = {"csrf": field_of(asked.text, "csrf"), "next": "/", "code": PHONE.code(key)}
        assert (await client.post("/second-factor", data=form)).status_code in (200, 303)
    return answer


async def first_log_in(service: Service, name: str, once: str) -> None:
    """Use a one-time password and choose PASSWORD."""
    async with service.client() as client:
        await log_in(client, name, once)
        csrf = field_of((await client.get("/password")).text, "csrf")
        form = {"csrf": csrf, "old": once, "new": PASSWORD, "again": PASSWORD}
        answer = await client.post("/password", data=form)
        assert answer.status_code == 303, answer.text
