"""The life of a version: what is possible when, by whom, and what follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from knowledge.lifecycle import (
    FROM,
    REVIEW_EVERY,
    Action,
    Effect,
    Event,
    Life,
    Refused,
    State,
    as_of,
    possible,
    step,
)

DAY = date(2026, 3, 1)
TOLD = (Effect.TELL, Effect.NOTIFY)
SILENT = (Effect.SILENCE, Effect.NOTIFY)
DRAFT = Life(authors=("li",))
REVIEW = Life(State.REVIEW, ("li",))
APPROVED = Life(State.APPROVED, ("li",), "chen")
PUBLISHED = Life(State.PUBLISHED, ("li",), "chen", told=True)


@pytest.mark.parametrize(
    ("life", "action", "by", "state", "effects"),
    [
        (DRAFT, Action.EDIT, "wang", State.DRAFT, ()),
        (DRAFT, Action.SUBMIT, "li", State.REVIEW, ()),
        (DRAFT, Action.WITHDRAW, "li", State.WITHDRAWN, ()),
        (REVIEW, Action.APPROVE, "chen", State.APPROVED, ()),
        (REVIEW, Action.SEND_BACK, "chen", State.DRAFT, ()),
        (APPROVED, Action.PUBLISH, "chen", State.PUBLISHED, TOLD),
        (APPROVED, Action.SEND_BACK, "chen", State.DRAFT, ()),
        (PUBLISHED, Action.WITHDRAW, "chen", State.WITHDRAWN, SILENT),
        (PUBLISHED, Action.REPLACE, "chen", State.REPLACED, ()),
        (PUBLISHED, Action.CONFIRM, "chen", State.PUBLISHED, ()),
    ],
)
def test_steps(
    life: Life, action: Action, by: str, state: State, effects: tuple[Effect, ...]
) -> None:
    after, follows = step(life, Event(action, by, "原因"), DAY)
    assert (after.state, follows) == (state, effects)


@pytest.mark.parametrize(
    ("life", "event", "said"),
    [
        (REVIEW, Event(Action.APPROVE, "li"), "另一位同事"),
        (DRAFT, Event(Action.PUBLISH, "chen"), "草稿"),
        (REVIEW, Event(Action.EDIT, "li"), "待审批"),
        (PUBLISHED, Event(Action.WITHDRAW, "chen", " "), "原因"),
        (REVIEW, Event(Action.SEND_BACK, "chen"), "原因"),
        (Life(State.APPROVED, ("li",), "chen", DAY - timedelta(1)), Event(Action.PUBLISH, "c"),
         "有效期已过"),
    ],
)  # fmt: skip
def test_refusals_say_what_to_do(life: Life, event: Event, said: str) -> None:
    with pytest.raises(Refused, match=said):
        step(life, event, DAY)


def test_everybody_who_wrote_is_an_author() -> None:
    life, _ = step(DRAFT, Event(Action.EDIT, "wang"), DAY)
    life, _ = step(life, Event(Action.SUBMIT, "li"), DAY)
    for author in ("li", "wang"):
        with pytest.raises(Refused):
            step(life, Event(Action.APPROVE, author), DAY)


def test_an_approval_does_not_outlive_a_change() -> None:
    life, _ = step(APPROVED, Event(Action.SEND_BACK, "chen", "改一下"), DAY)
    assert (life.state, life.approver) == (State.DRAFT, "")


@pytest.mark.parametrize(("days", "state"), [(0, State.PUBLISHED), (1, State.EXPIRED)])
def test_the_last_day_counts(days: int, state: State) -> None:
    life = Life(State.PUBLISHED, ("li",), "chen", DAY, told=True)
    assert as_of(life, DAY + timedelta(days)).state is state


def test_what_was_told_is_taken_up_again_as_it_was() -> None:
    life, _ = step(PUBLISHED, Event(Action.WITHDRAW, "chen", "错了"), DAY)
    again, effects = step(life, Event(Action.REOPEN, "chen"), DAY)
    assert (again.state, effects) == (State.PUBLISHED, TOLD)
    draft, _ = step(DRAFT, Event(Action.WITHDRAW, "li", "不要了"), DAY)
    again, effects = step(draft, Event(Action.REOPEN, "li"), DAY)
    assert (again.state, effects) == (State.DRAFT, ())


def test_a_review_is_due_ninety_days_after_publishing_or_confirming() -> None:
    life, _ = step(APPROVED, Event(Action.PUBLISH, "chen"), DAY)
    assert life.review_by == DAY + REVIEW_EVERY == DAY + timedelta(90)
    later, _ = step(life, Event(Action.CONFIRM, "chen"), DAY + timedelta(80))
    assert later.review_by == DAY + timedelta(170)


class AnyLife(RuleBasedStateMachine):
    """Anybody does anything on any day."""

    def __init__(self) -> None:
        super().__init__()
        self.life, self.today = Life(valid_to=DAY + timedelta(60)), DAY
        self.wrote: set[str] = set()
        self.approved = False

    @rule(action=st.sampled_from(Action), by=st.sampled_from("abc"), why=st.sampled_from(["", "x"]))
    def act(self, action: Action, by: str, why: str) -> None:
        before = as_of(self.life, self.today)
        allowed = action in possible(before, by, self.today)
        try:
            self.life, effects = step(self.life, Event(action, by, why), self.today)
        except Refused:
            assert not (allowed and why)
            return
        assert allowed and before.state in FROM[action]
        if action is Action.EDIT:
            self.wrote.add(by)
        if action is Action.APPROVE:
            assert by not in self.wrote
            self.approved = True
        if self.life.state is State.DRAFT:
            self.approved = False
        assert (Effect.TELL in effects) == (
            self.life.state is State.PUBLISHED and action is not Action.CONFIRM
        )

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.today += timedelta(days)

    @invariant()
    def nothing_is_told_that_nobody_else_approved(self) -> None:
        if self.life.state in (State.APPROVED, State.PUBLISHED):
            assert self.life.approver and self.life.approver not in self.wrote

    @invariant()
    def the_authors_are_those_who_wrote(self) -> None:
        assert set(self.life.authors) == self.wrote


TestAnyLife = AnyLife.TestCase
