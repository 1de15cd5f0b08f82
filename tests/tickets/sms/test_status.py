"""What becomes of a text, attempt by attempt and receipt by receipt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sms.port import Accepted, Refused, Unavailable
from tickets.sms.status import BACKOFF_S, LONGEST_WAIT_S, Receipt, State, Status, step

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DELIVERED, LOST = Receipt(True), Receipt(False, "关机")


def due(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (State(Status.QUEUED, 1), Accepted("r"), State(Status.SENT, 1, "", "r")),
        (State(Status.QUEUED, 2, "down"), Accepted("r"), State(Status.SENT, 2, "", "r")),
        (State(Status.QUEUED, 1), Refused("空号"), State(Status.REFUSED, 1, "空号")),
        (
            State(Status.QUEUED, 1),
            Unavailable("down"),
            State(Status.QUEUED, 1, "down", "", due(BACKOFF_S[0])),
        ),
        (
            State(Status.QUEUED, 2),
            Unavailable("slow", 40),
            State(Status.QUEUED, 2, "slow", "", due(40)),
        ),
        (
            State(Status.QUEUED, 1),
            Unavailable("slow", 99_999),
            State(Status.QUEUED, 1, "slow", "", due(LONGEST_WAIT_S)),
        ),
        (
            State(Status.QUEUED, len(BACKOFF_S) + 1),
            Unavailable("down"),
            State(Status.FAILED, len(BACKOFF_S) + 1, "down"),
        ),
        (State(Status.SENT, 1, "", "r"), DELIVERED, State(Status.DELIVERED, 1, "", "r")),
        (State(Status.SENT, 1, "", "r"), LOST, State(Status.FAILED, 1, "关机", "r")),
        (State(Status.FAILED, 1, "关机"), DELIVERED, State(Status.DELIVERED, 1)),
        (State(Status.DELIVERED, 1), LOST, State(Status.DELIVERED, 1)),
        # The receipt overtook the answer, whose loss then changes nothing.
        (State(Status.QUEUED, 1), DELIVERED, State(Status.DELIVERED, 1)),
        (State(Status.DELIVERED, 1), Accepted("r"), State(Status.DELIVERED, 1, "", "r")),
        (State(Status.FAILED, 1, "关机"), Accepted("r"), State(Status.FAILED, 1, "关机", "r")),
        (State(Status.DELIVERED, 1), Unavailable("down"), State(Status.DELIVERED, 1)),
        (State(Status.REFUSED, 1, "空号"), LOST, State(Status.REFUSED, 1, "空号")),
    ],
)
def test_step(before: State, event: Accepted | Refused | Unavailable, after: State) -> None:
    assert step(before, event, NOW) == after


EVENTS = st.one_of(
    st.builds(Accepted, st.text(max_size=3)),
    st.builds(Refused, st.just("no")),
    st.builds(Unavailable, st.just("down"), st.floats(0, 1e6)),
    st.builds(Receipt, st.booleans(), st.just("why")),
)


@given(st.lists(EVENTS, max_size=20))
def test_only_a_queued_text_is_due_and_what_was_delivered_stays_so(events: list[Accepted]) -> None:
    state, delivered = State(Status.QUEUED, 0, "", "", NOW), False
    for attempts, event in enumerate(events, 1):
        before = State(state.status, attempts, state.reason, state.reference, state.due_at)
        state = step(before, event, NOW)
        assert (state.due_at is not None) == (state.status is Status.QUEUED)
        assert not (delivered and state.status is not Status.DELIVERED)
        delivered = state.status is Status.DELIVERED
