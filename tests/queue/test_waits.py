"""How long the wait is estimated to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.queue.decide import Waiting, ahead
from telephony.queue.waits import (
    FIRST_GUESS_S,
    LONGEST_S,
    WRAPUP_S,
    Handling,
    after_talk,
    estimate,
)


@pytest.mark.parametrize(
    ("before", "agents", "wait_s"),
    [(0, 1, 180.0), (0, 2, 90.0), (3, 2, 360.0), (9, 10, 180.0), (0, 0, None)],
)
def test_estimate(before: int, agents: int, wait_s: float | None) -> None:
    assert estimate(before, agents, Handling()) == wait_s


def test_talks_are_learnt_slowly_and_one_endless_call_frightens_nobody() -> None:
    handling = Handling()
    for _ in range(200):
        handling = after_talk(handling, 60.0)
    assert handling.mean_s == pytest.approx(60 + WRAPUP_S, abs=2)
    once = after_talk(handling, 1e6)
    assert once.mean_s - handling.mean_s <= (LONGEST_S + WRAPUP_S) / 50
    assert after_talk(Handling(), LONGEST_S).mean_s > FIRST_GUESS_S


@given(st.integers(0, 100), st.integers(1, 50), st.lists(st.floats(0, 5000), max_size=20))
def test_more_agents_wait_less_more_ahead_wait_longer(
    before: int, agents: int, talks: list[float]
) -> None:
    handling = Handling()
    for talk in talks:
        handling = after_talk(handling, talk)
    here, more = estimate(before, agents, handling), estimate(before, agents + 1, handling)
    behind = estimate(before + 1, agents, handling)
    assert here is not None and more is not None and behind is not None
    assert 0 < more < here < behind


def test_how_many_are_ahead() -> None:
    waiting = [Waiting("a", "440106", False, 5.0), Waiting("b", "440106", False, 3.0),
               Waiting("c", "440106", True, 9.0)]  # fmt: skip
    assert [ahead(waiting, call) for call in "cbax"] == [0, 1, 2, None]
