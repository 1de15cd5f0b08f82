"""`python -m bench [NAME…] [--quick]`: run benches, print their figures, write their results."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

RESULTS = Path(__file__).parent / "results"
BENCHES = {
    "setup_latency": "INVITE → 200",
    "first_audio": "answer → first prompt",
    "reply": "end of speech → reply",
    "reread": "end of speech → reply, the second reader needed",
    "barge_in": "speech → prompt silent",
    "recognition_streams": "streams heard in real time",
    "knowledge_answer": "question → article",
    "answer_accuracy": "question → right article",
    "place_lookup": "place name heard → place",
    "walker": "spoken steps → there",
    "queue_decision": "500 waiting, 200 agents → offers",
    "wallboard_push": "event → 200 wallboards",
    "cpu_per_call": "CPU per call, beside Asterisk",
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option("--quick", is_flag=True, help="Fewer calls and shorter windows; figures are rougher.")
@click.option("--alone", is_flag=True, hidden=True)
def main(names: tuple[str, ...], quick: bool, alone: bool) -> None:
    """Run benches (all without NAMES). Exit code 1 when one could not run or missed its budget."""
    if alone:
        _run_here(names[0], quick)
    missed = []
    for name in names or tuple(BENCHES):
        print(f"{name}: {BENCHES[name]}", flush=True)
        # Each in a process of its own: a reactor starts once, and nothing of one bench is
        # left to disturb the next.
        command = [sys.executable, "-m", "bench", name, "--alone", *["--quick"][: int(quick)]]
        if subprocess.run(command, check=False).returncode != 0:
            missed.append(name)
    if missed:
        click.echo(f"not within budget or not run: {', '.join(missed)}", err=True)
        raise SystemExit(1)


def _run_here(name: str, quick: bool) -> None:
    """Run one bench and end the process: 0 when within budget (or it has none)."""
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from twisted.internet import reactor

    from core.aio import in_thread, run_to_the_end

    module = importlib.import_module(f"bench.{name}")

    async def work() -> int:
        try:
            if inspect.iscoroutinefunction(module.run):
                figures = await module.run(quick)
            else:
                figures = await in_thread(module.run, quick)
        except Exception as error:
            print(f"  {name} could not run: {error or type(error).__name__}", flush=True)
            if os.environ.get("BENCH_TRACEBACK"):
                raise
            return 2
        _print(figures)
        _write(name, quick, figures)
        return 0 if figures.get("within_budget", True) else 1

    run_to_the_end(reactor, work)


def _print(figures: Mapping[Any, Any], depth: int = 1) -> None:
    for key, value in figures.items():
        if key == "runs":
            continue
        if isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values()):
            print(f"{'  ' * depth}{key}:")
            _print(value, depth + 1)
            continue
        if isinstance(value, Mapping):
            value = "  ".join(f"{k} {v}" for k, v in value.items())
        print(f"{'  ' * depth}{key}: {value}", flush=True)


def _write(name: str, quick: bool, figures: Mapping[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    found = {
        "bench": name,
        "what": BENCHES[name],
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {
            "cores": os.cpu_count(),
            "processor": _processor(),
            "python": platform.python_version(),
            "kernel": platform.release(),
        },
        "figures": figures,
    }
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()
