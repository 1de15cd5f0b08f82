"""The demonstration: a synthetic citizen phones the line; the terminal tells both sides."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr.port import Recogniser
from core.aio import in_thread
from core.settings import Settings
from core.sound import contains
from ivr.voice.port import Speaker
from telephony.caller.caller import Caller
from telephony.caller.events import CallEvent, CallResult
from telephony.caller.script import Speak

QUESTION = "低保怎么申请"
SURE = 0.75
# The question falls into the greeting, which then stops; the notice before it is heard out.
ASKS_AFTER_S = 3.8
# By then the answer's first sentences are told. The rest of it is told in half a minute.
HANGS_UP_AFTER_S = 12.5
READY_EVERY_S = 0.2
READY_TRIES = 300
WHO = {"caller": "市民", "machine": "机器", "agent": "坐席"}


class Console:
    """Asks the service's API. Blocking: call it in a thread."""

    def __init__(self, url: str, ca: Path, token: str) -> None:
        """Take the console's address, the private CA's file and a bearer token."""
        self.url = url
        self._token = token
        self._ca = ca  # made by the service at its first start

    def get(self, path: str) -> Any:
        """Return the JSON at a path. Raises OSError (urllib.error.URLError is one)."""
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {self._token}"}
        )
        context = ssl.create_default_context(cafile=str(self._ca))
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return json.load(answer)

    def ready(self) -> bool:
        """Say whether the service takes calls."""
        try:
            self.get("/readyz")
        except (OSError, urllib.error.URLError, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demonstration showed; `fault` is empty when all of it worked."""

    ticket: str
    fault: str


def tell(event: CallEvent, say: Callable[[str], None]) -> None:
    """Print one event of the citizen's side, with seconds since the INVITE."""
    data, at = event.data, f"{event.ms / 1000:7.2f} s  市民"
    match event.name:
        case "ringing" | "answered":
            say(f"{at}  {'听到回铃' if event.name == 'ringing' else '电话接通'}")
        case "first_audio":
            say(f"{at}  开始听到声音")
        case "say":
            say(f"{at}  说：{data.get('text', '')}")
        case "reply":
            say(f"{at}  说完后 {float(data.get('latency_ms', 0)) / 1000:.2f} 秒听到答复")
        case "heard" if data.get("text"):
            say(f"{at}  听到：{data['text']}")
        case "hangup":
            say(f"{at}  挂机（SIP {data.get('code', '')}）")


def judge(result: CallResult, call: dict[str, Any], ticket: dict[str, Any]) -> Outcome:
    """Say whether question, article and ticket are as they must be."""
    number = str(ticket.get("number", ""))
    if not result.answered:
        return Outcome(number, f"the call was not answered (SIP {result.code} {result.reason})")
    heard = "".join(
        line["text"] for line in call.get("transcript", []) if line["speaker"] == "caller"
    )
    if contains(heard, QUESTION) < SURE:
        return Outcome(number, f"the question was not understood: {heard!r}")
    title = str(ticket.get("article_title") or "")
    if "低保" not in title and "最低生活保障" not in title:
        return Outcome(number, f"the wrong article was told: {title!r}")
    return Outcome(number, "")


class Demonstration:
    """Runs the service as a child process and one call against it."""

    def __init__(
        self,
        settings: Settings,
        make_speaker: Callable[[], Speaker],
        make_ear: Callable[[Any], Recogniser | None],
        say: Callable[[str], None],
    ) -> None:
        """`say` prints one line."""
        self._settings, self._say = settings, say
        self._make_speaker, self._make_ear = make_speaker, make_ear

    async def show(self, reactor: Any, token: str, once: bool, whole: bool) -> int:
        """Start, phone, tell, and (unless `once`) stay until Ctrl-C; returns the exit code.

        The citizen hears the `whole` answer, or hangs up after its first sentences.
        """
        settings = self._settings
        url = f"https://{settings.http_address}:{settings.http_port}"
        console = Console(url, settings.data / "tls" / "ca.pem", token)
        service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline", "serve", start_new_session=True
        )
        question = asyncio.ensure_future(in_thread(self._question))
        try:
            if not await self._ready(console, service):
                return 1
            code = await self._call(reactor, console, await question, whole)
            if not once:
                self._say(
                    "\n服务继续运行，按 Ctrl-C 停止。 The service stays up; stop it with Ctrl-C."
                )
                await _until_stopped(service)
            return code
        finally:
            await _end(service)

    async def _ready(self, console: Console, service: asyncio.subprocess.Process) -> bool:
        for _ in range(READY_TRIES):
            if service.returncode is not None:
                self._say("the service did not start; what it said stands above")
                return False
            if await in_thread(console.ready):
                return True
            await asyncio.sleep(READY_EVERY_S)
        self._say("the service did not get ready in a minute")
        return False

    def _question(self) -> bytes:
        return self._make_speaker().render(QUESTION)

    async def _call(self, reactor: Any, console: Console, pcm: bytes, whole: bool) -> int:
        settings = self._settings
        self._say("\n演示：一位市民拨打热线，问“低保怎么申请”。\n")
        caller = Caller(
            reactor,
            f"sip:{settings.number}@{settings.sip_address}:{settings.sip_port}",
            script=(Speak(pcm, QUESTION, ASKS_AFTER_S),),
            hangup_after=None if whole else HANGS_UP_AFTER_S,
            on_event=lambda event: tell(event, self._say),
            ear=self._make_ear(reactor),
            codecs=("PCMA",),
        )
        loop = asyncio.get_running_loop()
        result = await caller.call().asFuture(loop)
        call, ticket = await in_thread(_closed, console)
        self._say("")
        for line in call.get("transcript", []):
            who = WHO.get(line["speaker"], line["speaker"])
            self._say(f"{line['start_ms'] / 1000:7.2f} s  热线记录 {who}：{line['text']}")
        outcome = judge(result, call, ticket)
        if outcome.fault:
            self._say(f"\n演示失败 failed: {outcome.fault}")
            return 1
        self._say(f"\n答复依据 article: {ticket['article_title']}")
        self._say(f"工单 ticket: {console.url}/tickets/{outcome.ticket}")
        return 0


def _closed(console: Console) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the newest call and its ticket once it is closed (10 s at most). Blocking."""
    for _ in range(50):
        newest = console.get("/api/v1/calls?limit=1")["calls"]
        if newest and newest[0]["state"] == "ended":
            call = console.get(f"/api/v1/calls/{newest[0]['id']}")
            return call, console.get(f"/api/v1/tickets/{call['ticket']}")
        time.sleep(0.2)
    return {}, {}


async def _until_stopped(service: asyncio.subprocess.Process) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    ended = asyncio.ensure_future(service.wait())
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()


async def _end(service: asyncio.subprocess.Process) -> None:
    if service.returncode is None:
        service.terminate()
        try:
            await asyncio.wait_for(service.wait(), 20)
        except TimeoutError:
            service.kill()
