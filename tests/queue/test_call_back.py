"""One call-back: three attempts, results by SIP code, decent hours, cancelled at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.call_back import CallBack, State
from telephony.queue import call_back as machine
from telephony.queue.call_back import (
    Answered,
    Cancel,
    Dial,
    Failed,
    HangUp,
    Leave,
    Note,
    Release,
    Reserved,
    Restarted,
    Wait,
    may_ring,
    outstanding,
    step,
)

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
BACK = CallBack("b", "c", "440106", "+8613800138000", NOW, NOW)


def test_an_agent_is_reserved_the_citizen_answers() -> None:
    back, effects = step(BACK, Reserved("li"), NOW)
    assert (back.state, back.attempts, effects) == (State.DIALLING, 1, (Dial("li"),))
    back, effects = step(back, Answered(), NOW)
    assert (back.state, effects) == (State.DONE, (Note("answered", 200),))
    assert not outstanding(back)


@pytest.mark.parametrize(
    ("code", "result", "minutes"),
    [(486, "busy", 2), (600, "busy", 2), (408, "no_answer", 5), (480, "no_answer", 5),
     (603, "declined", 10), (404, "unreachable", 5), (503, "unreachable", 5)],
)  # fmt: skip
def test_who_does_not_answer_is_rung_again_later(code: int, result: str, minutes: int) -> None:
    back, _ = step(BACK, Reserved("li"), NOW)
    back, effects = step(back, Failed(code), NOW)
    assert back.state is State.WAITING
    assert back.next_at == NOW + timedelta(minutes=minutes)
    assert effects == (Note(result, code), Release(), Leave(), Wait())


def test_three_attempts_and_no_more() -> None:
    back = BACK
    for attempt in (1, 2, 3):
        back, _ = step(back, Reserved("li"), NOW)
        assert back.attempts == attempt
        back, effects = step(back, Failed(486), NOW)
    assert (back.state, effects) == (State.UNREACHED, (Note("busy", 486), Release(), Leave()))
    assert step(back, Reserved("li"), NOW) == (back, (Release(), Leave()))


def test_a_number_that_must_not_be_dialled_is_tried_once() -> None:
    back, _ = step(BACK, Reserved("li"), NOW)
    assert step(back, Failed(403), NOW)[0].state is State.UNREACHED


def test_an_attempt_that_a_restart_cut_off_counts() -> None:
    back, _ = step(BACK, Reserved("li"), NOW)
    back, effects = step(back, Restarted(), NOW)
    assert (back.state, back.attempts) == (State.WAITING, 1)
    assert effects == (Note("interrupted"), Wait())
    assert step(BACK, Restarted(), NOW) == (BACK, (Wait(),))


def test_who_waits_on_the_line_again_is_not_rung() -> None:
    assert step(BACK, Cancel(), NOW)[1] == (Leave(),)
    back, _ = step(BACK, Reserved("li"), NOW)
    back, effects = step(back, Cancel(), NOW)
    assert back.state is State.CANCELLED
    assert effects == (HangUp(), Note("cancelled"), Release(), Leave())
    assert step(back, Answered(), NOW)[1] == (HangUp(),)


@pytest.mark.parametrize(
    ("hour", "asked_before", "rings"),
    [(8, 600, True), (20, 600, True), (21, 600, False), (7, 600, False), (3, 600, False),
     (21, 30, True), (3, 59, True), (3, 61, False)],
)  # fmt: skip
def test_nobody_is_rung_at_night_who_did_not_just_ask(
    hour: int, asked_before: int, rings: bool
) -> None:
    now = datetime(2026, 3, 4, hour, 0, tzinfo=UTC)
    assert may_ring(now - timedelta(minutes=asked_before), now) is rings


EVENTS = st.one_of(
    st.just(Reserved("li")), st.just(Answered()), st.just(Cancel()), st.just(Restarted()),
    st.sampled_from([403, 404, 408, 486, 603, 500]).map(Failed),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=40))
def test_whatever_happens(events: list[machine.Event]) -> None:
    back, dials = BACK, 0
    for event in events:
        before = back
        back, effects = step(back, event, NOW)
        dials += sum(isinstance(each, Dial) for each in effects)
        if before.state is State.DIALLING and back.state is not State.DIALLING:
            # The agent talks with the citizen or is let go; after a restart none is reserved.
            let_go = any(isinstance(each, Release) for each in effects)
            assert let_go or back.state is State.DONE or isinstance(event, Restarted)
            assert any(isinstance(each, Note) for each in effects)
        # What is over stays over, and what waits is told when.
        assert outstanding(before) or back == before
        assert back.attempts == dials <= machine.MOST_ATTEMPTS
