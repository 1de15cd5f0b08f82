"""Keeps wallboard, queue and agents' days up to date, and hands them to the pages that show them.

Figures are computed once per area and handed out as one text, however many pages look.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.live.hub import Page
from agent_ui.live.mirror import Mirror
from agent_ui.roles import Permission
from agent_ui.wallboard import records
from agent_ui.wallboard.figures import RECENT, Due, Facts, figures
from agent_ui.wallboard.ledger import CallWait, Ledger
from agent_ui.wallboard.queue import Decision, decision_of, queue_shown
from core.area import COUNTRY, serves
from core.bus import Bus
from core.clock import Now
from core.db import Sessions

TOPICS = (
    "call.changed",
    "call.gone",
    "agent.state",
    "node.state",
    "missed.changed",
    "queue.decided",
    "queue.moved",
    "bus.restored",
)
VIEWS = {
    "wallboard": Permission.WALLBOARD,
    "queue": Permission.QUEUE,
    "agents": Permission.AGENT_DAYS,
}
GATHER_S = 0.05
"""Events that come together are shown together."""
TICK_S = 5.0
READ_AGAIN = timedelta(minutes=1)
"""A spool that is replayed, or another console, tells nobody what it wrote."""
SETTLE_S = 0.5
"""The journal writes a call's last record some milliseconds after the bus tells of it."""
KEPT_DECISIONS = 500


@dataclass(slots=True)
class _Shown:
    """What a page shows, and the last text it got of it."""

    view: str
    text: str = ""


class Boards:
    """One per process, on its event loop."""

    log = Logger()

    def __init__(
        self,
        bus: Bus,
        redis: Redis,
        sessions: Sessions,
        now: Now,
        midnight: Callable[[], datetime],
        names: Mapping[str, str],
    ) -> None:
        """`midnight` tells when today began; `names` are the users' by login name."""
        self._bus, self._redis, self._sessions = bus, redis, sessions
        self._now, self._midnight, self._names = now, midnight, names
        self._mirror, self._ledger = Mirror(), Ledger()
        self._due: list[Due] = []
        self._decisions: deque[Decision] = deque(maxlen=KEPT_DECISIONS)
        self._front: list[str] = []
        self._pages: dict[Page, _Shown] = {}
        self._read_at = datetime.min.replace(tzinfo=now().tzinfo)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe = lambda: None

    async def start(self) -> None:
        """Listen, then read what is known."""
        self._unsubscribe = self._bus.subscribe(TOPICS, self._happened)
        await self._load()
        self._tick()

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()

    def show(self, page: Page, view: str) -> None:
        """Show a page a view from now on, if its user may see it."""
        if view in VIEWS and page.who.may(VIEWS[view]):
            self._pages[page] = shown = _Shown(view)
            page.put({"type": "clock", "now": self._now().isoformat()})
            if view != "agents":
                shown.text = self._text(view, page.who.area)
                page.put(shown.text)

    def forget(self, page: Page) -> None:
        """A page was closed."""
        self._pages.pop(page, None)

    def agent_changed(self, agent: str, area: str) -> None:
        """What an agent does has changed, and is in the database: pages of days look again."""
        for page, shown in self._pages.items():
            if shown.view == "agents" and serves(page.who.area, area):
                page.put({"type": "agents", "agent": agent})

    def figures(self, area: str) -> dict[str, Any]:
        """The wallboard's figures for an area now."""
        return figures(self.facts(), area)

    def queue(self, area: str) -> dict[str, Any]:
        """The queue of an area now."""
        mirror = self._mirror
        return queue_shown(
            mirror.calls.values(),
            mirror.agents.values(),
            self._decisions,
            self._front,
            area,
            self._names,
        )

    def agents(self) -> list[Mapping[str, Any]]:
        """The public records of all agents."""
        return list(self._mirror.agents.values())

    def facts(self) -> Facts:
        """What figures are made of now."""
        mirror = self._mirror
        return Facts(
            self._now(),
            self._midnight(),
            mirror.calls.values(),
            mirror.agents.values(),
            self._ledger.waits,
            self._due,
            mirror.nodes.values(),
        )

    # ---- what happens ------------------------------------------------------------------------

    def _happened(self, topic: str, message: dict[str, Any]) -> None:
        match topic:
            case "bus.restored":
                self._background(self._load())
                return
            case "queue.decided":
                self._decisions.append(decision_of(message))
            case "queue.moved":
                if message.get("ok"):
                    self._moved(str(message.get("call", "")))
            case "missed.changed":
                self._later("due", SETTLE_S, lambda: self._background(self._read_due()))
            case "call.gone":
                self._gone(message)
            case "call.changed":
                self._ledger.row(message)
        self._mirror.take(topic, message)
        self._later("push", GATHER_S, self._push)

    def _gone(self, message: dict[str, Any]) -> None:
        call = str(message.get("id", ""))
        row = self._mirror.calls.get(call, {})
        told = self._ledger.row(message, str(row.get("area", "")))
        if not told and row.get("queued_at"):
            # Ended by a crash: the journal says how, once it was closed.
            self._later("read", SETTLE_S, lambda: self._background(self.refresh()))
        if call in self._front:
            self._front.remove(call)

    def _moved(self, call: str) -> None:
        self._front = [*(each for each in self._front if each != call), call]

    # ---- reading -----------------------------------------------------------------------------

    async def _load(self) -> None:
        try:
            await self._mirror.load(self._redis)
        except (RedisError, OSError) as error:
            self.log.warn("what runs cannot be read from Redis: {e}", e=error)
        for row in self._mirror.calls.values():
            self._ledger.row(row)
        await self.refresh()

    async def refresh(self) -> None:
        """Read the day's waits and what is due from the database again."""
        self._read_at = now = self._now()
        since = min(self._midnight(), now - RECENT)

        def read() -> tuple[list[CallWait], list[Due]]:
            with self._sessions() as db:
                return records.waits_since(db, since), records.due(db)

        try:
            waits, self._due = await run_in_threadpool(read)
        except SQLAlchemyError as error:
            self.log.warn("the day's waits cannot be read: {e}", e=error)
            return
        for each in waits:
            # A wait that the journal knows no end of lasts only while its call runs.
            if each.wait.until is not None or each.call in self._mirror.calls:
                self._ledger.take(each)
        self._ledger.forget(since, self._mirror.calls)
        self._push()

    async def _read_due(self) -> None:
        def read() -> list[Due]:
            with self._sessions() as db:
                return records.due(db)

        try:
            self._due = await run_in_threadpool(read)
        except SQLAlchemyError as error:
            self.log.warn("what is due cannot be read: {e}", e=error)
            return
        self._push()

    # ---- telling -----------------------------------------------------------------------------

    def _tick(self) -> None:
        """The half hour moves on and deadlines pass without an event."""
        self._later("tick", TICK_S, self._tick)
        if self._now() - self._read_at >= READ_AGAIN:
            self._background(self.refresh())
        self._push()

    def _push(self) -> None:
        texts: dict[tuple[str, str], str] = {}
        for page, shown in list(self._pages.items()):
            key = (shown.view, page.who.area)
            if shown.view == "agents":
                continue
            if key not in texts:
                texts[key] = self._text(*key)
            if shown.text != texts[key]:
                shown.text = texts[key]
                page.put(shown.text)

    def _text(self, view: str, area: str) -> str:
        area = area or COUNTRY
        body = self.figures(area) if view == "wallboard" else self.queue(area)
        return json.dumps({"type": view, **body}, ensure_ascii=False)

    def _later(self, what: str, seconds: float, act: Callable[[], None]) -> None:
        timer = self._timers.get(what)
        loop = asyncio.get_running_loop()
        if timer is None or timer.cancelled() or timer.when() <= loop.time():
            self._timers[what] = loop.call_later(seconds, act)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
