"""Figures for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest


def text(
    *,
    calls: int,
    legs: int,
    refused: Mapping[str, int],
    recogniser: bool,
    spooling: bool,
    waiting: int,
    agents: Sequence[Mapping[str, Any]],
) -> bytes:
    """Return the node's figures of this moment in Prometheus' text format."""
    registry = CollectorRegistry()

    def gauge(name: str, what: str, value: float) -> None:
        Gauge(f"hotline_{name}", what, registry=registry).set(value)

    gauge("calls", "Calls running", calls)
    gauge("legs", "SIP legs alive", legs)
    gauge("waiting", "Callers waiting for a person", waiting)
    gauge("recogniser_up", "1 when speech is recognised", recogniser)
    gauge("database_spooling", "1 while records wait for the database", spooling)
    by_reason = Gauge("hotline_refused_total", "INVITEs refused", ["reason"], registry=registry)
    for reason, count in refused.items():
        by_reason.labels(reason).set(count)
    by_state = Gauge(
        "hotline_agents", "Agents by status and state", ["status", "state"], registry=registry
    )
    for agent in agents:
        by_state.labels(agent["status"], agent["state"]).inc()
    return generate_latest(registry)
