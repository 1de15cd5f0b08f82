"""Who gets whom: a pure function of a snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from core.area import serves
from telephony.queue.agents import Agent
from telephony.queue.reasons import Why
from telephony.queue.rules import AFFINITIES, CLASSES, Queue, Rules
from telephony.queue.skills import able, asked, had, shown
from telephony.queue.waiting import Waiting, Wanted, class_of, rank, wanted

EMERGENCY_SKILL = "紧急"
"""Who has it is preferred for emergencies; nobody needs it for them."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Callers whose phones do not ring yet, all agents, and the rules."""

    waiting: Iterable[Waiting]
    agents: Iterable[Agent]
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Offer:
    """This call rings that agent, for these reasons."""

    call: str
    agent: str
    why: Why = field(compare=False)


def decide(snapshot: Snapshot, now: float) -> list[Offer]:
    """Pair callers in the order of their ranks with agents in the order that their queue wants.

    No agent and no caller appears twice. An agent takes calls of their area and those below it
    whose skills they have; an emergency goes to anyone. Seats that are kept for emergencies are
    offered to no one else.
    """
    rules, agents = snapshot.rules, list(snapshot.agents)
    desk = _Desk([agent for agent in agents if agent.free], now)
    reserved = rules.reserved(sum(agent.on_duty for agent in agents))
    offers: list[Offer] = []
    passed = 0
    for caller in sorted(snapshot.waiting, key=lambda w: rank(w, rules, now)):
        left = len(desk)
        if not left or (left <= reserved and not caller.urgent):
            break
        queue = rules.queue(caller.queue)
        ask = wanted(caller, queue, now - caller.joined)
        found = desk.take(caller, queue, ask)
        if found is None:
            passed += 1
            continue
        agent, by, others = found
        first = asked((*queue.needs, *caller.needs))
        why = Why(
            priority=caller.priority,
            counted_as=CLASSES[class_of(caller, rules.ageing_s, now)],
            waited_s=max(0.0, now - caller.joined),
            by=by,
            idle_s=max(0.0, now - agent.since),
            needs=shown(ask.needs),
            given_up=shown(need for need in first if need not in ask.needs),
            any_area=ask.any_area,
            others=others,
            passed=passed,
        )
        offers.append(Offer(caller.call, agent.name, why))
    return offers


def anybody(agents: Iterable[Agent], caller: Waiting, rules: Rules) -> bool:
    """Say whether somebody on duty could take the call, now, later or once it asks for less."""
    ask = wanted(caller, rules.queue(caller.queue), math.inf)
    return any(agent.on_duty and may_take(agent, caller.urgent, ask) for agent in agents)


def may_take(agent: Agent, urgent: bool, ask: Wanted) -> bool:
    """Whether an agent may be offered such a call."""
    if ask.only:
        return agent.name == ask.only
    if urgent:
        return True
    near = ask.any_area or not agent.area or serves(agent.area, ask.area)
    return near and able(agent.skills, ask.needs)


_Key = Callable[[Agent], float]


class _Desk:
    """The free agents of one decision, each taken once."""

    def __init__(self, free: list[Agent], now: float) -> None:
        self._free = {agent.name: agent for agent in free}
        self._now = now
        self._lists: dict[object, list[Agent]] = {}

    def __len__(self) -> int:
        return len(self._free)

    def take(self, caller: Waiting, queue: Queue, ask: Wanted) -> tuple[Agent, str, int] | None:
        """Return who is taken, which word of the order told, and how many others could be."""
        line = self._line(caller.urgent, queue, ask)
        if not line:
            return None
        agent, by = self._preferred(caller, queue, ask)
        if agent is None:
            agent = line[0]
            by = "only" if len(line) == 1 else self._told_by(line, caller.urgent, queue, ask)
        del self._free[agent.name]
        return agent, by, len(line) - 1

    def _line(self, urgent: bool, queue: Queue, ask: Wanted) -> list[Agent]:
        """Who could take such a call, the best first. Callers who ask for the same share it."""
        key = (urgent, queue.order, ask)
        line = self._lists.get(key)
        if line is None:
            line = [agent for agent in self._free.values() if may_take(agent, urgent, ask)]
            tests = [test for _, test in _tests(urgent, queue, ask)]
            line.sort(key=lambda a: (*(test(a) for test in tests), a.since, a.name))
        else:
            line = [agent for agent in line if agent.name in self._free]
        self._lists[key] = line
        return line

    def _preferred(self, caller: Waiting, queue: Queue, ask: Wanted) -> tuple[Agent | None, str]:
        names = {"last_agent": caller.last_agent, "ticket": caller.ticket_agent}
        for word in queue.order:
            agent = self._free.get(names.get(word, ""))
            if word in AFFINITIES and agent and may_take(agent, caller.urgent, ask):
                return agent, word
        return None, ""

    def _told_by(self, line: list[Agent], urgent: bool, queue: Queue, ask: Wanted) -> str:
        for word, test in _tests(urgent, queue, ask):
            if test(line[0]) != test(line[1]):
                return word
        return "longest_idle"


def _tests(urgent: bool, queue: Queue, ask: Wanted) -> list[tuple[str, _Key]]:
    tests: Mapping[str, _Key] = {
        "level": lambda a: -sum(had(a.skills).get(name, 0) for name, _ in ask.needs),
        "longest_idle": lambda a: a.since,
        "least_occupied": lambda a: a.occupancy,
    }
    if urgent:
        # Whoever there is: the one who knows emergencies, else the one who could take it anyway.
        usual = Wanted(ask.needs, ask.area, ask.any_area)
        return [
            ("emergency", lambda a: -had(a.skills).get(EMERGENCY_SKILL, 0)),
            ("able", lambda a: not may_take(a, False, usual)),
            ("longest_idle", tests["longest_idle"]),
        ]
    return [(word, tests[word]) for word in queue.order if word in tests]
