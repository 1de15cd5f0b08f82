"""Call control as pages and programs ask for it: `agent.control` on the bus, and its answer."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.bus import Bus

LIMIT_S = 3.0
"""Telephony answers within that, or the agent is told that it did not."""

SILENT = "电话服务没有回应，请再试一次。"
GONE = "这个通话已经不在您这里了，请看页面上的最新状态。"

_TO = re.compile(
    r"(agent:[\w.@-]{1,64}|queue:[\w\u4e00-\u9fff]{0,32}|number:\+?[0-9]{2,20}|agency:[0-9]{3,8})"
)
_DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_SLOT = re.compile(r"[\w-]{1,16}")
_TICKET = re.compile(r"[0-9]{8}-[0-9]{6}|")

FORMS: dict[str, dict[str, re.Pattern[str]]] = {
    "hold": {},
    "resume": {},
    "mute": {},
    "unmute": {},
    "digits": {"digits": _DIGITS},
    "transfer": {"to": _TO},
    "consult": {"to": _TO},
    "complete": {},
    "join": {},
    "drop": {},
    "park": {},
    "retrieve": {"slot": _SLOT},
    "hangup": {},
    "dial": {"number": _NUMBER, "ticket": _TICKET},
}
"""The commands, with the form of what each carries."""

WITHOUT_CALL = ("retrieve", "dial")
WRONG = {
    "to": "没有写清楚转给谁：请选一位同事、一个队列，或输入号码。",
    "digits": "按键只能是数字、* 和 #。",
    "number": "号码只能是数字，前面可以有 +。",
    "slot": "没有这个驻留位。",
    "ticket": "工单号不对。",
}


class ControlRefused(ValueError):
    """A command is not sent; the message is one sentence in Chinese for the agent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What telephony said of a command; `why` is a Chinese sentence when not `ok`."""

    ok: bool
    why: str = ""


def checked(asked: Mapping[str, Any], own: str) -> dict[str, str]:
    """The command of a message with what belongs to it, for the bus.

    `own` is the call that the agent has now; a command is for that call or for none.
    Raises ControlRefused.
    """
    command = str(asked.get("command", ""))
    if command not in FORMS:
        raise ControlRefused("没有这项操作。")
    call = asked.get("call") or ""
    if command not in WITHOUT_CALL and (not own or call != own):
        raise ControlRefused(GONE)
    sent = {"command": command, "call": "" if command in WITHOUT_CALL else own}
    for name, form in FORMS[command].items():
        value = asked.get(name, "")
        if not isinstance(value, str) or not form.fullmatch(value):
            raise ControlRefused(WRONG[name])
        sent[name] = value
    return sent


class Controls:
    """Sends commands and waits for their answers. Everything runs on the event loop."""

    def __init__(self, bus: Bus, own_call: Callable[[str], str]) -> None:
        """`own_call` gives the call that an agent has now."""
        self._bus, self._own_call = bus, own_call
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Listen for answers."""
        self._unsubscribe = self._bus.subscribe(["agent.controlled"], self._answered)

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    async def ask(self, agent: str, asked: Mapping[str, Any]) -> Answer:
        """Have telephony do something for an agent; no answer in time is an answer, too."""
        try:
            command = checked(asked, self._own_call(agent))
        except ControlRefused as refused:
            return Answer(False, str(refused))
        id = uuid.uuid4().hex
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[id] = waiting
        self._bus.publish("agent.control", {"id": id, "agent": agent, **command})
        try:
            return await asyncio.wait_for(waiting, LIMIT_S)
        except TimeoutError:
            return Answer(False, SILENT)
        finally:
            del self._waiting[id]

    def _answered(self, topic: str, message: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(message.get("id", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(Answer(message.get("ok") is True, str(message.get("why", ""))))
