"""Hands what happens on the bus to the open pages: a snapshot first, then every event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.accounts.login import Who
from agent_ui.live.forward import (
    Message,
    Names,
    Viewer,
    agent_shown,
    call_shown,
    forward,
    sees_agent,
    sees_call,
)
from agent_ui.live.mirror import Mirror
from core.bus import Bus

TOPICS = (
    "call.changed",
    "call.gone",
    "call.line",
    "agent.state",
    "agent.signal",
    "node.state",
    "ticket.changed",
    "missed.changed",
    "ticket.note",
    "bus.restored",
    "bus.state",
)
LONGEST_QUEUE = 2_000
BUS_DOWN = {"name": "redis", "text": "内部消息服务中断，页面暂停更新，通话不受影响。", "node": ""}


class Page:
    """One open page's end of the hub: a queue of messages for its socket."""

    def __init__(self, who: Who) -> None:
        """Take the user who looks."""
        self.who = who
        self.viewer = Viewer(who.name, who.role, who.area)
        self.queue: asyncio.Queue[Message | str | None] = asyncio.Queue(LONGEST_QUEUE)
        self.suggested = ""
        """The call that it wants suggestions for."""

    def put(self, message: Message | str) -> None:
        """Queue a message, or one written as JSON already.

        A page that does not read is cut off; it comes back with a snapshot.
        """
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """End the page's socket once what stands before is dropped."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def watch(self, call: str) -> None:
        """Follow the words of one call; '' of none."""
        self.viewer = replace(self.viewer, watching=call)


class Hub:
    """All open pages of this process. Everything runs on the event loop."""

    log = Logger()

    def __init__(
        self,
        bus: Bus,
        redis: Redis,
        node_titles: Mapping[str, str],
        people: Callable[[], dict[str, str]],
        pauses: Mapping[str, str],
    ) -> None:
        """Take the bus, the client that snapshots are read with, and names of nodes and breaks.

        `people` gives the users' names by login name; it is called in a thread.
        """
        self._people: dict[str, str] = {}
        self._load_people = people
        self._names = Names(node_titles, self._people, pauses)
        self._bus, self._redis = bus, redis
        self._mirror = Mirror()
        self._pages: set[Page] = set()
        self._phones: dict[str, Page] = {}
        self.listens: Callable[[Message], Page | None] = lambda signal: None
        """Finds the page of a supervisor whose leg a signal is for."""
        self._warnings: list[Message] = []
        self._unsubscribe = lambda: None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen, then load what runs already."""
        self._unsubscribe = self._bus.subscribe(TOPICS, self._happened)
        await self._load()

    def stop(self) -> None:
        """Listen no more and end all pages' sockets."""
        self._unsubscribe()
        for task in self._tasks:
            task.cancel()
        for page in self._pages:
            page.cut()

    def join(self, page: Page) -> None:
        """Add a page; it gets a snapshot at once and then what happens."""
        page.viewer = replace(page.viewer, own=self.own_call(page.who.name))
        self._people[page.who.name] = page.who.display
        self._pages.add(page)
        page.put(self._snapshot(page))

    def leave(self, page: Page) -> None:
        """Forget a page."""
        self._pages.discard(page)

    def rings_at(self, agent: str, page: Page | None) -> None:
        """Say at which page an agent's phone rings; None: at none."""
        if page is None:
            self._phones.pop(agent, None)
        else:
            self._phones[agent] = page

    def running(self, call: str) -> Message:
        """The row of a running call; empty when it is not running."""
        return self._mirror.calls.get(call, {})

    def suggested(self, call: str) -> list[Page]:
        """The pages that want a running call's suggestions and may see it."""
        row = self.running(call)
        return [
            page
            for page in self._pages
            if page.suggested == call and row and sees_call(page.viewer, row)
        ]

    @property
    def names(self) -> Mapping[str, str]:
        """The users' names by login name; grows."""
        return self._people

    @property
    def pages(self) -> int:
        """Pages open now."""
        return len(self._pages)

    def _happened(self, topic: str, message: Message) -> None:
        if topic == "agent.signal":
            phone = self.listens(message) or self._phones.get(str(message.get("agent", "")))
            if phone is not None:
                signal = {key: message[key] for key in ("leg", "sdp", "call") if key in message}
                phone.put({"type": topic, "signal": {"type": message.get("type"), **signal}})
            return
        if topic in ("bus.restored", "bus.state"):
            self._bus_changed(topic)
            return
        call = self.running(str(message.get("id", "")))
        self._mirror.take(topic, message)
        if topic == "agent.state":
            agent = str(message["agent"])
            self._own_changed(agent, str(message.get("call", "")))
            if agent not in self._people:
                self._background(self._introduce(agent))
        for page in list(self._pages):
            shown = forward(topic, message, page.viewer, call, self._names)
            if shown is not None:
                page.put(shown)
        if topic == "node.state":
            self._tell_warnings()

    def _bus_changed(self, topic: str) -> None:
        if topic == "bus.restored":
            self._background(self._load())
        self._tell_warnings()

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn_names(self) -> None:
        try:
            self._people.update(await run_in_threadpool(self._load_people))
        except SQLAlchemyError as error:
            self.log.warn("users' names cannot be read: {e}", e=error)

    async def _introduce(self, agent: str) -> None:
        """Show an agent who came after the names were read by their name."""
        self._people[agent] = agent
        await self._learn_names()
        if agent in self._mirror.agents and self._people[agent] != agent:
            self._happened("agent.state", self._mirror.agents[agent])

    async def _load(self) -> None:
        await self._learn_names()
        try:
            await self._mirror.load(self._redis)
        except (RedisError, OSError) as error:
            self.log.warn("what runs cannot be read from Redis: {e}", e=error)
            return
        self._warnings = self._warnings_now()
        for page in list(self._pages):
            page.viewer = replace(page.viewer, own=self.own_call(page.who.name))
            page.put(self._snapshot(page))

    def own_call(self, name: str) -> str:
        """The call that an agent is offered, talks in or wraps up; '' when there is none."""
        return str(self._mirror.agents.get(name, {}).get("call", ""))

    def _own_changed(self, name: str, call: str) -> None:
        """A call that comes to an agent is theirs to see from now on, whatever its area."""
        for page in self._pages:
            if page.who.name != name or page.viewer.own == call:
                continue
            page.viewer = replace(page.viewer, own=call)
            row = self.running(call)
            if row:
                page.put({"type": "call.changed", "call": call_shown(row, self._names)})

    def _warnings_now(self) -> list[Message]:
        return self._mirror.warnings() + ([] if self._bus.up else [BUS_DOWN])

    def _tell_warnings(self) -> None:
        now = self._warnings_now()
        if now != self._warnings:
            self._warnings = now
            for page in list(self._pages):
                page.put({"type": "warnings", "warnings": now})

    def _snapshot(self, page: Page) -> dict[str, Any]:
        mirror, viewer = self._mirror, page.viewer
        calls = [row for row in mirror.calls.values() if sees_call(viewer, row)]
        agents = [agent for agent in mirror.agents.values() if sees_agent(viewer, agent)]
        return {
            "type": "snapshot",
            "calls": [call_shown(row, self._names) for row in calls],
            "agents": [agent_shown(agent, self._names) for agent in agents],
            "warnings": self._warnings_now(),
        }
