"""The queue as it runs: callers who wait, agents by their pages, one decision after each change.

The dispatcher owns agents and queue of this installation while it holds the lease. Every agent's
state is written to Redis, fenced by the lease's token, before a call is offered. While Redis is
away it goes on with what it knows, so that callers still reach people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError
from twisted.logger import Logger

from core.clock import DelayedCall, Timing, stop_timer
from telephony.calls.ports import Waiter
from telephony.queue import agents as machine
from telephony.queue.agents import Agent, Status
from telephony.queue.decide import Offer, Waiting, ahead, anybody, decide
from telephony.queue.lease import Lease

AGENTS = "hotline:agents"
TICK_S = 1.0
KEEP_PLACE_S = 60.0
"""Who is told that nobody came and waits again so soon has the old place."""

REDIS_LIMIT_S = 0.5
"""A Redis that falls silent counts as away after so long: callers must still reach people."""


@dataclass(slots=True)
class _Entry:
    waiter: Waiter
    waiting: Waiting
    limit: DelayedCall
    offered: str = ""


class Dispatcher:
    """Pairs callers with agents; implements `telephony.calls.ports.WaitingRoom`."""

    log = Logger()

    def __init__(
        self,
        lease: Lease,
        reactor: Timing,
        publish: Callable[[str, dict[str, Any]], None],
        lost: Callable[[str], None] = lambda agent: None,
    ) -> None:
        """`publish` sends to the bus; `lost(agent)` follows the end of an agent's last page."""
        self._lease, self._reactor, self._publish, self._lost = (
            lease,
            reactor,
            publish,
            lost,
        )
        self._agents: dict[str, Agent] = {}
        self._waiting: dict[str, _Entry] = {}
        self._left: dict[str, tuple[float, float]] = {}
        self._deciding: DelayedCall | None = None
        self._ticking: DelayedCall | None = None
        self._holding = False
        self._away = False
        self._writing = asyncio.Lock()
        self._leasing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take the lease and begin."""
        await self._keep_lease()
        try:
            known = await asyncio.wait_for(self._lease.read(AGENTS), REDIS_LIMIT_S)
        except (RedisError, OSError):
            known = {}
        for text in known.values():
            agent = machine.restored(text)
            if agent is not None:
                self._agents.setdefault(agent.name, agent)
        self._ticking = self._reactor.callLater(TICK_S, self._tick)

    async def stop(self) -> None:
        """End, giving up the lease. Callers who wait are left to their calls."""
        stop_timer(self._ticking)
        stop_timer(self._deciding)
        for entry in self._waiting.values():
            stop_timer(entry.limit)
        for task in self._tasks:
            task.cancel()
        await self._lease.release()

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
    ) -> None:
        """Let a caller wait; ends with `wait_ended` when nobody could ever come, or in time.

        `priority` is alarm, emergency, elder, normal or callback; `queue` a queue of the queues
        file, empty for the general one; `needs` further skills, each `NAME` or `NAME:LEVEL`;
        `ticket` and `last_agent` make agents preferred where the queue says so.
        """
        call, urgent = waiting.call_id, priority == "emergency"
        before = self._waiting.get(call)
        self._forget(call)
        # Who waited in vain for a skill and now takes anybody keeps the old place.
        now = self._now()
        place = 0.0 if front else min(now, self._left.pop(call, (now, now))[0])
        offered = ""
        if before is not None:
            # Waits already, and became urgent: the place is kept, and a phone that rings rings on.
            place, offered = min(place, before.waiting.place), before.offered
        if not offered and not anybody(self._agents.values(), waiting.area, urgent, skill):
            self._left[call] = (place, now)
            self._reactor.callLater(0, waiting.wait_ended, "nobody")
            return
        limit = self._reactor.callLater(limit_ms / 1000, self._ended, call, "timeout")
        who = Waiting(call, waiting.area, urgent, place, skill)
        self._waiting[call] = _Entry(waiting, who, limit, offered)
        self._decide_soon()

    def leave(self, call_id: str) -> None:
        """The caller waits no longer."""
        self._forget(call_id)

    def position(self, call_id: str) -> int | None:
        """How many callers are ahead; None: does not wait, or a phone rings for them."""
        return ahead([e.waiting for e in self._waiting.values() if not e.offered], call_id)

    def place(self, call_id: str) -> float | None:
        """The place of a call that waits, in seconds of the reactor."""
        entry = self._waiting.get(call_id)
        return None if entry is None else entry.waiting.place

    def keep_place(self, call_id: str, place: float) -> None:
        """Give a call that is about to join this place."""
        self._left[call_id] = (place, self._now())

    def talking(self, agent: str, call_id: str) -> None:
        """The agent took the call."""
        self._forget(call_id)
        self._change(agent, machine.talking(self._agent(agent), call_id, self._now()))

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        """The agent did not take it: the caller waits on in the old place."""
        entry = self._waiting.get(call_id)
        if entry is not None and entry.offered == agent:
            entry.offered = ""
        after = machine.refused(self._agent(agent), call_id, reason, self._now())
        self._change(agent, after)
        self._decide_soon()

    def done(self, agent: str, call_id: str) -> None:
        """The talk is over."""
        self._change(agent, machine.done(self._agent(agent), call_id, self._now()))

    # ---- agents ------------------------------------------------------------------------------

    def command(self, topic: str, message: dict[str, Any]) -> None:
        """Take an `agent.command` or `agent.wrapup` message from the console."""
        name = str(message.get("agent", ""))
        if not name:
            return
        agent, now = self._agent(name), self._now()
        tab = str(message.get("tab", ""))
        if topic == "agent.wrapup":
            self._change(name, machine.wrapped_up(agent, now))
            return
        match message.get("kind"):
            case "hello":
                area, skills = str(message.get("area", "")), _skills(message.get("skills"))
                self._change(name, machine.hello(agent, tab, area, now, skills))
                self._show(self._agents[name])
            case "heartbeat":
                self._change(name, machine.heartbeat(agent, tab, now))
            case "bye":
                self._change(name, machine.bye(agent, tab, now))
            case "status":
                try:
                    self._change(name, machine.want(agent, Status(message.get("status"))))
                except ValueError:
                    self.log.warn("unknown status {s!r}", s=message.get("status"))

    def estimate(self, call_id: str) -> float:
        """Return how long this caller will wait yet (s), as far as it can be told."""
        staff = max(1, sum(agent.on_duty for agent in self._agents.values()))
        before = self.position(call_id)
        return 0.0 if before is None else 240.0 * (before + 1) / staff

    def snapshot(self) -> tuple[int, list[dict[str, str]]]:
        """Return how many callers wait and the agents' public records."""
        return len(self._waiting), [agent.public() for agent in self._agents.values()]

    # ---- inside ------------------------------------------------------------------------------

    def _agent(self, name: str) -> Agent:
        return self._agents.get(name) or Agent(name)

    def _now(self) -> float:
        return self._reactor.seconds()

    def _change(self, name: str, after: Agent) -> None:
        before = self._agents.get(name)
        self._agents[name] = after
        if before is not None and before.tabs and not after.tabs:
            self._lost(name)
        if before is None or before.public() != after.public():
            self._show(after)
            self._background(self._keep(after))
            self._decide_soon()

    def _show(self, agent: Agent) -> None:
        self._publish("agent.state", agent.public())

    def _forget(self, call: str) -> None:
        entry = self._waiting.pop(call, None)
        if entry is not None:
            stop_timer(entry.limit)

    def _ended(self, call: str, reason: str) -> None:
        entry = self._waiting.get(call)
        if entry is None:
            return
        if entry.offered:
            # A phone rings for this caller: let it, and look again.
            entry.limit = self._reactor.callLater(TICK_S, self._ended, call, reason)
            return
        self._forget(call)
        self._left[call] = (entry.waiting.place, self._now())
        entry.waiter.wait_ended(reason)

    def _decide_soon(self) -> None:
        if self._deciding is None or not self._deciding.active():
            self._deciding = self._reactor.callLater(0, self._decide)

    def _decide(self) -> None:
        if not self._holding:
            return
        waiting = [e.waiting for e in self._waiting.values() if not e.offered]
        for offer in decide(waiting, self._agents.values()):
            self._waiting[offer.call].offered = offer.agent
            agent = machine.offered(self._agents[offer.agent], offer.call, self._now())
            self._agents[offer.agent] = agent
            self._show(agent)
            self._background(self._offer(offer, agent))

    async def _offer(self, offer: Offer, agent: Agent) -> None:
        if not await self._keep(agent):
            self.log.warn("the lease went to another node; {call} waits on", call=offer.call)
            self.refused(offer.agent, offer.call, "call is gone")
            # Nothing is decided until the lease is ours again.
            self._holding = False
            await self._keep_lease()
            return
        entry = self._waiting.get(offer.call)
        if entry is None or entry.offered != offer.agent:
            self.refused(offer.agent, offer.call, "call is gone")
            return
        try:
            entry.waiter.offer(offer.agent)
        except Exception:
            self.log.failure("{call} could not be offered", call=offer.call)
            self.refused(offer.agent, offer.call, "call is gone")
            # Not again and again: its dialogue finds another way.
            self._ended(offer.call, "nobody")

    async def _keep(self, agent: Agent) -> bool:
        """Write an agent's state; true also when Redis is away and local knowledge must do."""
        async with self._writing:
            if self._away:
                return True
            try:
                write = self._lease.write(AGENTS, agent.name, agent.to_json())
                return await asyncio.wait_for(write, REDIS_LIMIT_S)
            except (RedisError, OSError):
                self._away = True
                return True

    async def _keep_lease(self) -> None:
        if self._leasing.locked():
            return
        async with self._leasing:
            try:
                holding = await asyncio.wait_for(self._lease.keep(), REDIS_LIMIT_S)
                back, self._away = self._away, False
            except (RedisError, OSError):
                holding, back, self._away = True, False, True
        if holding and back:
            # What was decided meanwhile is not known to Redis yet.
            for agent in self._agents.values():
                self._background(self._keep(agent))
        if holding and not self._holding:
            self._holding = True
            self._decide_soon()
        self._holding = holding

    def _tick(self) -> None:
        self._ticking = self._reactor.callLater(TICK_S, self._tick)
        self._background(self._keep_lease())
        for name, agent in list(self._agents.items()):
            self._change(name, machine.expire(agent, self._now()))
        for entry in list(self._waiting.values()):
            self._nobody_left(entry)
        now = self._now()
        self._left = {c: (p, at) for c, (p, at) in self._left.items() if now - at < KEEP_PLACE_S}

    def _nobody_left(self, entry: _Entry) -> None:
        waiting = entry.waiting
        if not entry.offered and not anybody(
            self._agents.values(), waiting.area, waiting.urgent, waiting.skill
        ):
            self._ended(waiting.call, "nobody")

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _skills(told: Any) -> tuple[str, ...] | None:
    """Skills as a page tells them; None when it tells nothing of use."""
    if not isinstance(told, list | tuple):
        return None
    return tuple(skill for skill in told if isinstance(skill, str))
