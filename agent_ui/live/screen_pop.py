"""Tells another system (a case system, a CRM) that an agent's phone rings, and for whom.

One signed POST per offer (docs/api.md); what goes wrong outside never touches the call.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.console import Console
from core.area import COUNTRY
from core.sms import signature
from core.sms.gateway import connect
from tickets import store

ONCE = "hotline:screen-pop:"
ONCE_S = 300
AT_ONCE = 8
"""More POSTs than that at once are left out: an outside that hangs must not fill the memory."""


class ScreenPop:
    """Sends the POSTs. Everything runs on the event loop, what blocks in threads."""

    log = Logger()

    def __init__(self, console: Console) -> None:
        """Take the console's parts; without a URL in the settings nothing is done."""
        self._console = console
        self._tasks: set[asyncio.Task[None]] = set()
        self._ringing: dict[str, str] = {}
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Listen for offers."""
        if self._console.settings.screen_pop_url:
            self._unsubscribe = self._console.bus.subscribe(["agent.state"], self._changed)

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        for task in self._tasks:
            task.cancel()

    def _changed(self, topic: str, message: dict[str, Any]) -> None:
        agent, call = str(message.get("agent", "")), str(message.get("call", ""))
        if message.get("state") != "offered" or not call:
            self._ringing.pop(agent, None)
            return
        if self._ringing.get(agent) == call:
            return
        self._ringing[agent] = call
        if len(self._tasks) >= AT_ONCE:
            self.log.warn("screen pop of {call} left out: the other system is slow", call=call)
            return
        task = asyncio.ensure_future(self._send(agent, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, agent: str, call: str) -> None:
        try:
            # Every console hears of every offer; one of them tells it.
            first = await self._console.redis.set(f"{ONCE}{call}:{agent}", "1", nx=True, ex=ONCE_S)
            if not first:
                return
        except (RedisError, OSError):
            pass
        try:
            body = await run_in_threadpool(self._body, agent, call)
            status = await run_in_threadpool(self._post, body)
        except (SQLAlchemyError, OSError, http.client.HTTPException, ValueError) as error:
            self.log.warn("screen pop of {call} failed: {e}", call=call, e=error)
            return
        if not 200 <= status < 300:
            self.log.warn("screen pop of {call}: the other system said {s}", call=call, s=status)

    def _body(self, agent: str, call: str) -> bytes:
        with self._console.sessions() as db:
            ticket = store.by_call(db, call, COUNTRY)
            told: dict[str, Any] = {"event": "offered", "agent": agent, "call": call}
            if ticket is not None:
                told |= {
                    "ticket": ticket.number,
                    "caller": "" if ticket.withheld else ticket.caller,
                    "called": ticket.called,
                    "area": ticket.area,
                    "emergency": ticket.emergency,
                    "language": ticket.language,
                }
        return json.dumps(told, ensure_ascii=False).encode(errors="replace")

    def _post(self, body: bytes) -> int:
        settings = self._console.settings
        target = urlsplit(settings.screen_pop_url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        signed = signature.headers(
            settings.screen_pop_key,
            settings.screen_pop_secret,
            "POST",
            path,
            body,
            self._console.now().timestamp(),
            secrets.token_hex(16),
        )
        connection = connect(target, settings.screen_pop_ca)
        try:
            kind = {"Content-Type": "application/json", "Connection": "close"}
            connection.request("POST", path, body, {**signed, **kind})
            return connection.getresponse().status
        finally:
            connection.close()
