"""Who gets whom: a pure function of a snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from telephony.queue.agents import Agent
from telephony.queue.choice import Desk, may_take
from telephony.queue.reasons import Why
from telephony.queue.rules import CLASSES, Rules
from telephony.queue.skills import asked, shown
from telephony.queue.waiting import Waiting, class_of, rank, wanted


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
    desk = Desk(agent for agent in agents if agent.free)
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
        agent = found.agent
        first = asked((*queue.needs, *caller.needs))
        why = Why(
            priority=caller.priority,
            counted_as=CLASSES[class_of(caller, rules.ageing_s, now)],
            waited_s=max(0.0, now - caller.joined),
            by=found.by,
            idle_s=max(0.0, now - agent.since),
            needs=shown(ask.needs),
            given_up=shown(need for need in first if need not in ask.needs),
            any_area=ask.any_area,
            others=found.others,
            passed=passed,
        )
        offers.append(Offer(caller.call, agent.name, why))
    return offers


def anybody(agents: Iterable[Agent], caller: Waiting, rules: Rules) -> bool:
    """Say whether somebody on duty could take the call, now, later or once it asks for less."""
    ask = wanted(caller, rules.queue(caller.queue), math.inf)
    return any(agent.on_duty and may_take(agent, caller.urgent, ask) for agent in agents)
