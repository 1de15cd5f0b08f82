"""What a simulated day is like: who calls when, how long talks take, who works."""

from __future__ import annotations

import random
from dataclasses import dataclass

DAY_S = 86_400
HOUR_S = 3_600

BY_HOUR = (
    1.0, 0.8, 0.7, 0.7, 0.8, 1.2, 2.0, 3.2, 6.3, 7.3, 7.4, 6.8,
    4.6, 5.0, 7.0, 7.3, 7.0, 6.2, 5.0, 4.8, 4.6, 3.8, 2.6, 1.5,
)  # fmt: skip
"""Weights of the hours of a day: two peaks, a dip at noon, few calls at night."""

CLASS_SHARES = {"alarm": 0.003, "emergency": 0.01, "elder": 0.15, "normal": 0.807, "callback": 0.03}
NEEDS = {"粤语": 0.12, "客家话": 0.02, "潮汕话": 0.02, "救助:3": 0.1, "养老": 0.1, "婚姻": 0.06}
HAD = {
    "粤语": 0.5,
    "客家话": 0.25,
    "潮汕话": 0.25,
    "救助": 0.6,
    "养老": 0.6,
    "婚姻": 0.6,
    "紧急": 0.3,
}
AREAS = ("440100", "440106", "440111", "")


@dataclass(frozen=True, slots=True)
class Plan:
    """A day to simulate; times in seconds, means unless said otherwise.

    `agents` are the seats of the busiest hour; at other hours as many are taken as calls come.
    `plain` makes the assumptions of Erlang C hold: the same number of calls in every hour, one
    class, no skills, all seats taken all day, nobody hangs up or takes a break, no time to ring,
    and talk and wrap-up together exponential.
    """

    calls: int = 20_000
    agents: int = 60
    seed: int = 1
    talk_s: float = 115.0
    wrapup_s: float = 20.0
    ring_s: float = 3.0
    patience_s: float = 240.0
    limit_s: float = 600.0
    target_s: float = 15.0
    no_answer: float = 0.004
    no_answer_s: float = 20.0
    break_every_s: float = 7_200.0
    break_s: float = 480.0
    plain: bool = False

    @property
    def handling_s(self) -> float:
        """Talk and wrap-up."""
        return self.talk_s + self.wrapup_s


@dataclass(frozen=True, slots=True)
class Caller:
    """One call of the day: when, of which class, and how long they would wait and talk."""

    call: str
    at: float
    priority: str
    area: str
    needs: tuple[str, ...]
    patience_s: float
    talk_s: float
    wrapup_s: float


def callers(plan: Plan, rng: random.Random) -> list[Caller]:
    """Return the calls of the day in the order of time: a Poisson stream with a rate by hour."""
    weights = (1.0,) * 24 if plan.plain else BY_HOUR
    times: list[float] = []
    for hour, weight in enumerate(weights):
        rate = plan.calls * weight / sum(weights) / HOUR_S
        at = hour * HOUR_S + rng.expovariate(rate)
        while at < (hour + 1) * HOUR_S:
            times.append(at)
            at += rng.expovariate(rate)
    return [_caller(plan, rng, number, at) for number, at in enumerate(times)]


def _caller(plan: Plan, rng: random.Random, number: int, at: float) -> Caller:
    name = f"c{number}"
    if plan.plain:
        handling = rng.expovariate(1 / plan.handling_s)
        return Caller(name, at, "normal", "", (), DAY_S, handling, 0.0)
    (priority,) = rng.choices(tuple(CLASS_SHARES), tuple(CLASS_SHARES.values()))
    needs = tuple(need for need, share in NEEDS.items() if rng.random() < share)
    urgent = priority in ("alarm", "emergency")
    return Caller(
        name,
        at,
        priority,
        rng.choice(AREAS),
        needs,
        DAY_S if urgent else rng.expovariate(1 / plan.patience_s),
        max(5.0, rng.gammavariate(2.0, plan.talk_s / 2)),
        rng.expovariate(1 / plan.wrapup_s),
    )


def staff(plan: Plan, hour: int) -> int:
    """Return how many seats are taken in an hour of the day."""
    if plan.plain:
        return plan.agents
    return max(2, min(plan.agents, round(plan.agents * BY_HOUR[hour % 24] / max(BY_HOUR)) + 2))


def skills(plan: Plan, rng: random.Random) -> tuple[str, ...]:
    """Return what an agent can."""
    if plan.plain:
        return ()
    return tuple(f"{s}:{rng.randint(2, 5)}" for s, share in HAD.items() if rng.random() < share)
