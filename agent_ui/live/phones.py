"""Whose browser is whose phone: one page of an agent rings, others of theirs wait their turn."""

from __future__ import annotations

import asyncio
from typing import Any

from agent_ui.live.control import Controls
from agent_ui.live.hub import Hub, Page
from core.bus import Bus

REPLIES = ("answer", "reject", "hangup", "mute")
STATUSES = ("ready", "break", "off")


class Phones:
    """Turns what phone pages say into commands for telephony."""

    def __init__(self, bus: Bus, hub: Hub, controls: Controls) -> None:
        """Take the bus, the hub that rings pages, and the way commands go."""
        self._bus, self._hub, self._controls = bus, hub, controls
        self._asked: set[asyncio.Task[None]] = set()
        self._open: dict[str, list[tuple[Page, str]]] = {}

    def said(self, page: Page, message: dict[str, Any]) -> None:
        """Take one message of a page; nonsense is ignored."""
        kind, name = message.get("type"), page.who.name
        if kind == "hello" and isinstance(message.get("tab"), str):
            self._hello(page, message["tab"][:64])
        elif kind == "take":
            self._take(page)
        elif not self._is_phone(page):
            return
        elif kind == "heartbeat":
            self._command(page.who.name, "heartbeat", self._open[name][0][1])
        elif kind == "status" and message.get("status") in STATUSES:
            pause = message.get("pause") if message["status"] == "break" else ""
            told = {"status": message["status"], "pause": str(pause or "")[:32]}
            self._command(name, "status", self._open[name][0][1], **told)
        elif kind == "control":
            task = asyncio.ensure_future(self._control(page, message))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)
        elif kind in REPLIES:
            self._reply(name, message)

    def gone(self, page: Page) -> None:
        """A page was closed; the next one of the agent becomes the phone."""
        name = page.who.name
        mine = self._open.get(name, [])
        rang = bool(mine) and mine[0][0] is page
        tab = next((tab for each, tab in mine if each is page), None)
        if tab is None:
            return
        rest = [(each, other) for each, other in mine if each is not page]
        self._open[name] = rest
        if not rest:
            del self._open[name]
            self._hub.rings_at(name, None)
        elif rang:
            self._ring_first(name)
        if rang:
            # After the next page's hello, so that the agent is never without a page in between.
            self._command(name, "bye", tab)

    def _hello(self, page: Page, tab: str) -> None:
        mine = self._open.setdefault(page.who.name, [])
        if any(each is page for each, _ in mine):
            return
        mine.append((page, tab))
        if len(mine) == 1:
            self._ring_first(page.who.name)
        else:
            page.put({"type": "phone", "active": False})

    def _take(self, page: Page) -> None:
        mine = self._open.get(page.who.name, [])
        entry = next((entry for entry in mine if entry[0] is page), None)
        if entry is None or mine[0] is entry:
            return
        before, tab = mine[0]
        mine.remove(entry)
        mine.insert(0, entry)
        before.put({"type": "phone", "active": False})
        self._ring_first(page.who.name)
        self._command(page.who.name, "bye", tab)

    def _ring_first(self, name: str) -> None:
        page, tab = self._open[name][0]
        self._hub.rings_at(name, page)
        self._command(name, "hello", tab, area=page.who.area, skills=list(page.who.skills))
        page.put({"type": "phone", "active": True})

    async def _control(self, page: Page, message: dict[str, Any]) -> None:
        answer = await self._controls.ask(page.who.name, message)
        told = {"id": str(message.get("id", ""))[:64], "command": message.get("command")}
        page.put({"type": "controlled", **told, "ok": answer.ok, "why": answer.why})

    def _is_phone(self, page: Page) -> bool:
        mine = self._open.get(page.who.name, [])
        return bool(mine) and mine[0][0] is page

    def _command(self, name: str, kind: str, tab: str, **more: str | list[str]) -> None:
        self._bus.publish("agent.command", {"agent": name, "kind": kind, "tab": tab, **more})

    def _reply(self, name: str, message: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"agent": name, "type": message["type"]}
        for key in ("leg", "sdp"):
            if isinstance(message.get(key), str):
                reply[key] = message[key]
        if isinstance(message.get("on"), bool):
            reply["on"] = message["on"]
        self._bus.publish("agent.reply", reply)
