"""From the answer to the first audible prompt (budget: p95 < 200 ms)."""

from __future__ import annotations

from typing import Any

from bench import service
from bench.citizens import phone
from bench.process import percentiles
from core.aio import in_thread


async def run(quick: bool) -> dict[str, Any]:
    """Call one by one, then 20 at once; times in ms since the 200, as the caller hears it."""
    found: dict[str, Any] = {"budget_p95_ms": 200}
    opened = service.running()
    line = await in_thread(opened.__enter__)
    try:
        for together in (1, 20):
            count = (10 if quick else 30) if together == 1 else (20 if quick else 60)
            results = await phone(line.target, [()] * count, together, 1.5)
            heard = [r.all("first_audio") for r in results]
            waits = [float(events[0].data["after_answer_ms"]) for events in heard if events]
            found[f"together_{together}"] = {
                "calls": count,
                "silent": count - len(waits),
                "after_answer_ms": percentiles(waits),
            }
    finally:
        await in_thread(opened.__exit__, None, None, None)
    parts = [found["together_1"], found["together_20"]]
    found["within_budget"] = all(
        part["silent"] == 0 and part["after_answer_ms"]["p95"] < 200 for part in parts
    )
    return found
