"""What supervisors do over the WebSocket: watch boards, listen in, force agents, move callers.

Every use is written to the audit before telephony is asked. Telephony answers on the bus; where it
does not, the page is told so after three seconds. The supervisor's leg rings at the page that
asked, which answers it by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from twisted.logger import Logger

from agent_ui.live.forward import sees_agent, sees_call
from agent_ui.live.hub import Hub, Page
from agent_ui.roles import Permission
from agent_ui.wallboard.push import Boards
from core.bus import Bus
from core.clock import Now
from core.db import Sessions
from core.journal_tables import AuditEntry

Message = dict[str, Any]

COMMANDS = ("listen", "whisper", "barge", "takeover", "leave")
STATUSES = ("ready", "break", "off")
ANSWERS = ("supervise.controlled", "agent.forced", "queue.moved")
LIMIT_S = 3.0
LONGEST_REASON = 100
NO_ANSWER = "电话服务没有回应，请再试一次"
NO_AUDIT = "操作记录写不进数据库，没有执行，请稍后再试"
NOT_ALLOWED = "您的账号没有这项权限，需要时请联系值班主管。"


@dataclass(frozen=True, slots=True)
class Order:
    """What a page asks for: the topic and message for telephony, and the line for the audit."""

    id: str
    topic: str
    message: Message
    did: str
    what: str
    area: str


class Refused(Exception):
    """An order that may not be given; the message is one Chinese sentence."""


class SupervisorDesk:
    """The supervisors' end of the console, one per process, on its event loop."""

    log = Logger()

    def __init__(self, bus: Bus, hub: Hub, boards: Boards, sessions: Sessions, now: Now) -> None:
        """Take the bus, the hub that knows what runs, and where the audit is written."""
        self._bus, self._hub, self.boards = bus, hub, boards
        self._sessions, self._now = sessions, now
        self._asked: dict[str, tuple[Page, Order, asyncio.TimerHandle]] = {}
        self._at: dict[Page, str] = {}
        self._legs: dict[str, Page] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] = lambda: None
        hub.listens = self._page_of

    async def start(self) -> None:
        """Listen to telephony's answers."""
        self._unsubscribe = self._bus.subscribe(ANSWERS, self._answered)
        await self.boards.start()

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        self.boards.stop()
        for _, _, timer in self._asked.values():
            timer.cancel()

    def said(self, page: Page, message: Message) -> bool:
        """Take one message of a page; false when it is none of a supervisor's."""
        kind = message.get("type")
        if kind == "show":
            self.boards.show(page, str(message.get("view", "")))
        elif kind in ("supervise", "force", "move"):
            self._order(page, message)
        elif self._legs.get(str(message.get("leg", ""))) is page:
            self._reply(page, message)
        else:
            return False
        return True

    def gone(self, page: Page) -> None:
        """A page was closed: whoever listened there listens no more."""
        self.boards.forget(page)
        call = self._at.pop(page, "")
        for leg in [leg for leg, where in self._legs.items() if where is page]:
            del self._legs[leg]
            hangup = {"agent": page.who.name, "type": "hangup", "leg": leg}
            self._bus.publish("agent.reply", hangup)
        if call:
            left = {"id": f"gone-{call}", "supervisor": page.who.name, "call": call}
            self._bus.publish("supervise.control", {**left, "command": "leave"})

    # ---- orders ------------------------------------------------------------------------------

    def _order(self, page: Page, message: Message) -> None:
        try:
            order = self._read(page, message)
        except Refused as refused:
            self._tell(page, str(message.get("id", ""))[:64], False, str(refused))
            return
        if order is not None:
            task: asyncio.Task[None] = asyncio.ensure_future(self._give(page, order))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _read(self, page: Page, message: Message) -> Order | None:
        who = page.who
        text = {key: str(value)[:200] for key, value in message.items() if isinstance(value, str)}
        reason = text.get("reason", "").strip()[:LONGEST_REASON]
        id, call = text.get("id", "")[:64], text.get("call", "")
        if not id or id in self._asked:
            return None
        match text["type"]:
            case "supervise" if text.get("command") in COMMANDS:
                if not who.may(Permission.SUPERVISE):
                    raise Refused(NOT_ALLOWED)
                return self._supervise(page, id, call, text["command"], reason)
            case "force" if text.get("status") in STATUSES:
                return self._force(page, id, text.get("agent", ""), text["status"], reason)
            case "move":
                if not who.may(Permission.QUEUE_MOVE):
                    raise Refused(NOT_ALLOWED)
                row = self._seen(page, call)
                if row.get("state") != "queued":
                    raise Refused("这个来电人已经不在排队。")
                told = {"id": id, "by": who.name, "call": call, "front": True}
                return Order(id, "queue.move", told, "queue.moved", _ticket(row), _area(row))
        return None

    def _supervise(self, page: Page, id: str, call: str, command: str, reason: str) -> Order:
        row = self._hub.running(call)
        if command != "leave":
            row = self._seen(page, call)
            if row.get("state") != "connected":
                raise Refused("这个通话现在没有话务员在讲，不能监听。")
            if row.get("agent") == page.who.name:
                raise Refused("这是您自己的通话。")
            if self._at.get(page, call) != call:
                raise Refused("您正在另一个通话里，请先结束。")
            if command == "takeover" and not reason:
                raise Refused("接管通话要写明原因。")
            self._at[page] = call
        told = {"id": id, "supervisor": page.who.name, "call": call, "command": command}
        what = f"{_ticket(row) or call} {row.get('agent', '')} {reason}".strip()
        return Order(id, "supervise.control", told, f"supervise.{command}", what, _area(row))

    def _force(self, page: Page, id: str, agent: str, status: str, reason: str) -> Order:
        if not page.who.may(Permission.AGENT_FORCE):
            raise Refused(NOT_ALLOWED)
        known = next((a for a in self.boards.agents() if a.get("agent") == agent), None)
        if known is None or not sees_agent(page.viewer, dict(known)):
            raise Refused("没有这个话务员，或者不在您的地区。")
        if not reason:
            raise Refused("请写明原因，话务员会看到。")
        told = {"id": id, "by": page.who.name, "agent": agent, "status": status, "reason": reason}
        what = f"{agent} {status} {reason}"
        return Order(id, "agent.force", told, "agent.forced", what, str(known.get("area", "")))

    def _seen(self, page: Page, call: str) -> Message:
        row = self._hub.running(call)
        if not row or not sees_call(page.viewer, row):
            raise Refused("这个通话已经结束，或者不在您的地区。")
        return row

    async def _give(self, page: Page, order: Order) -> None:
        timer = asyncio.get_running_loop().call_later(LIMIT_S, self._unanswered, order.id)
        self._asked[order.id] = (page, order, timer)
        try:
            await run_in_threadpool(self._audit, page, order)
        except SQLAlchemyError as error:
            self.log.error("an order is not audited and not given: {e}", e=error)
            timer.cancel()
            self._asked.pop(order.id, None)
            self._settle(page, order, False)
            self._tell(page, order.id, False, NO_AUDIT)
            return
        self._bus.publish(order.topic, order.message)

    def _audit(self, page: Page, order: Order) -> None:
        with self._sessions() as db:
            entry = AuditEntry(
                at=self._now(),
                who=page.who.name,
                did=order.did,
                what=order.what[:255],
                area=order.area[:12],
            )
            db.add(entry)

    # ---- answers -----------------------------------------------------------------------------

    def _answered(self, topic: str, message: Message) -> None:
        asked = self._asked.pop(str(message.get("id", "")), None)
        if asked is None:
            return
        page, order, timer = asked
        timer.cancel()
        ok = bool(message.get("ok"))
        self._settle(page, order, ok)
        why = "" if ok else str(message.get("why", "")) or "电话服务没有执行这项操作"
        self._tell(page, order.id, ok, why)

    def _unanswered(self, id: str) -> None:
        page, order, _ = self._asked.pop(id)
        self._settle(page, order, False)
        self._tell(page, id, False, NO_ANSWER)

    def _settle(self, page: Page, order: Order, ok: bool) -> None:
        """Who was let in nowhere, or left, may listen elsewhere."""
        if order.topic != "supervise.control":
            return
        left = ok and order.message["command"] == "leave"
        if left or (not ok and page not in self._legs.values()):
            self._at.pop(page, None)

    def _tell(self, page: Page, id: str, ok: bool, why: str) -> None:
        page.put({"type": "ordered", "id": id, "ok": ok, "why": why})

    # ---- the supervisor's leg ----------------------------------------------------------------

    def _page_of(self, signal: Message) -> Page | None:
        """The page that a signal for a supervisor's leg belongs to; None: it is an agent's."""
        leg = str(signal.get("leg", ""))
        if signal.get("type") == "end":
            page = self._legs.pop(leg, None)
            if page is not None:
                self._at.pop(page, None)
            return page
        for page, call in self._at.items():
            waits = page.who.name == signal.get("agent") and page not in self._legs.values()
            if waits and signal.get("call", call) == call:
                self._legs[leg] = page
                return page
        return None

    def _reply(self, page: Page, message: Message) -> None:
        kind, leg = message.get("type"), str(message["leg"])
        if kind not in ("answer", "reject", "hangup"):
            return
        reply = {"agent": page.who.name, "type": kind, "leg": leg}
        if isinstance(message.get("sdp"), str):
            reply["sdp"] = message["sdp"]
        self._bus.publish("agent.reply", reply)
        if kind != "answer":
            del self._legs[leg]
            self._at.pop(page, None)


def _ticket(row: Mapping[str, Any]) -> str:
    return str(row.get("ticket") or row.get("id", ""))


def _area(row: Mapping[str, Any]) -> str:
    return str(row.get("area", ""))
