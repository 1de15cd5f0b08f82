"""The real console over https: SQLite, a private redis-server, uvicorn, on a loop of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
from redis.asyncio import Redis

from agent_ui.accounts import users
from agent_ui.accounts.login import by_cookie, new_bearer
from agent_ui.accounts.passwords import hashed
from agent_ui.agent_days.day import PauseKind
from agent_ui.app import make_app
from agent_ui.console import Console
from agent_ui.guard import COOKIE
from agent_ui.roles import needs_second_factor
from agent_ui.server import ConsoleServer
from agent_ui.tables import User
from core import certificate, migrate
from core.bus import PREFIX, Bus, Keep
from core.check import Check
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.redis_server import RedisServer
from core.settings import Settings
from knowledge.port import Decision, Found
from tests.agent_ui.authenticator import PHONE, secret_on
from tests.conftest import free_port
from tests.tickets.journalled import Journalled

T = TypeVar("T")
LIMIT_S = 30
PASSWORD = "correct horse 42"
TREE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="80">'
    '<text x="10" y="40">notice {}</text></svg>'
)


@dataclass
class World:
    """What tests may change of the console's surroundings."""

    checks: list[Check] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ask: Callable[[str, str], Found] = lambda text, area: Found(Decision.NOTHING, (), "")
    sound: bytes | None = None

    async def speak(self, text: str) -> bytes | None:
        """The voice says whatever `sound` is."""
        return self.sound


class Served:
    """Starts everything; `run` runs a coroutine on the console's loop."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.world = folder, World()
        self.settings = Settings(
            data=folder / "data",
            http_port=free_port(),
            login_attempts=3,
            area="440000",
            redis_url="",
        )
        self.base = f"https://127.0.0.1:{self.settings.http_port}"
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._cookies: dict[str, str] = {}
        self._stops: list[Callable[[], Coroutine[Any, Any, Any]]] = []

    def start(self) -> None:
        data = self.settings.data
        self.ca, self.cert, self.key = certificate.ensure(data / "tls", [], datetime.now(UTC))
        self._trust = ssl.create_default_context(cafile=str(self.ca))
        migrate.upgrade(self.settings.database_url)
        engine = open_database(self.settings.database_url, Vault.at(data / "personal.key"))
        self.sessions: Sessions = open_sessions(engine)
        self.journal = Journalled(self.sessions)
        self._thread.start()
        self.run(self._start())

    def stop(self) -> None:
        for stop in reversed(self._stops):
            self.run(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)

    def run(self, work: Coroutine[Any, Any, T], limit: float = LIMIT_S) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit)

    async def _start(self) -> None:
        self.redis_server = RedisServer(self.settings.data / "redis")
        await self.redis_server.start()
        self._stops.append(self.redis_server.stop)
        self.bus = Bus(Redis.from_url(self.redis_server.url, decode_responses=True))
        await self.bus.start()
        self._stops.append(self.bus.stop)
        self._more = asyncio.Event()
        self.bus.subscribe(["*"], self._hear)
        self.console = Console(
            settings=self.settings,
            sessions=self.sessions,
            bus=self.bus,
            redis=self.bus.redis,
            draw_tree=lambda counts: TREE.format(counts.get("notice", 0)),
            health=lambda: self.world.checks,
            metrics=lambda: b"hotline_calls 3\n",
            now=lambda: self.world.now(),
            speak=self.world.speak,
            ask=lambda text, area: self.world.ask(text, area),
            node_titles={"notice": "录音告知", "need": "说出需求", "answer": "答复"},
            pauses={"break": PauseKind("小休", 30), "meal": PauseKind("用餐", 60)},
        )
        self.app = make_app(self.console)
        server = ConsoleServer(self.app, self.settings, self.cert, self.key)
        await server.start()
        self._stops.append(server.stop)

    def _hear(self, topic: str, message: dict[str, Any]) -> None:
        self.heard.append((topic, message))
        self._more.set()

    # ---- the bus, as telephony uses it ---------------------------------------------------------

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Send what telephony would, with the snapshot that it keeps."""
        keep = None
        if topic == "call.changed":
            keep = Keep("live", message["id"])
        elif topic == "call.gone":
            keep = Keep("live", message["id"], remove=True)
        elif topic == "agent.state":
            keep = Keep("agents", message["agent"])
        elif topic == "node.state":
            keep = Keep("nodes", message["node"])
        self._loop.call_soon_threadsafe(self.bus.publish, topic, message, keep)

    def until_heard(self, topic: str, **values: Any) -> dict[str, Any]:
        """Wait until the bus carried such a message; returns the first."""

        async def wait() -> dict[str, Any]:
            while True:
                self._more.clear()
                for name, message in self.heard:
                    if name == topic and values.items() <= message.items():
                        return message
                await self._more.wait()

        return self.run(asyncio.wait_for(wait(), 20))

    def live(self) -> dict[str, str]:
        """The snapshot in Redis."""
        rows: dict[str, str] = self.run(self.bus.redis.hgetall(PREFIX + "live"))
        return rows

    def load(self) -> tuple[Settings, Sessions]:
        """What the command line opens."""
        return self.settings, self.sessions

    # ---- users ---------------------------------------------------------------------------------

    def user(self, name: str, role: str = "agent", area: str = "440000", display: str = "") -> str:
        """Make a user who has chosen a password already; returns the name."""
        with self.sessions() as db:
            users.add(db, name, role, area, datetime.now(UTC), display)
            user = db.get_one(User, name)
            user.password, user.must_change = _kept(), False
        return name

    def token(self, user: str) -> str:
        with self.sessions() as db:
            return new_bearer(db, user, "test", None)

    def client(self) -> httpx.Client:
        """A browser without JavaScript: keeps cookies, follows nothing by itself."""
        return httpx.Client(base_url=self.base, verify=self._trust, timeout=LIMIT_S)

    def program(self, user: str) -> httpx.Client:
        client = self.client()
        client.headers["Authorization"] = f"Bearer {self.token(user)}"
        return client

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """A browser in which the user has logged in; who needs a second factor, once for all."""
        cookie = self.session_of(name)
        with self.client() as client:
            if cookie is None:
                answer = log_in(client, name, PASSWORD)
                assert answer.status_code == 303, answer.text
            else:
                client.cookies.set(COOKIE, cookie, domain="127.0.0.1", path="/")
            yield client

    def session_of(self, name: str) -> str | None:
        """The cookie of who needs a second factor, set up at the first call; else None."""
        with self.sessions() as db:
            if not needs_second_factor(db.get_one(User, name).role):
                return None
        now = self.world.now()
        if by_cookie(self.sessions, self._cookies.get(name, ""), now) is None:
            with self.client() as client:
                log_in(client, name, PASSWORD)
                answer = pass_second_factor(client, name, now)
                assert answer.status_code in (200, 303), answer.text
                self._cookies[name] = client.cookies[COOKIE]
        return self._cookies[name]


@cache
def _kept() -> str:
    """The hash of PASSWORD, made once: it is slow by design."""
    return hashed(PASSWORD)


def log_in(client: httpx.Client, name: str, password: str, next: str = "/") -> httpx.Response:
    """Fill in the login form."""
    csrf = field_of(client.get("/login").text, "csrf")
    form = {"name": name, "password": password, "csrf": csrf, "next": next}
    return client.post("/login", data=form)


def pass_second_factor(
    client: httpx.Client, name: str, now: datetime | None = None
) -> httpx.Response:
    """Set up, or prove, the second factor of who has logged in with a password alone."""
    page = client.get("/second-factor").text
    secret = secret_on(page)
    key = f"{name} {client.base_url.netloc.decode()}"
    if secret is not None:
        PHONE.learn(key, secret)
    form = {"csrf": field_of(page, "csrf"), "next": "/", "code": PHONE.code(key, now)}
    return client.post("/second-factor", data=form)


def field_of(page: str, name: str) -> str:
    """The value of a hidden field of a page's form."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def csrf_of(client: httpx.Client) -> str:
    """The token that the pages of this session carry."""
    return field_of(client.get("/help").text, "csrf")
