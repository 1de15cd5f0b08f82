"""The whole service as a process of its own, as an operator runs it, and what a test asks of it."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import signal
import ssl
import sys
import wave
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from agent_ui.accounts import users
from agent_ui.accounts.login import new_bearer
from core.crypto import Vault
from core.db import open_database, open_sessions
from core.settings import Settings
from tests.conftest import ROOT, free_port
from tests.e2e.watch import Watch

LIMIT_S = 30.0
START_S = 90.0
RTP_FIRST, RTP_PORTS = 12_000, 400
PASSWORD = "correct horse 42"
ALWAYS_OPEN = 'periods: ["0:00-24:00"]\nweekdays: [1, 2, 3, 4, 5, 6, 7]\nholidays: false\n'

_ranges = itertools.count(os.getpid() % 15)


async def eventually(true: Callable[[], Awaitable[Any]], what: str, limit: float = 10.0) -> Any:
    """Ask again and again until the answer is true; return it. For what no event tells."""
    end = asyncio.get_running_loop().time() + limit
    while not (answer := await true()):
        assert asyncio.get_running_loop().time() < end, what
        await asyncio.sleep(0.05)
    return answer


class Service:
    """One installation: a data folder, ports, and the process when it runs."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`settings` are HOTLINE_ variables by their lower-case names; people work at all hours."""
        folder.mkdir(parents=True, exist_ok=True)
        hours = folder / "hours.yaml"
        hours.write_text(ALWAYS_OPEN)
        self.data = folder / "data"
        self.sip_port, self.http_port = free_port(), free_port()
        self.rtp = RTP_FIRST + next(_ranges) % 20 * RTP_PORTS
        wanted = {
            "data": self.data,
            "sip_port": self.sip_port,
            "sip_tls_port": free_port(),
            "http_port": self.http_port,
            "rtp_port": self.rtp,
            "rtp_ports": RTP_PORTS,
            "holidays": hours,
        } | settings
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
        self.env = kept | {f"HOTLINE_{name.upper()}": str(v) for name, v in wanted.items()}
        self.base = f"https://127.0.0.1:{self.http_port}"
        self.sip = f"sip:12349@127.0.0.1:{self.sip_port}"
        self.log = folder / "serve.log"
        self.process: asyncio.subprocess.Process | None = None
        self.api: httpx.AsyncClient
        self.watch: Watch

    # ---- its life ------------------------------------------------------------------------------

    async def start(self) -> Service:
        """Run `hotline serve` until it is ready, with an API token and an ear on its bus."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command("serve"), env=self.env, cwd=ROOT, stdout=log, stderr=log
            )
        await eventually(self._ready, "the service did not get ready", START_S)
        self.api = self.client()
        self.api.headers["Authorization"] = f"Bearer {self.token()}"
        self.watch = Watch(self.data / "redis" / "redis.sock")
        await self.watch.start()
        return self

    async def stop(self) -> int:
        """End it as an operator would, at once if it drains for long; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            await self.let_go()
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), LIMIT_S)
            except TimeoutError:
                self.process.kill()
        return await self.process.wait()

    async def let_go(self) -> None:
        """Close what this test process holds open of it."""
        await self.watch.stop()
        await self.api.aclose()

    async def kill(self) -> dict[psutil.Process, str]:
        """Kill it with SIGKILL; returns the children that it had, and their command lines."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        children = {child: " ".join(child.cmdline()) for child in family}
        await self.let_go()
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        return children

    async def exited(self, limit: float = LIMIT_S) -> int:
        """Wait for its end; returns the exit code."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), limit)

    async def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log.read_text()
        ca = self.data / "tls" / "ca.pem"
        if not ca.exists():
            return False
        try:
            async with self.client() as client:
                return (await client.get("/readyz")).status_code == 200
        except (httpx.HTTPError, OSError):
            return False

    # ---- the command line ----------------------------------------------------------------------

    @staticmethod
    def command(*arguments: str) -> list[str]:
        """The words of a `hotline` command."""
        return [sys.executable, "-m", "hotline", *arguments]

    async def cli(
        self, *arguments: str, limit: float = START_S, **settings: str
    ) -> tuple[int, str, str]:
        """Run `hotline ...` with this installation's settings; exit code and both outputs."""
        more = {f"HOTLINE_{name.upper()}": value for name, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            *self.command(*arguments),
            env=self.env | more,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), limit)
        except TimeoutError:
            process.kill()
            raise
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def refused(self, **settings: str) -> str:
        """Run `serve`, which must end by itself with code 1; returns its one sentence."""
        code, _, err = await self.cli("serve", "--quiet", **settings)
        said = [line for line in err.splitlines() if line.strip()]
        assert code == 1, err
        assert len(said) == 1, err
        return said[0]

    # ---- people and programs -------------------------------------------------------------------

    def token(self) -> str:
        """A bearer token of the first administrator."""
        with self._sessions()() as db:
            return new_bearer(db, "admin", "end-to-end tests", None)

    def agent(self, name: str, role: str = "agent") -> str:
        """Make an agent, or who has another role, with PASSWORD chosen; returns the name."""
        with self._sessions()() as db:
            once = users.add(db, name, role, "440000", datetime.now(UTC), name)
            users.change(db, name, once, PASSWORD)
        return name

    def _sessions(self) -> Any:
        given = {k.removeprefix("HOTLINE_").lower(): v for k, v in self.env.items()}
        names = ("data", "db_url")
        settings = Settings(**{name: given[name] for name in names if name in given})
        vault = Vault.at(self.data / "keys" / "personal.key")
        return open_sessions(open_database(settings.database_url, vault))

    def client(self) -> httpx.AsyncClient:
        """A browser or program that trusts the private CA."""
        trust = ssl.create_default_context(cafile=str(self.data / "tls" / "ca.pem"))
        return httpx.AsyncClient(base_url=self.base, verify=trust, timeout=LIMIT_S)

    # ---- what the API says ---------------------------------------------------------------------

    async def get(self, path: str, **query: Any) -> Any:
        """JSON of the API."""
        answer = await self.api.get(f"/api/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def tickets(self, number: str, **query: Any) -> list[dict[str, Any]]:
        """The tickets of a calling number."""
        found: list[dict[str, Any]] = (await self.get("tickets", caller=number, **query))["tickets"]
        return found

    async def ticket(self, number: str) -> dict[str, Any]:
        """The one ticket of a calling number, in full, once its call is over."""
        found = await eventually(lambda: self._closed(number), f"no closed ticket of {number}", 20)
        assert len(found) == 1, found
        ticket: dict[str, Any] = await self.get(f"tickets/{found[0]['number']}")
        return ticket

    async def call(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """A ticket's call with its events."""
        call: dict[str, Any] = await self.get(f"calls/{ticket['call']}")
        return call

    async def recording(self, call: str) -> tuple[wave.Wave_read, bytes]:
        """The sound of a call: an open reader and the file's bytes."""
        answer = await self.api.get(f"/api/v1/recordings/{call}")
        assert answer.status_code == 200, answer.text
        return wave.open(io.BytesIO(answer.content)), answer.content

    async def figures(self) -> dict[str, float]:
        """/metrics: names without labels."""
        text = (await self.api.get("/metrics")).text
        lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    async def at_rest(self) -> None:
        """Wait until no call, leg or waiting caller is left, and the live list is empty."""

        left: dict[str, Any] = {}

        async def still() -> bool:
            figures = await self.figures()
            left.update({name: figures[f"hotline_{name}"] for name in ("calls", "legs", "waiting")})
            left["live"] = await self.watch.live()
            return not any(left.values())

        try:
            await eventually(still, "", 15)
        except AssertionError:
            raise AssertionError(f"the service is not at rest: {left}") from None

    async def _closed(self, number: str) -> list[dict[str, Any]]:
        found = await self.tickets(number)
        return found if found and all(t["state"] != "draft" for t in found) else []


def as_json(lines: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
