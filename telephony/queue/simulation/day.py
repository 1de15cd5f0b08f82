"""One day of the queue in simulated time, through the very machines that lead the real one."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from telephony.queue import agents as machine
from telephony.queue import floor as queueing
from telephony.queue.agents import State, Status
from telephony.queue.floor import Ended, Floor
from telephony.queue.rules import Rules
from telephony.queue.simulation.checks import Watch
from telephony.queue.simulation.plan import DAY_S, HOUR_S, Caller, Plan, callers, skills, staff
from telephony.queue.waiting import Waiting

TICK_S = 5.0
TAB = "page"


@dataclass(slots=True)
class Log:
    """What became of the calls: waits (s) by class of who was answered, the rest counted."""

    calls: int = 0
    waits: dict[str, list[float]] = field(default_factory=dict)
    abandoned: list[float] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    unanswered_offers: int = 0
    offers_by: dict[str, int] = field(default_factory=dict)
    longest_queue: int = 0


class Day:
    """Runs a plan; `run` returns what happened, `watch` what should not have."""

    def __init__(self, plan: Plan, rules: Rules) -> None:
        """Take what the day is like and the queue's rules."""
        self._plan = plan
        self._rng = random.Random(plan.seed)
        self._floor = Floor(rules)
        self._now, self._number = 0.0, 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._callers: dict[str, Caller] = {}
        self._at_work: set[str] = set()
        self.watch, self.log = Watch(), Log()

    @property
    def floor(self) -> Floor:
        """The queue and its agents as they are now."""
        return self._floor

    def run(self) -> Log:
        """Let the day pass, and then everybody go home whose call has ended."""
        for hour in range(24):
            self._at(hour * HOUR_S, partial(self._shift, staff(self._plan, hour)))
        for caller in callers(self._plan, self._rng):
            self._at(caller.at, partial(self._arrives, caller))
        self._at(0.0, self._tick)
        while self._events:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
            self._pair()
        self.watch.close()
        return self.log

    def _at(self, moment: float, happens: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (moment, self._number, happens))

    def _after(self, seconds: float, happens: Callable[[], None]) -> None:
        self._at(self._now + seconds, happens)

    # ---- callers -----------------------------------------------------------------------------

    def _arrives(self, caller: Caller) -> None:
        self.log.calls += 1
        self._callers[caller.call] = caller
        self.watch.goes(caller.call, ("",), "waiting")
        waiting = Waiting(caller.call, caller.area, caller.priority, needs=caller.needs)
        limit = DAY_S if self._plan.plain else self._plan.limit_s
        self._take(*queueing.join(self._floor, waiting, False, limit, self._now))
        self._after(caller.patience_s, partial(self._hangs_up, caller))
        self.log.longest_queue = max(self.log.longest_queue, len(self._floor.waiting))

    def _hangs_up(self, caller: Caller) -> None:
        if self.watch.where[caller.call] != "waiting":
            return
        waiting = self._floor.waiting.get(caller.call)
        self.watch.goes(caller.call, ("waiting",), "abandoned")
        self.log.abandoned.append(caller.patience_s)
        self._floor = queueing.leave(self._floor, caller.call)
        if waiting is not None and waiting.offered:
            self._floor = queueing.refused(
                self._floor, waiting.offered, caller.call, "caller gone", self._now
            )

    # ---- agents ------------------------------------------------------------------------------

    def _shift(self, wanted: int) -> None:
        for number in range(self._plan.agents):
            name = f"a{number}"
            if number < wanted and name not in self._at_work:
                self._begins(name)
            elif number >= wanted and name in self._at_work:
                self._at_work.discard(name)
                self._wants(name, Status.OFF)

    def _begins(self, name: str) -> None:
        self._at_work.add(name)
        agent, able = self._floor.agent(name), skills(self._plan, self._rng)
        self._change(machine.hello(agent, TAB, "", self._now, able))
        self._wants(name, Status.READY)
        if not self._plan.plain:
            self._after(self._rng.expovariate(1 / self._plan.break_every_s),
                        partial(self._rests, name))  # fmt: skip

    def _rests(self, name: str) -> None:
        if name in self._at_work and self._now < DAY_S:
            self._wants(name, Status.BREAK, self._rng.choice(sorted(self._floor.rules.pauses)))
            length = self._rng.uniform(0.5, 1.5) * self._plan.break_s
            self._after(length, partial(self._comes_back, name, again=True))

    def _comes_back(self, name: str, again: bool = False) -> None:
        if name in self._at_work:
            self._wants(name, Status.READY)
            if again:
                self._after(self._rng.expovariate(1 / self._plan.break_every_s),
                            partial(self._rests, name))  # fmt: skip

    def _wants(self, name: str, status: Status, pause: str = "") -> None:
        self._floor, _ = queueing.choose(self._floor, name, status, pause, self._now)

    def _change(self, agent: machine.Agent) -> None:
        self._floor = queueing.change(self._floor, agent, self._now)

    # ---- calls -------------------------------------------------------------------------------

    def _pair(self) -> None:
        before = self._floor
        self._floor, offers = queueing.pair(before, self._now)
        self.watch.offered(before, offers, self._now)
        for offer in offers:
            self.log.offers_by[offer.why.by] = self.log.offers_by.get(offer.why.by, 0) + 1
            takes = partial(self._answers, offer.agent, offer.call)
            if self._plan.plain:
                takes()
            elif self._rng.random() < self._plan.no_answer:
                lets = partial(self._lets_ring, offer.agent, offer.call)
                self._after(self._plan.no_answer_s, lets)
            else:
                self._after(self._rng.uniform(0.5, 1.5) * self._plan.ring_s, takes)

    def _rings(self, agent: str, call: str) -> bool:
        found = self._floor.agent(agent)
        return found.state is State.OFFERED and found.call == call

    def _answers(self, agent: str, call: str) -> None:
        if not self._rings(agent, call):
            return
        caller = self._callers[call]
        self.watch.goes(call, ("waiting",), "talking")
        self.watch.takes(agent, call)
        self.log.waits.setdefault(caller.priority, []).append(self._now - caller.at)
        self._floor = queueing.talking(self._floor, agent, call, self._now)
        self._after(caller.talk_s, partial(self._talked, agent, caller))

    def _lets_ring(self, agent: str, call: str) -> None:
        if self._rings(agent, call):
            self.log.unanswered_offers += 1
            self._floor = queueing.refused(self._floor, agent, call, "no answer", self._now)
            self._after(60.0, partial(self._comes_back, agent))

    def _talked(self, agent: str, caller: Caller) -> None:
        self.watch.goes(caller.call, ("talking",), "answered")
        self.watch.ends(agent)
        self._floor = queueing.done(self._floor, agent, caller.call, self._now)
        if caller.wrapup_s:
            self._after(caller.wrapup_s, partial(self._wrapped_up, agent, caller.call))
        else:
            self._wrapped_up(agent, caller.call)

    def _wrapped_up(self, agent: str, call: str) -> None:
        found = self._floor.agent(agent)
        if found.call == call:
            self._change(machine.wrapped_up(found, self._now))

    # ---- time --------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._now % (2 * TICK_S) == 0:
            for agent in list(self._floor.agents.values()):
                self._change(machine.heartbeat(agent, TAB, self._now))
        self._take(*queueing.tick(self._floor, frozenset(), False, self._now))
        if self._now % HOUR_S == 0:
            self.watch.compare(self._floor)
        if self._now < DAY_S or self._floor.waiting or self.watch.talks:
            self._after(TICK_S, self._tick)

    def _take(self, floor: Floor, ended: tuple[Ended, ...]) -> None:
        self._floor = floor
        for each in ended:
            self.watch.goes(each.call, ("waiting",), each.reason)
            self.log.ended[each.reason] = self.log.ended.get(each.reason, 0) + 1
