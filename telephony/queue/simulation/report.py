"""The figures of a simulated day."""

from __future__ import annotations

import statistics
from typing import Any

from core import erlang
from telephony.queue.floor import Floor
from telephony.queue.rules import CLASSES
from telephony.queue.simulation.day import Day, Log
from telephony.queue.simulation.plan import Plan

SHORT_S = 5.0
"""Who hangs up sooner is not counted in the second service level."""


def figures(plan: Plan, day: Day, log: Log) -> dict[str, Any]:
    """Return what happened; shares between 0 and 1, times in seconds.

    `service_level` is answered in time / all calls; `service_level_without_short` leaves out who
    hung up within five seconds.
    """
    waits = [wait for each in log.waits.values() for wait in each]
    in_time = sum(wait <= plan.target_s for wait in waits)
    short = sum(wait < SHORT_S for wait in log.abandoned)
    found: dict[str, Any] = {
        "plan": {"calls": plan.calls, "agents": plan.agents, "seed": plan.seed,
                 "handling_s": plan.handling_s, "plain": plan.plain},
        "calls": log.calls,
        "answered": len(waits),
        "abandoned": len(log.abandoned),
        "ended": log.ended,
        "unanswered_offers": log.unanswered_offers,
        "target_s": plan.target_s,
        "service_level": _share(in_time, log.calls),
        "service_level_without_short": _share(in_time, log.calls - short),
        "wait_s": _waits(waits),
        "wait_s_by_class": {c: _waits(log.waits[c]) for c in CLASSES if c in log.waits},
        "longest_queue": log.longest_queue,
        "occupancy": _occupancy(day.floor),
        "offers_by": dict(sorted(log.offers_by.items())),
        "violations": day.watch.violations,
    }  # fmt: skip
    if plan.plain:
        half_hour = plan.calls / 48
        told = erlang.staffing(plan.agents, half_hour, plan.handling_s, plan.target_s)
        found["erlang_c"] = {
            "service_level": round(told.service_level, 4),
            "wait_s": round(told.wait_s, 1),
            "occupancy": round(told.occupancy, 4),
        }
    return found


def table(found: dict[str, Any]) -> str:
    """Return the figures as lines for people."""
    lines = []
    for key, value in found.items():
        if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
            lines.append(f"{key}:")
            lines += [f"  {name}: {_line(each)}" for name, each in value.items()]
        else:
            lines.append(f"{key}: {_line(value)}")
    return "\n".join(lines)


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {each}" for name, each in value.items()) or "none"
    return str(value)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 1.0


def _waits(waits: list[float]) -> dict[str, float]:
    if len(waits) < 2:
        return {"calls": len(waits), "mean": round(sum(waits), 1)}
    cuts = statistics.quantiles(waits, n=100)
    return {
        "calls": len(waits),
        "mean": round(statistics.mean(waits), 1),
        "p50": round(cuts[49], 1),
        "p95": round(cuts[94], 1),
        "most": round(max(waits), 1),
    }


def _occupancy(floor: Floor) -> float:
    busy = sum(agent.busy_s for agent in floor.agents.values())
    return _share(busy, busy + sum(agent.idle_s for agent in floor.agents.values()))
