"""From INVITE to 200 at 50 calls a second (budget: p99 < 100 ms), journal and ticket included."""

from __future__ import annotations

import time
from typing import Any

from bench import service
from bench.load import calls, rtp_peer
from bench.material import prompts_alaw
from bench.process import percentiles, tree_cpu

RATE = 50
HOLD_S = 1.0


def run(quick: bool) -> dict[str, Any]:
    """Place 50 calls a second for 20 s (`quick`: 5 s), each held for a second; times in ms."""
    seconds = 5 if quick else 20
    with service.running() as line, rtp_peer(1, prompts_alaw()):
        before, began = sum(tree_cpu(line.pid)), time.monotonic()
        with calls(line.sip_port, "12349", RATE * seconds, RATE, HOLD_S, None) as load:
            outcome = load.wait(seconds + 60)
        cpu = 100 * (sum(tree_cpu(line.pid)) - before) / (time.monotonic() - began)
    answered = percentiles(outcome.pop("answer_ms"))
    return {
        "calls_per_s": RATE,
        **outcome,
        "invite_to_200_ms": answered,
        "cpu_percent_of_a_core": round(cpu, 1),
        "service_start_s": line.start_s,
        "budget_p99_ms": 100,
        "within_budget": outcome["failed"] == 0 and answered.get("p99", 1e9) < 100,
    }
