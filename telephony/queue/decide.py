"""Who gets whom: a pure function of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.area import serves
from telephony.queue.agents import Agent


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller who waits; `place` orders those of one priority (s, smaller is earlier).

    `skill` is what the agent must have, empty for nothing.
    """

    call: str
    area: str
    urgent: bool
    place: float
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """This call rings that agent."""

    call: str
    agent: str


def decide(waiting: Iterable[Waiting], agents: Iterable[Agent]) -> list[Offer]:
    """Pair callers, emergencies first, then by place, with agents, longest idle first.

    No agent and no caller appears twice. An agent takes calls of their area and those below it that
    ask for no skill they have not; an emergency goes to anyone.
    """
    free = sorted((a for a in agents if a.free), key=lambda a: (a.since, a.name))
    offers = []
    for caller in sorted(waiting, key=_turn):
        agent = next((a for a in free if _may_take(a, caller)), None)
        if agent is not None:
            free.remove(agent)
            offers.append(Offer(caller.call, agent.name))
    return offers


def ahead(waiting: Iterable[Waiting], call: str) -> int | None:
    """Return how many are taken before a call; None where it does not wait."""
    order = [caller.call for caller in sorted(waiting, key=_turn)]
    return order.index(call) if call in order else None


def anybody(agents: Iterable[Agent], area: str, urgent: bool, skill: str = "") -> bool:
    """Say whether somebody on duty could take such a call, now or after the talk they are in."""
    caller = Waiting("", area, urgent, 0.0, skill)
    return any(a.on_duty and _may_take(a, caller) for a in agents)


def _turn(caller: Waiting) -> tuple[bool, float, str]:
    return not caller.urgent, caller.place, caller.call


def _may_take(agent: Agent, caller: Waiting) -> bool:
    if caller.urgent:
        return True
    able = not caller.skill or caller.skill in agent.skills
    return able and (not agent.area or serves(agent.area, caller.area))
