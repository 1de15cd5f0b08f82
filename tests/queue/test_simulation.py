"""A simulated day: nothing that must not happen does, and Erlang C is met where it holds."""

from __future__ import annotations

import pytest

from telephony.queue import rules_file
from telephony.queue.rules import Rules
from telephony.queue.simulation.day import Day
from telephony.queue.simulation.plan import Plan
from telephony.queue.simulation.report import figures, table


def test_a_day_with_the_shipped_rules_violates_nothing_and_every_call_ends_once() -> None:
    plan = Plan(calls=1_500, agents=6, seed=3)
    day = Day(plan, rules_file.load())
    found = figures(plan, day, day.run())
    assert not any(found["violations"].values()), found["violations"]
    assert found["calls"] == found["answered"] + found["abandoned"] + sum(found["ended"].values())
    assert "violations: agent_in_two_calls 0" in table(found)


def test_the_service_level_is_that_of_erlang_c_where_its_assumptions_hold() -> None:
    plan = Plan(10_000, 13, 1, talk_s=70, wrapup_s=20, plain=True)
    day = Day(plan, Rules())
    found = figures(plan, day, day.run())
    assert found["service_level"] == pytest.approx(found["erlang_c"]["service_level"], abs=0.02)
    assert found["occupancy"] == pytest.approx(found["erlang_c"]["occupancy"], abs=0.02)
