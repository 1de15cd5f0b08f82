"""The wallboard's figures: a pure function of what runs, who waited, and what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agent_ui.wallboard.ledger import CallWait, moment
from core.area import COUNTRY, serves
from core.waits import ABANDONED, ANSWERED, UNANSWERED

Message = Mapping[str, Any]

WITHIN_S = 15.0
"""A person answers within 15 s (GB/T 33358-2016)."""
RECENT = timedelta(minutes=30)
FORMULA = f"{WITHIN_S:.0f}秒内由人工接起 ÷（人工接起 + 等候中挂断 + 没等到人）"

FREE, PAUSED, AWAY = "free", "break", "away"
AGENT_STATES = (FREE, "offered", "talking", "wrapup", PAUSED, AWAY)


@dataclass(frozen=True, slots=True)
class Due:
    """A caller who reached nobody and is to be phoned back by a moment."""

    call: str
    area: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that figures are made of. `midnight` is when today began in the authority's zone.

    `calls`, `agents` and `nodes` are messages of the bus (`call.changed`, `agent.state`,
    `node.state`). `devices` is how many pendants are offline, None where none are registered.
    """

    now: datetime
    midnight: datetime
    calls: Iterable[Message] = ()
    agents: Iterable[Message] = ()
    waits: Iterable[CallWait] = ()
    due: Iterable[Due] = ()
    nodes: Iterable[Message] = ()
    devices: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """How waits ended in a stretch of time."""

    in_time: int = 0
    answered: int = 0
    abandoned: int = 0
    unanswered: int = 0

    @property
    def share(self) -> float | None:
        """Service level, 0..1; None when no wait ended."""
        ended = self.answered + self.abandoned + self.unanswered
        return self.in_time / ended if ended else None

    def shown(self) -> dict[str, Any]:
        """As pages and programs get it; the share is cut to a thousandth."""
        share = self.share
        return {
            "share": None if share is None else int(share * 1000) / 1000,
            "in_time": self.in_time,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "unanswered": self.unanswered,
        }


@dataclass(frozen=True, slots=True)
class _Seen:
    area: str = COUNTRY
    cache: dict[str, bool] = field(default_factory=dict)

    def __call__(self, area: str) -> bool:
        if area not in self.cache:
            self.cache[area] = serves(self.area, area)
        return self.cache[area]


def level(waits: Iterable[CallWait], since: datetime) -> Level:
    """The service level of the waits that ended at `since` or later."""
    ends: Counter[str] = Counter()
    in_time = 0
    for each in waits:
        wait = each.wait
        if wait.until is None or wait.until < since:
            continue
        ends[wait.end] += 1
        in_time += wait.end == ANSWERED and wait.seconds <= WITHIN_S
    return Level(in_time, ends[ANSWERED], ends[ABANDONED], ends[UNANSWERED])


def agent_state(agent: Message) -> str:
    """One of AGENT_STATES: what an agent is doing, with what they want where they do nothing."""
    state, status = agent.get("state"), agent.get("status")
    if state in ("offered", "talking", "wrapup"):
        return str(state)
    if state != "idle" or status == "off":
        return AWAY
    return FREE if status == "ready" else PAUSED


def figures(facts: Facts, area: str = COUNTRY) -> dict[str, Any]:
    """What the wallboard of an area shows; moments as ISO 8601, '' for none.

    Trunks, recogniser and devices belong to the installation and are shown to every area.
    """
    seen = _Seen(area)
    calls = [row for row in facts.calls if seen(str(row.get("area", "")))]
    agents = Counter(agent_state(a) for a in facts.agents if seen(str(a.get("area", ""))))
    waits = [each for each in facts.waits if seen(each.area)]
    due = [each for each in facts.due if seen(each.area) and each.by <= facts.now]
    states = Counter(str(row.get("state", "")) for row in calls)
    queued = [row for row in calls if row.get("state") == "queued"]
    urgent = [row for row in calls if row.get("emergency")]
    return {
        "waiting": len(queued),
        "longest_since": _earliest(row.get("queued_at") for row in queued),
        "calls": len(calls),
        "with_machine": len(calls) - states["queued"] - states["connected"],
        "talking": states["connected"],
        "emergencies": len(urgent),
        "emergencies_alone": sum(row.get("state") != "connected" for row in urgent),
        "emergency_since": _earliest(row.get("started_at") for row in urgent),
        "now": level(waits, facts.now - RECENT).shown(),
        "today": level(waits, facts.midnight).shown(),
        "agents": {state: agents[state] for state in AGENT_STATES},
        "overdue": len(due),
        "overdue_since": min((each.by.isoformat() for each in due), default=""),
        "trunks": _trunks(facts.nodes),
        "recogniser": _recogniser(facts.nodes),
        "devices_offline": facts.devices,
    }


def _earliest(moments: Iterable[Any]) -> str:
    known = [found for text in moments if (found := moment(text)) is not None]
    return min(known).isoformat() if known else ""


def _trunks(nodes: Iterable[Message]) -> list[dict[str, Any]]:
    found = [
        {
            "node": str(node.get("node", "")),
            "name": str(trunk.get("name", "")),
            "calls": int(trunk.get("calls", 0)),
            "limit": int(trunk.get("limit", 0)),
        }
        for node in nodes
        for trunk in node.get("trunks", ())
    ]
    return sorted(found, key=lambda trunk: (trunk["name"], trunk["node"]))


def _recogniser(nodes: Iterable[Message]) -> dict[str, Any]:
    """Streams of all nodes together, and the load of the one that is furthest behind."""
    loads = [node["recogniser"] for node in nodes if node.get("recogniser")]
    behind = [
        int(load.get("lag_ms", 0)) / most for load in loads if (most := load.get("most_lag_ms"))
    ]
    down = any(
        warning.get("name") == "recogniser"
        for node in nodes
        for warning in node.get("warnings", ())
    )
    return {
        "known": bool(loads),
        "up": bool(loads) and not down,
        "streams": sum(int(load.get("streams", 0)) for load in loads),
        "load": round(min(1.0, max(behind, default=0.0)), 2),
    }
