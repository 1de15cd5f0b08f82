"""The wallboard's figures for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from agent_ui.wallboard.ledger import moment
from agent_ui.wallboard.queue import CLASSES


def text(figures: Mapping[str, Any], queue: Mapping[str, Any], now: datetime) -> bytes:
    """Return what `figures.figures` and `queue.queue_shown` tell, in Prometheus' text format.

    A service level without a wait has no sample.
    """
    registry = CollectorRegistry()

    def gauge(name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"hotline_board_{name}", what, labels, registry=registry)

    longest = moment(figures["longest_since"])
    waited = (now - longest).total_seconds() if longest else 0.0
    gauge("longest_wait_seconds", "Longest wait for a person now").set(max(0.0, waited))
    level = gauge("service_level", "Share answered by a person within 15 s, 0..1", "window")
    ended = gauge("waits_ended", "Waits that ended", "window", "end")
    for window in ("now", "today"):
        if figures[window]["share"] is not None:
            level.labels(window).set(figures[window]["share"])
        for end in ("answered", "abandoned", "unanswered"):
            ended.labels(window, end).set(figures[window][end])
    urgent = gauge("emergencies", "Emergency calls running", "person")
    urgent.labels("no").set(figures["emergencies_alone"])
    urgent.labels("yes").set(figures["emergencies"] - figures["emergencies_alone"])
    gauge("callbacks_overdue", "Missed calls not returned in 15 min").set(figures["overdue"])
    doing = gauge("agents", "Agents by what they do", "doing")
    for state, count in figures["agents"].items():
        doing.labels(state).set(count)
    waiting = gauge("waiting", "Callers waiting, by class", "priority")
    classes = Counter(row["class"] for row in queue["rows"])
    for priority in CLASSES:
        waiting.labels(priority).set(classes[priority])
    calls = gauge("trunk_calls", "Calls on a trunk", "node", "trunk")
    limit = gauge("trunk_limit", "Calls that a trunk may have", "node", "trunk")
    for trunk in figures["trunks"]:
        calls.labels(trunk["node"], trunk["name"]).set(trunk["calls"])
        limit.labels(trunk["node"], trunk["name"]).set(trunk["limit"])
    heard = figures["recogniser"]
    gauge("recogniser_streams", "Legs being listened to").set(heard["streams"])
    gauge("recogniser_load", "Audio that waits, as a share of the most").set(heard["load"])
    return generate_latest(registry)
