"""How long the queue decides: budget < 5 ms with 500 callers who wait and 200 agents."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from telephony.queue.agents import Agent, State, Status
from telephony.queue.decide import Snapshot, decide
from telephony.queue.rules import Queue, Rules, Widening
from telephony.queue.waiting import Waiting

CALLERS, AGENTS = 500, 200
LANGUAGES = ("粤语", "客家话", "潮汕话")
TOPICS = ("救助", "婚姻", "养老", "儿童", "社团", "地名")
AREAS = ("440100", "440106", "440300", "440305", "440600", "441900")
NOW = 10_000.0
BUDGET_MS = 5.0
FREE = {"one agent free": 1, "a tenth free": 20, "all free": AGENTS}


def run(quick: bool) -> dict[str, Any]:
    """Time `decide`: milliseconds of processor time, for one, a tenth and all agents free."""
    rounds = 100 if quick else 1_000
    figures: dict[str, Any] = {"waiting": CALLERS, "agents": AGENTS, "decisions": rounds}
    worst = 0.0
    for name, free in FREE.items():
        rng = random.Random(free)
        times: list[float] = []
        offers: list[int] = []
        for number in range(rounds):
            if number % 20 == 0:
                snapshot = _snapshot(rng, free)
            start = time.thread_time()
            made = decide(snapshot, NOW)
            times.append((time.thread_time() - start) * 1000)
            offers.append(len(made))
        cuts = statistics.quantiles(times, n=100)
        worst = max(worst, cuts[98])
        figures[name] = {
            "offers": round(statistics.mean(offers), 1),
            "p50_ms": round(cuts[49], 2),
            "p95_ms": round(cuts[94], 2),
            "p99_ms": round(cuts[98], 2),
        }
    return {**figures, "budget_p99_ms": BUDGET_MS, "within_budget": worst < BUDGET_MS}


def _snapshot(rng: random.Random, free: int) -> Snapshot:
    callers = [_caller(rng, number) for number in range(CALLERS)]
    agents = [_agent(rng, number, number < free) for number in range(AGENTS)]
    return Snapshot(callers, agents, _rules())


def _rules() -> Rules:
    widen = (Widening(60, level=2), Widening(120, drop=TOPICS))
    return Rules({"main": Queue(widen=widen)}, ageing_s=120, reserve_one_in=20)


def _caller(rng: random.Random, number: int) -> Waiting:
    needs = [rng.choice(TOPICS)] if rng.random() < 0.5 else []
    needs += [rng.choice(LANGUAGES)] if rng.random() < 0.3 else []
    joined = NOW - rng.uniform(0, 300)
    priority = rng.choices(
        ("alarm", "emergency", "elder", "normal", "callback"), (1, 2, 20, 67, 10)
    )[0]
    return Waiting(
        f"c{number}",
        rng.choice(AREAS),
        priority,
        joined,
        joined,
        tuple(f"{need}:{rng.randint(1, 4)}" for need in needs),
        last_agent=f"a{rng.randrange(AGENTS)}" if rng.random() < 0.2 else "",
    )


def _agent(rng: random.Random, number: int, free: bool) -> Agent:
    skills = [*rng.sample(TOPICS, 3), *rng.sample(LANGUAGES, rng.randint(0, 2))]
    return Agent(
        f"a{number}",
        rng.choice(("", "440000", *AREAS)),
        Status.READY,
        State.IDLE if free else State.TALKING,
        since=NOW - rng.uniform(0, 600),
        skills=tuple(f"{skill}:{rng.randint(1, 5)}" for skill in skills),
        busy_s=rng.uniform(0, 9000),
        idle_s=rng.uniform(0, 9000),
    )
