"""CPU of calls that hear a prompt and are recorded, side by side with Asterisk.

The whole service (every process of it, journal and tickets included, both channels of each call
recorded) against Asterisk that plays the same prompt and records the same two channels, and against
Asterisk that records one only. Same callers (sipp, rtppeer.c), alternating. Budget: half of
Asterisk's; with live recognition on every call, not more than Asterisk's without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from bench import asterisk, service
from bench.load import calls, rtp_peer
from bench.material import prompt_tree, prompts_alaw, talk_alaw
from bench.process import Stuck, cpu_percent, free_port, percentiles, tree_cpu, tree_memory_mb

RAMP = 25.0
SETTLE_S = 2.0
CLOSE_S = 5.0


@dataclass(frozen=True)
class Side:
    """One of the systems compared: `open` runs it and gives its process id and SIP port."""

    name: str
    open: Callable[[], AbstractContextManager[tuple[int, int]]]
    number: str


@contextmanager
def _ours(recognition: bool) -> Iterator[tuple[int, int]]:
    settings = {"tree": str(prompt_tree(20))}
    if not recognition:
        # Without a model the line falls back to keys and listens to nobody.
        settings["asr_model"] = str(asterisk.ETC / "none")
    with service.running(**settings) as running:
        yield running.pid, running.sip_port
        sizes = [file.stat().st_size for file in (running.data / "recordings").rglob("*.wav")]
        if not sizes or min(sizes) < 16_000:
            raise Stuck(
                f"the service recorded {len(sizes)} files, the smallest {min(sizes, default=0)}"
            )


@contextmanager
def _asterisk() -> Iterator[tuple[int, int]]:
    port = free_port()
    with asterisk.running(port, prompts_alaw()) as process:
        yield process.pid, port


OURS = Side("hotline", lambda: _ours(False), "12349")
LISTENING = Side("hotline_listening", lambda: _ours(True), "12349")
TWO = Side("asterisk_two_channels", _asterisk, "two")
ONE = Side("asterisk_one_channel", _asterisk, "one")


def run(quick: bool) -> dict[str, Any]:
    """Measure; CPU in % of one core. `quick` takes fewer calls and one round."""
    steps = (20, 50) if quick else (50, 100, 200)
    window, rounds = (4.0, 1) if quick else (5.0, 2)
    sides = [OURS, TWO, ONE, LISTENING]
    found: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    missing = ""
    for turn in range(rounds):
        for side in sides if turn % 2 == 0 else reversed(sides):
            try:
                found[side.name].append(_staircase(side, steps, window))
            except asterisk.NoAsterisk as error:
                missing = str(error)
    return _summary(found, steps, missing)


def _staircase(side: Side, steps: tuple[int, ...], window: float) -> dict[str, Any]:
    """One run: calls are added step by step, and CPU is taken at each."""
    rows: dict[str, Any] = {}
    with side.open() as (pid, port), rtp_peer(steps[-1], talk_alaw()) as peer:
        idle = cpu_percent(pid, window)
        rows["idle_cpu"] = round(idle, 1)
        running, left, call_s = [], _length(steps, window), 0.0
        spent, start = sum(tree_cpu(pid)), time.monotonic()
        try:
            have = 0
            for count in steps:
                began = time.monotonic()
                load = calls(port, side.number, count - have, RAMP, left, have)
                running.append((load, load.__enter__()))
                call_s += (count - have) * left
                time.sleep((count - have) / RAMP + SETTLE_S)
                peer.reset()
                cpu = cpu_percent(pid, window)
                rows[str(count)] = {
                    "cpu": round(cpu, 1),
                    "memory_mb": tree_memory_mb(pid),
                    "rtp": peer.report(),
                }
                have = count
                left -= time.monotonic() - began
            for _, placed in running:
                outcome = placed.wait(left + 60)
                rows["failed"] = rows.get("failed", 0) + outcome["failed"]
                rows["answer_ms"] = percentiles(outcome["answer_ms"])
            time.sleep(CLOSE_S)
            spent = sum(tree_cpu(pid)) - spent - idle / 100 * (time.monotonic() - start)
            rows["cpu_s_per_call_minute"] = round(60 * spent / call_s, 3)
        finally:
            for load, _ in running:
                load.__exit__(None, None, None)
    print(f"  {side.name}: " + _brief(rows, steps), flush=True)
    return rows


def _length(steps: tuple[int, ...], window: float) -> float:
    """How long the first calls must last, in seconds."""
    return steps[-1] / RAMP + len(steps) * (SETTLE_S + window + 1.0) + 2.0


def _brief(rows: dict[str, Any], steps: tuple[int, ...]) -> str:
    found = [f"{count} calls {rows[str(count)]['cpu']} %" for count in steps]
    return ", ".join([*found, f"all in {rows['cpu_s_per_call_minute']} CPU seconds a call minute"])


def _summary(
    found: dict[str, list[dict[str, Any]]], steps: tuple[int, ...], missing: str
) -> dict[str, Any]:
    cpu: dict[str, dict[int, float]] = {}
    for name, runs in found.items():
        if runs:
            cpu[name] = {
                n: round(sum(r[str(n)]["cpu"] for r in runs) / len(runs), 1) for n in steps
            }
    result: dict[str, Any] = {"cpu_percent_of_a_core": cpu}
    # The whole run: set-up, hearing, hanging up, finishing the recordings, ticket; idle taken off.
    result["cpu_s_per_call_minute"] = {
        name: round(sum(r["cpu_s_per_call_minute"] for r in runs) / len(runs), 3)
        for name, runs in found.items()
        if runs
    }
    result["cpu_percent_per_call"] = {
        name: {n: round(value / n, 3) for n, value in row.items()} for name, row in cpu.items()
    }
    if missing:
        result["asterisk"] = missing
    for ours in ("hotline", "hotline_listening"):
        for theirs in ("asterisk_two_channels", "asterisk_one_channel"):
            if ours in cpu and theirs in cpu:
                ratio = {n: round(cpu[ours][n] / cpu[theirs][n], 2) for n in steps}
                result[f"ratio_{ours}_to_{theirs}"] = ratio
    two, live = (
        f"ratio_{name}_to_asterisk_two_channels" for name in ("hotline", "hotline_listening")
    )
    if two in result:
        result["budget_ratio"] = 0.5
        result["budget_ratio_listening"] = 1.0
        good = max(result[two].values()) <= 0.5 and max(result[live].values()) <= 1.0
        result["within_budget"] = good
    result["runs"] = found
    return result
