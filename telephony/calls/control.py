"""Serves what agents and supervisors ask of running calls over the bus.

`agent.control` is answered with `agent.controlled`, `supervise.control` with
`supervise.controlled`; docs/call-control.md lists both. A far end that cannot be reached is told of
in a second answer with the same `id`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred

from core.clock import Timing
from telephony.calls.dialling import Quota, Rules, masked, target_of
from telephony.calls.parking import Slots
from telephony.calls.session import CallSession
from telephony.calls.talk import NOT_PARKED, OVER
from telephony.calls.talk_events import Command, Supervise

TOPICS = ("agent.control", "supervise.control")
WITH_TARGET = ("transfer", "consult")
DIGITS = frozenset("0123456789*#ABCD")
Publish = Callable[[str, dict[str, Any]], None]


class Dial(Protocol):
    """Click-to-dial."""

    def start(
        self, agent: str, number: str, ticket: str, told: Callable[[bool, str], None]
    ) -> None:
        """Ring the agent, then a number that is allowed (E.164), for a ticket."""


class Control:
    """One per node; everything runs on the reactor thread."""

    def __init__(
        self,
        find: Callable[[str], CallSession | None],
        elsewhere: Callable[[str], Deferred[bool]],
        rules: Rules,
        slots: Slots,
        publish: Publish,
        reactor: Timing,
        audit: Callable[[str, str, str], None],
        dial: Dial,
    ) -> None:
        """`find` returns a running call of this node, `elsewhere` says whether another has it.

        `audit(who, did, what)` writes down what concerns no running call.
        """
        self._find, self._elsewhere, self._rules, self._slots = find, elsewhere, rules, slots
        self._publish, self._reactor, self._audit, self._dial = publish, reactor, audit, dial
        self._quota = Quota()

    def message(self, topic: str, message: dict[str, Any]) -> None:
        """Take one message of TOPICS; nonsense is answered like everything else."""
        said = {key: str(value) for key, value in message.items() if value is not None}
        if topic == "supervise.control":
            self._supervise(said)
        else:
            self._control(said)

    def _supervise(self, said: dict[str, str]) -> None:
        call, by = said.get("call", ""), said.get("supervisor", "")
        answer = self._answer("supervise.controlled", "supervisor", by, said.get("id", ""), call)
        session = self._find(call)
        if session is None:
            self._not_here(call, OVER, answer)
            return
        session.talk.ask(Supervise(by, said.get("command", ""), said.get("id", "")), answer)

    def _control(self, said: dict[str, str]) -> None:
        by, name, asked = said.get("agent", ""), said.get("command", ""), said.get("id", "")
        slot = said.get("slot", "")
        call = self._slots.call_in(slot) if name == "retrieve" else said.get("call", "")
        answer = self._answer("agent.controlled", "agent", by, asked, call)
        if name == "dial":
            self._click(said, by, answer)
            return
        session = self._find(call)
        if session is None:
            self._not_here(call, NOT_PARKED if name == "retrieve" else OVER, answer)
            return
        digits = said.get("digits", "").upper()
        if name == "digits" and not (digits and DIGITS.issuperset(digits) and len(digits) <= 32):
            answer(False, "按键只能是 0–9、* 和 #，一次最多 32 个。")
            return
        if name == "park":
            slot = self._slots.free()
        command = Command(by, name, asked, digits=digits, slot=slot)
        if name in WITH_TARGET:
            refused = session.talk.refuses(command)
            if refused:
                answer(False, refused)
                return
            to = said.get("to", "")
            target = target_of(to, by, self._rules, self._quota, self._reactor.seconds())
            if isinstance(target, str):
                session.talk.refused(by, name, masked(to), target)
                answer(False, target)
                return
            command = Command(by, name, asked, target)
        session.talk.ask(command, answer)

    def _not_here(self, call: str, why: str, answer: Callable[[bool, str], None]) -> None:
        """Say so, unless another node has the call and will answer."""

        def looked(there: bool) -> None:
            if not there:
                answer(False, why)

        self._elsewhere(call).addCallback(looked)

    def _click(self, said: dict[str, str], by: str, answer: Callable[[bool, str], None]) -> None:
        to = f"number:{said.get('number', '')}"
        target = target_of(to, by, self._rules, self._quota, self._reactor.seconds())
        if isinstance(target, str):
            self._audit(by, "dial.refused", f"{masked(to)}: {target}")
            answer(False, target)
            return
        self._audit(by, "dial", f"{target.name} {said.get('ticket', '')}".strip())
        self._dial.start(by, target.address, said.get("ticket", ""), answer)

    def _answer(
        self, topic: str, role: str, by: str, asked: str, call: str
    ) -> Callable[[bool, str], None]:
        def answer(ok: bool, why: str) -> None:
            told = {"id": asked, role: by, "call": call, "ok": ok, "why": why}
            self._publish(topic, told)

        return answer
