"""The queues as data: what `rules_file` reads and `decide` goes by. See docs/queue.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.hours import Calendar, is_open

CLASSES = ("alarm", "emergency", "elder", "normal", "callback")
"""The classes of priority, the first served first."""

URGENT = frozenset(CLASSES[:2])
"""Served by anybody, before everybody, past every limit."""

AGED_TO = CLASSES.index("elder")
"""Waiting lifts nobody above this class: who is not urgent never stands before who is."""

GENERAL = "main"
"""The queue of calls that name none."""

AFFINITIES = ("last_agent", "ticket")
ORDERS = ("level", "longest_idle", "least_occupied")


@dataclass(frozen=True, slots=True)
class Widening:
    """What is no longer asked for once a caller has waited `after_s` seconds.

    Levels above `level` fall to it (0 leaves them); the skills in `drop` are given up, `*` all;
    `areas` lets agents of any area take the call.
    """

    after_s: float
    level: int = 0
    drop: tuple[str, ...] = ()
    areas: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: whom its callers need, how that widens, and what happens when it is too much.

    `order` tells which of several free agents is taken, the first word that tells them apart.
    Above `most` callers (0: no limit), and when `hours` say that nobody works, a caller goes to
    the queue `overflow` or `after_hours`, or is told to leave a message where none is named.
    """

    name: str = GENERAL
    title: str = "人工服务"
    needs: tuple[str, ...] = ()
    widen: tuple[Widening, ...] = ()
    order: tuple[str, ...] = (*AFFINITIES, "level", "longest_idle")
    most: int = 0
    overflow: str = ""
    hours: Calendar | None = None
    after_hours: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason for a break: `minutes` a day and so many agents `at_once`; 0: no limit."""

    key: str
    title: str
    minutes: float = 0
    at_once: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """All queues, and what holds for all of them.

    Every `ageing_s` seconds of waiting lift a caller by one class (0: never), up to that of elders.
    One seat in `reserve_one_in` on duty is kept free for emergencies (0: none).
    """

    queues: Mapping[str, Queue] = field(default_factory=lambda: {GENERAL: Queue()})
    pauses: Mapping[str, Pause] = field(default_factory=dict)
    ageing_s: float = 0
    reserve_one_in: int = 0
    wrapup_s: float = 60.0
    skills: tuple[tuple[str, str], ...] = ()
    """All that the file names, each with its kind: 语言, 业务 or 紧急."""

    def queue(self, name: str) -> Queue:
        """Return a queue; the general one for a name that is not known."""
        return self.queues.get(name) or self.queues[GENERAL]

    def reserved(self, on_duty: int) -> int:
        """Return how many free seats are not for who is not urgent."""
        return on_duty // self.reserve_one_in if self.reserve_one_in else 0

    def closed(self, moment: datetime) -> frozenset[str]:
        """Return the queues that have hours of which `moment` (aware) is none."""
        return frozenset(
            queue.name
            for queue in self.queues.values()
            if queue.hours is not None and not is_open(moment, queue.hours)
        )
