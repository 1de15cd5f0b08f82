"""`/ws`: the one WebSocket of every page."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool

from agent_ui.accounts import login
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import COOKIE
from agent_ui.live.hub import Hub, Page
from agent_ui.live.phones import Phones
from agent_ui.live.supervising import SupervisorDesk
from agent_ui.roles import Permission

router = APIRouter()

LONGEST = 64 * 1024
RECHECK_S = 30
SESSION_OVER = 4401
COME_BACK = 1013
POLICY = 1008


@router.websocket("/ws")
async def ws(socket: WebSocket) -> None:
    """Send a snapshot and what happens; take what the phone page says."""
    console: Console = socket.app.state.console
    origin = f"https://{socket.headers.get('host', '')}"
    who = await _who(console, socket) if socket.headers.get("origin") == origin else None
    if who is None or who.must_change or who.second:
        await socket.close(POLICY)
        return
    await socket.accept()
    hub: Hub = socket.app.state.hub
    phones: Phones = socket.app.state.phones
    desk: SupervisorDesk = socket.app.state.supervisors
    page = Page(who)
    hub.join(page)
    tasks = [
        asyncio.create_task(_send(socket, page)),
        asyncio.create_task(_receive(socket, page, phones, desk)),
        asyncio.create_task(_recheck(console, socket)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        desk.gone(page)
        phones.gone(page)
        hub.leave(page)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _who(console: Console, socket: WebSocket) -> Who | None:
    token = socket.cookies.get(COOKIE, "")
    return await run_in_threadpool(login.by_cookie, console.sessions, token, console.now())


async def _send(socket: WebSocket, page: Page) -> None:
    while True:
        message = await page.queue.get()
        if message is None:
            await socket.close(COME_BACK)
            return
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        await socket.send_text(text)


async def _receive(socket: WebSocket, page: Page, phones: Phones, desk: SupervisorDesk) -> None:
    while True:
        frame = await socket.receive()
        if frame["type"] == "websocket.disconnect":
            return
        message = _read(frame.get("text") or "")
        if message is None:
            continue
        if message.get("type") == "watch":
            page.watch(str(message.get("call", ""))[:64])
            page.suggested = page.viewer.watching if message.get("suggest") is True else ""
            if page.suggested:
                socket.app.state.suggestions.watch(page.suggested)
        elif desk.said(page, message):
            continue
        elif page.who.may(Permission.PHONE):
            phones.said(page, message)


async def _recheck(console: Console, socket: WebSocket) -> None:
    """End the socket when its session has ended elsewhere."""
    while True:
        await asyncio.sleep(RECHECK_S)
        if await _who(console, socket) is None:
            await socket.close(SESSION_OVER)
            return


def _read(text: str) -> dict[str, Any] | None:
    if len(text) > LONGEST:
        return None
    try:
        message = json.loads(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
