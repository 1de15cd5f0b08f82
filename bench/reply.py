"""From the end of a citizen's speech to the start of the line's reply (budget: p95 < 800 ms)."""

from __future__ import annotations

from typing import Any

from bench import service
from bench.citizens import phone
from bench.material import QUESTIONS, spoken
from bench.process import percentiles
from core.aio import in_thread
from telephony.caller.script import Speak

CALL_S = 18.0


async def run(quick: bool) -> dict[str, Any]:
    """Ask questions when the line has said its welcome, one by one and ten at once; ms."""
    clips = [(await in_thread(spoken, text), text) for text in QUESTIONS]
    found: dict[str, Any] = {"budget_p95_ms": 800}
    opened = service.running()
    line = await in_thread(opened.__enter__)
    try:
        for together, rounds in ((1, 1), (10, 3 if quick else 8)):
            asked = [clips[n % len(clips)] for n in range(max(together, len(clips)) * rounds)]
            scripts = [(Speak(pcm, text),) for pcm, text in asked]
            results = await phone(line.target, scripts, together, CALL_S)
            replies = [r.all("reply") for r in results]
            waits = [float(events[0].data["latency_ms"]) for events in replies if events]
            found[f"together_{together}"] = {
                "calls": len(asked),
                "without_reply": len(asked) - len(waits),
                "reply_ms": percentiles(waits),
            }
    finally:
        await in_thread(opened.__exit__, None, None, None)
    parts = [found["together_1"], found["together_10"]]
    found["within_budget"] = all(
        part["without_reply"] == 0 and part["reply_ms"]["p95"] < 800 for part in parts
    )
    return found
