"""The queue as it runs: callers who wait, agents by their pages, one decision after each change.

The dispatcher owns agents and queue of this installation while it holds the lease. Every agent's
state is written to Redis, fenced by the lease's token, before a call is offered. While Redis is
away it goes on with what it knows, so that callers still reach people. What is decided is decided
by the pure machine in `floor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from twisted.logger import Logger

from core.clock import DelayedCall, Now, Timing, stop_timer
from core.queue_log_tables import Noted
from telephony.calls.ports import Waiter
from telephony.queue import agents as machine
from telephony.queue import floor as queueing
from telephony.queue.agents import Agent, Status
from telephony.queue.decide import Offer
from telephony.queue.floor import Ended, Floor
from telephony.queue.keeping import AGENTS, Keeping
from telephony.queue.lease import Lease
from telephony.queue.reasons import sentence
from telephony.queue.rules import CLASSES, GENERAL, Rules
from telephony.queue.waiting import Waiting

__all__ = ["AGENTS", "Dispatcher"]

TICK_S = 1.0
LOST_CALLS = ("caller gone", "call is gone")
"""Ends of an offer that say nothing of the agent."""


class Dispatcher:
    """Pairs callers with agents; implements `telephony.calls.ports.WaitingRoom`."""

    log = Logger()

    def __init__(
        self,
        lease: Lease,
        reactor: Timing,
        publish: Callable[[str, dict[str, Any]], None],
        lost: Callable[[str], None] = lambda agent: None,
        *,
        now: Now,
        rules: Rules | None = None,
        to_zone: Callable[[datetime], datetime] = lambda moment: moment,
        note: Callable[[Noted], None] = lambda noted: None,
    ) -> None:
        """`publish` sends to the bus; `lost(agent)` follows the end of an agent's last page.

        `note` keeps what was decided and why; days begin and queues close by `to_zone(now())`.
        """
        self._reactor, self._publish, self._lost = reactor, publish, lost
        self._wall, self._to_zone, self._note_down = now, to_zone, note
        self._epoch = now().timestamp() - reactor.seconds()
        self._day = to_zone(now()).date()
        self._floor = Floor(rules or Rules())
        self._waiters: dict[str, Waiter] = {}
        self._deciding: DelayedCall | None = None
        self._ticking: DelayedCall | None = None
        self._keeping = Keeping(lease, self._decide_soon, self._keep_all)

    async def start(self) -> None:
        """Take the lease and begin."""
        await self._keeping.keep_lease()
        agents = dict(self._floor.agents)
        for text in (await self._keeping.read()).values():
            agent = machine.restored(text, self._now())
            if agent is not None:
                agents.setdefault(agent.name, agent)
        self._floor = queueing.restart(self._floor, agents)
        self._ticking = self._reactor.callLater(TICK_S, self._tick)

    async def stop(self) -> None:
        """End, giving up the lease. Callers who wait are left to their calls."""
        stop_timer(self._ticking)
        stop_timer(self._deciding)
        await self._keeping.stop()

    # ---- callers -----------------------------------------------------------------------------

    def join(
        self,
        waiting: Waiter,
        priority: str,
        limit_ms: int,
        front: bool,
        skill: str = "",
        *,
        queue: str = "",
        needs: tuple[str, ...] = (),
        ticket: str = "",
        last_agent: str = "",
        only: str = "",
    ) -> None:
        """Let a caller wait; ends with `wait_ended` when nobody could ever come, or in time.

        `priority` is alarm, emergency, elder, normal or callback; `queue` a queue of the queues
        file, empty for the general one; `skill` and `needs` are skills, each `NAME` or
        `NAME:LEVEL`. `ticket` and `last_agent` make agents preferred where the queue says so;
        `only` is the one agent who may take the call. A second `join` replaces the first and keeps
        place and ringing phone.
        """
        if priority not in CLASSES:
            self.log.warn("unknown priority {p!r} of {c}", p=priority, c=waiting.call_id)
            priority = "normal"
        caller = Waiting(
            waiting.call_id,
            waiting.area,
            priority,
            needs=tuple(need for need in (skill, *needs) if need),
            queue=queue or GENERAL,
            ticket=ticket,
            last_agent=last_agent,
            only=only,
        )
        self._waiters[waiting.call_id] = waiting
        self._take(*queueing.join(self._floor, caller, front, limit_ms / 1000, self._now()))
        self._decide_soon()

    def leave(self, call_id: str) -> None:
        """The caller waits no longer."""
        self._waiters.pop(call_id, None)
        self._take(queueing.leave(self._floor, call_id))

    def talking(self, agent: str, call_id: str) -> None:
        """The agent took the call."""
        self._waiters.pop(call_id, None)
        self._take(queueing.talking(self._floor, agent, call_id, self._now()))

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        """The agent did not take it: the caller waits on in the old place."""
        if reason not in LOST_CALLS:
            self._note("refused", call=call_id, agent=agent, text=reason)
        self._take(queueing.refused(self._floor, agent, call_id, reason, self._now()))
        self._decide_soon()

    def done(self, agent: str, call_id: str) -> None:
        """The talk is over."""
        self._take(queueing.done(self._floor, agent, call_id, self._now()))

    def reserve(self, agent: str, call_id: str, anyhow: bool = False) -> bool:
        """Keep an agent for a call that a person rings them for; says whether it is so.

        Only who is free now; `anyhow`, for who asked for it themselves, whoever is in no call.
        """
        if not self._keeping.holding:
            return False
        floor, able = queueing.reserve(self._floor, agent, call_id, anyhow, self._now())
        self._take(floor)
        return able

    def release(self, agent: str, call_id: str) -> None:
        """Undo `reserve`, rung or talking: the agent is as before, without wrap-up."""
        self._take(queueing.release(self._floor, agent, call_id, self._now()))
        self._decide_soon()

    # ---- where callers stand -----------------------------------------------------------------

    def position(self, call_id: str) -> int | None:
        """How many callers are ahead; None: does not wait, or a phone rings for them."""
        return queueing.ahead(self._floor, call_id, self._now())

    def estimate(self, call_id: str) -> float:
        """How long the call will wait yet (s): handling times and agents on duty tell."""
        return queueing.estimate(self._floor, call_id, self._now())

    def place(self, call_id: str) -> float | None:
        """The place of a call that waits, in seconds of the reactor."""
        caller = self._floor.waiting.get(call_id)
        return None if caller is None else caller.place

    def keep_place(self, call_id: str, place: float) -> None:
        """Give a call that is about to join this place."""
        self._floor = queueing.keep_place(self._floor, call_id, place, self._now())

    def snapshot(self) -> tuple[int, list[dict[str, Any]]]:
        """Return how many callers wait and the agents' public records."""
        agents = self._floor.agents.values()
        return len(self._floor.waiting), [agent.public(self._epoch) for agent in agents]

    # ---- what the console says ---------------------------------------------------------------

    def command(self, topic: str, message: dict[str, Any]) -> None:
        """Take an `agent.command` or `agent.wrapup` message from the console."""
        name = str(message.get("agent", ""))
        if not name:
            return
        agent, now = self._floor.agent(name), self._now()
        tab = str(message.get("tab", ""))
        if topic == "agent.wrapup":
            self._change(machine.wrapped_up(agent, now))
            return
        match message.get("kind"):
            case "hello":
                area, skills = str(message.get("area", "")), _skills(message.get("skills"))
                self._change(machine.hello(agent, tab, area, now, skills))
                self._show(self._floor.agent(name))
            case "heartbeat":
                self._change(machine.heartbeat(agent, tab, now))
            case "bye":
                self._change(machine.bye(agent, tab, now))
            case "status":
                self._choose(name, message)

    def force(self, topic: str, message: dict[str, Any]) -> None:
        """Take an `agent.force` message: a supervisor sets an agent's status, and says why."""
        if not self._keeping.holding:
            return
        name, by = str(message.get("agent", "")), str(message.get("by", ""))
        reason, status = str(message.get("reason", "")).strip(), _status(message.get("status"))
        before = self._floor.agent(name)
        if status is None or not name or not by:
            why = "没有这样的操作，请刷新页面后再试。"
        elif not reason:
            why = "请写明原因，话务员会看到。"
        else:
            floor, why = queueing.force(self._floor, name, status, by, reason, self._now())
            self._take(floor)
        if not why and status is not None:
            data = {"status": status.value, "before": before.status.value}
            self._note("forced", agent=name, who=by, text=reason, data=data)
            self._decide_soon()
        told = {"id": message.get("id"), "agent": name, "ok": not why, "why": why}
        self._publish("agent.forced", told)

    def move(self, topic: str, message: dict[str, Any]) -> None:
        """Take a `queue.move` message: a supervisor puts a caller first, or last."""
        if not self._keeping.holding:
            return
        call, by = str(message.get("call", "")), str(message.get("by", ""))
        front = message.get("front", True) is not False
        why = ""
        if not by or call not in self._floor.waiting:
            why = "这位来电人已不在排队，列表将自动更新。"
        else:
            self._take(queueing.move(self._floor, call, front, self._now()))
            self._note("moved", call=call, who=by, data={"front": front})
            self._decide_soon()
        told = {"id": message.get("id"), "call": call, "ok": not why, "why": why}
        self._publish("queue.moved", told)

    # ---- inside ------------------------------------------------------------------------------

    def _choose(self, name: str, message: dict[str, Any]) -> None:
        status, pause = _status(message.get("status")), str(message.get("pause") or "")
        if status is None:
            self.log.warn("unknown status {s!r}", s=message.get("status"))
            return
        floor, _ = queueing.choose(self._floor, name, status, pause, self._now())
        self._take(floor)

    def _now(self) -> float:
        return self._reactor.seconds()

    def _change(self, after: Agent) -> None:
        self._take(queueing.change(self._floor, after, self._now()))

    def _take(self, floor: Floor, ended: Iterable[Ended] = ()) -> None:
        """Make this the floor, and tell everybody what is different."""
        before, self._floor = self._floor.agents, floor
        lost = []
        for name, after in floor.agents.items():
            agent = before.get(name)
            if agent is after:
                continue
            if agent is not None and agent.tabs and not after.tabs:
                lost.append(name)
            if agent is None or agent.public() != after.public():
                self._show(after)
                self._keeping.background(self._keep(after))
                self._decide_soon()
        for each in ended:
            self._note("ended", call=each.call, text=each.reason)
            waiter = self._waiters.pop(each.call, None)
            if waiter is not None:
                self._reactor.callLater(0, waiter.wait_ended, each.reason)
        for name in lost:
            self._lost(name)

    def _show(self, agent: Agent) -> None:
        self._publish("agent.state", agent.public(self._epoch))

    def _note(self, kind: str, **what: Any) -> None:
        self._note_down(Noted(self._wall(), kind, **what))

    def _decide_soon(self) -> None:
        if self._deciding is None or not self._deciding.active():
            self._deciding = self._reactor.callLater(0, self._decide)

    def _decide(self) -> None:
        if not self._keeping.holding:
            return
        self._floor, offers = queueing.pair(self._floor, self._now())
        for offer in offers:
            agent = self._floor.agents[offer.agent]
            self._show(agent)
            self._keeping.background(self._offer(offer, agent))

    async def _offer(self, offer: Offer, agent: Agent) -> None:
        if not await self._keep(agent):
            self.log.warn("the lease went to another node; {call} waits on", call=offer.call)
            self.refused(offer.agent, offer.call, "call is gone")
            await self._keeping.lost_lease()
            return
        caller, waiter = self._floor.waiting.get(offer.call), self._waiters.get(offer.call)
        if caller is None or waiter is None or caller.offered != offer.agent:
            self.refused(offer.agent, offer.call, "call is gone")
            return
        text, data = sentence(offer.why), offer.why.to_dict()
        self._note("offered", call=offer.call, agent=offer.agent, text=text, data=data)
        try:
            waiter.offer(offer.agent)
        except Exception:
            self.log.failure("{call} could not be offered", call=offer.call)
            self.refused(offer.agent, offer.call, "call is gone")
            # Not again and again: its dialogue finds another way.
            self._take(*queueing.give_up(self._floor, offer.call, "nobody", self._now()))

    async def _keep(self, agent: Agent) -> bool:
        return await self._keeping.write(agent.name, agent.to_json(self._epoch))

    def _keep_all(self) -> None:
        for agent in self._floor.agents.values():
            self._keeping.background(self._keep(agent))

    def _tick(self) -> None:
        self._ticking = self._reactor.callLater(TICK_S, self._tick)
        self._keeping.background(self._keeping.keep_lease())
        moment = self._to_zone(self._wall())
        new_day, self._day = moment.date() != self._day, moment.date()
        closed = self._floor.rules.closed(moment)
        self._take(*queueing.tick(self._floor, closed, new_day, self._now()))
        if self._floor.waiting:
            # Waiting lifts callers, and widens what they ask for.
            self._decide_soon()


def _status(told: Any) -> Status | None:
    try:
        return Status(told)
    except ValueError:
        return None


def _skills(told: Any) -> tuple[str, ...] | None:
    """Skills as a page tells them; None when it tells nothing of use."""
    if not isinstance(told, list | tuple):
        return None
    return tuple(skill for skill in told if isinstance(skill, str))
