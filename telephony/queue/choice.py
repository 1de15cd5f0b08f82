"""Which of the free agents takes a call: the first in the order that its queue wants.

Sets of agents are bits of a number, so that a full queue is paired within milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from core.area import serves
from telephony.queue.agents import Agent
from telephony.queue.rules import AFFINITIES, Queue
from telephony.queue.skills import able, had
from telephony.queue.waiting import Waiting, Wanted

EMERGENCY_SKILL = "紧急"
"""Who has it is preferred for emergencies; nobody needs it for them."""

T = TypeVar("T")
Test = Callable[[Agent], float]

FIXED: Mapping[str, Test] = {
    "longest_idle": lambda agent: agent.since,
    "least_occupied": lambda agent: agent.occupancy,
    "emergency": lambda agent: -had(agent.skills).get(EMERGENCY_SKILL, 0),
}
"""What orders agents whatever a caller asks for; smaller is better."""

URGENT_ORDER = ("emergency", "able", "longest_idle")


def may_take(agent: Agent, urgent: bool, ask: Wanted) -> bool:
    """Whether an agent may be offered such a call."""
    if ask.only:
        return agent.name == ask.only
    return urgent or _suits(agent, ask)


def _suits(agent: Agent, ask: Wanted) -> bool:
    near = ask.any_area or not agent.area or serves(agent.area, ask.area)
    return near and able(agent.skills, ask.needs)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was taken, which word of the order told, and how many others could have been."""

    agent: Agent
    by: str
    others: int


class Desk:
    """The free agents of one decision, each taken once."""

    def __init__(self, free: Iterable[Agent]) -> None:
        """Take agents who are free."""
        self._free = {agent.name: agent for agent in free}
        self._lines: dict[tuple[str, ...], _Line] = {}

    def __len__(self) -> int:
        return len(self._free)

    def take(self, caller: Waiting, queue: Queue, ask: Wanted) -> Chosen | None:
        """Return whom the caller gets; None when no free agent will do."""
        line = self._line(URGENT_ORDER if caller.urgent else queue.order)
        could = line.could(caller.urgent, ask)
        if not could:
            return None
        agent, by = self._preferred(caller, queue, ask)
        if agent is None:
            agent, by = line.best(could, ask)
        del self._free[agent.name]
        for each in self._lines.values():
            each.remove(agent)
        return Chosen(agent, by, could.bit_count() - 1)

    def _line(self, order: tuple[str, ...]) -> _Line:
        line = self._lines.get(order)
        if line is None:
            line = self._lines[order] = _Line(self._free.values(), order)
        return line

    def _preferred(self, caller: Waiting, queue: Queue, ask: Wanted) -> tuple[Agent | None, str]:
        names = {"last_agent": caller.last_agent, "ticket": caller.ticket_agent}
        for word in queue.order:
            agent = self._free.get(names.get(word, ""))
            if word in AFFINITIES and agent and may_take(agent, caller.urgent, ask):
                return agent, word
        return None, ""


class _Line:
    """The free agents, to be ordered in one way; the lowest bit is the longest idle."""

    def __init__(self, free: Iterable[Agent], order: tuple[str, ...]) -> None:
        self._order = tuple(word for word in order if word not in AFFINITIES)
        self._agents = sorted(free, key=lambda agent: (agent.since, agent.name))
        self._bits = {agent.name: 1 << at for at, agent in enumerate(self._agents)}
        self._free = (1 << len(self._agents)) - 1
        self._areas: dict[str, int] = {}
        self._at: dict[str, int] = {}
        self._levels: dict[str, dict[int, int]] = {}
        self._ties: dict[float, int] = {}
        for at, agent in enumerate(self._agents):
            _add(self._ties, agent.since, 1 << at)
            _add(self._at, agent.area, 1 << at)
            for name, level in had(agent.skills).items():
                _add(self._levels.setdefault(name, {}), level, 1 << at)
        self._grouped: dict[tuple[str, ...], list[int]] = {}

    def remove(self, agent: Agent) -> None:
        self._free &= ~self._bits[agent.name]

    def could(self, urgent: bool, ask: Wanted) -> int:
        """Who is free and may take such a call."""
        if ask.only:
            return self._free & self._bits.get(ask.only, 0)
        return self._free if urgent else self._free & self._suitable(ask)

    def best(self, could: int, ask: Wanted) -> tuple[Agent, str]:
        """Return the first of them, and the word that tells them from the second."""
        if could.bit_count() == 1:
            return self._agents[could.bit_length() - 1], "only"
        told = ""
        for word in self._order:
            better = self._first(could, word, ask)
            if better != could:
                could, told = better, told or word
            if could.bit_count() == 1:
                break
        # Who is equal in all that was asked is taken by name.
        return self._agents[(could & -could).bit_length() - 1], told or "longest_idle"

    def _first(self, could: int, word: str, ask: Wanted) -> int:
        """Return those who are best by one word."""
        if word == "longest_idle":
            # Bits are in this order, and hardly ever two agents fell idle at once.
            first = self._agents[(could & -could).bit_length() - 1]
            return could & self._ties[first.since]
        if word in FIXED:
            groups = self._groups((word,), FIXED[word])
        elif word == "able":
            return could & self._suitable(ask) or could
        else:
            names = tuple(name for name, _ in ask.needs)
            groups = self._groups((word, *names), partial(_unskilled, names))
        return next(could & group for group in groups if could & group)

    def _groups(self, key: tuple[str, ...], test: Test) -> list[int]:
        """Return all agents in groups that a test makes, the best first."""
        groups = self._grouped.get(key)
        if groups is None:
            by_value: dict[float, int] = {}
            for agent in self._agents:
                _add(by_value, test(agent), self._bits[agent.name])
            groups = self._grouped[key] = [by_value[value] for value in sorted(by_value)]
        return groups

    def _suitable(self, ask: Wanted) -> int:
        found = -1 if ask.any_area else self._serving(ask.area)
        for need in ask.needs:
            found &= self._skilled(*need)
        return found

    def _serving(self, area: str) -> int:
        found = self._areas.get(area)
        if found is None:
            near = (bits for at, bits in self._at.items() if not at or serves(at, area))
            found = self._areas[area] = sum(near)
        return found

    def _skilled(self, name: str, least: int) -> int:
        return sum(bits for level, bits in self._levels.get(name, {}).items() if level >= least)


def _unskilled(names: tuple[str, ...], agent: Agent) -> float:
    levels = had(agent.skills)
    return -sum(levels.get(name, 0) for name in names)


def _add(table: dict[T, int], key: T, bit: int) -> None:
    table[key] = table.get(key, 0) | bit
