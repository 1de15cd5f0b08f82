"""From the start of a citizen's speech over a prompt to the prompt's silence (budget: < 200 ms)."""

from __future__ import annotations

from typing import Any

from bench import service
from bench.citizens import phone
from bench.material import QUESTIONS, spoken
from bench.process import percentiles
from core.aio import in_thread
from telephony.caller.events import CallResult
from telephony.caller.script import Speak

# The recording notice (3 s) cannot be interrupted; the welcome after it lasts five more.
SPEAK_AFTER_S = 4.5
CALL_S = 9.0


def stop_ms(result: CallResult) -> float | None:
    """Between the first sound of the caller and the last of the prompt; None when it went on.

    What is audible after a caller's first word lies 20 ms before its packet: so does the prompt's.
    """
    says = result.all("say")
    if not says:
        return None
    ends = [e for e in result.all("silence") if float(e.data["since_ms"]) >= says[0].ms - 100]
    if not ends or float(ends[0].data["since_ms"]) > says[0].ms + 3000:
        return None
    return max(0.0, float(ends[0].data["since_ms"]) - says[0].ms)


async def run(quick: bool) -> dict[str, Any]:
    """Talk over the welcome, one by one and ten at once; times in ms."""
    clips = [(await in_thread(spoken, text), text) for text in QUESTIONS]
    found: dict[str, Any] = {"budget_ms": 200}
    opened = service.running()
    line = await in_thread(opened.__enter__)
    try:
        for together, count in ((1, 4 if quick else 8), (10, 10 if quick else 40)):
            scripts = []
            for n in range(count):
                pcm, text = clips[n % len(clips)]
                scripts.append((Speak(pcm, text, after_s=SPEAK_AFTER_S),))
            results = await phone(line.target, scripts, together, CALL_S)
            stops = [stop_ms(result) for result in results]
            found[f"together_{together}"] = {
                "calls": count,
                "not_stopped": stops.count(None),
                "stop_ms": percentiles([stop for stop in stops if stop is not None]),
            }
    finally:
        await in_thread(opened.__exit__, None, None, None)
    parts = [found["together_1"], found["together_10"]]
    found["within_budget"] = all(
        part["not_stopped"] == 0 and part["stop_ms"]["p95"] < 200 for part in parts
    )
    return found
