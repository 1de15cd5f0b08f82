"""A caller who waits: who comes first, and whom they ask for after so long."""

from __future__ import annotations

import math
from dataclasses import dataclass

from telephony.queue.rules import AGED_TO, CLASSES, GENERAL, URGENT, Queue, Rules
from telephony.queue.skills import asked


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller who waits.

    `place` orders those of one class (s, smaller is earlier), `joined` is when the waiting began
    (s) and `until` when it ends. `needs` are skills beside those of the queue. `only` names the
    one agent who may take the call; `last_agent` and `ticket_agent` are preferred. `offered` is
    whose phone rings.
    """

    call: str
    area: str = ""
    priority: str = "normal"
    place: float = 0.0
    joined: float = 0.0
    needs: tuple[str, ...] = ()
    queue: str = GENERAL
    until: float = math.inf
    ticket: str = ""
    ticket_agent: str = ""
    last_agent: str = ""
    only: str = ""
    offered: str = ""

    @property
    def urgent(self) -> bool:
        """Goes to anybody, before everybody who is not."""
        return self.priority in URGENT


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a caller asks for now: skills with levels, and the area unless any will do."""

    needs: tuple[tuple[str, int], ...]
    area: str
    any_area: bool = False
    only: str = ""


def class_of(caller: Waiting, ageing_s: float, now: float) -> int:
    """Return the place of the caller's class in CLASSES, after ageing."""
    number = CLASSES.index(caller.priority)
    if number <= AGED_TO or not ageing_s:
        return number
    return max(AGED_TO, number - int((now - caller.joined) / ageing_s))


def rank(caller: Waiting, rules: Rules, now: float) -> tuple[int, float, str]:
    """Who has the smaller rank is served first."""
    return class_of(caller, rules.ageing_s, now), caller.place, caller.call


def wanted(caller: Waiting, queue: Queue, waited_s: float) -> Wanted:
    """Return whom the caller asks for after so long; `math.inf` for the least there will be."""
    needs, any_area = asked((*queue.needs, *caller.needs)), False
    for step in queue.widen:
        if waited_s < step.after_s:
            continue
        if step.level:
            needs = tuple((name, min(level, step.level)) for name, level in needs)
        if step.drop:
            gone = step.drop
            needs = tuple(need for need in needs if "*" not in gone and need[0] not in gone)
        any_area = any_area or step.areas
    return Wanted(needs, caller.area, any_area, caller.only)
