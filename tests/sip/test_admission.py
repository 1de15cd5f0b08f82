"""Limits and rates."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.admission import Admission, Arrived, Drain, Left, Verdict, step
from telephony.sip.config import Trunk

ONE = Trunk("one", ("10.0.0.1",), max_calls=3, calls_per_second=2.0, burst=2)
TWO = replace(ONE, name="two", max_calls=100, burst=100)


def test_a_trunk_has_its_own_limit() -> None:
    state = Admission(10)
    wide = replace(ONE, burst=10)
    for _ in range(3):
        state, verdict = step(state, Arrived(wide, False), 0.0)
        assert verdict is Verdict.ADMIT
    state, verdict = step(state, Arrived(wide, False), 0.0)
    assert verdict is Verdict.TRUNK_FULL
    state, _ = step(state, Left("one"), 0.0)
    assert step(state, Arrived(wide, False), 0.0)[1] is Verdict.ADMIT


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    state = Admission(10)
    verdicts = []
    for now in (0.0, 0.0, 0.0, 0.4, 0.5):
        state, verdict = step(state, Arrived(ONE, False), now)
        verdicts.append(verdict)
    rate = Verdict.TRUNK_RATE
    assert verdicts == [Verdict.ADMIT, Verdict.ADMIT, rate, rate, Verdict.ADMIT]


def test_the_whole_line_has_a_limit() -> None:
    state, _ = step(Admission(1), Arrived(ONE, False), 0.0)
    assert step(state, Arrived(TWO, False), 0.0)[1] is Verdict.LINE_FULL


def test_an_urgent_call_passes_every_limit() -> None:
    state, _ = step(Admission(0), Drain(), 0.0)
    for _ in range(20):
        state, verdict = step(state, Arrived(ONE, True), 0.0)
        assert verdict is Verdict.ADMIT
    assert state.calls == 20


def test_a_draining_line_takes_nothing_new() -> None:
    state, _ = step(Admission(10), Drain(), 0.0)
    assert step(state, Arrived(TWO, False), 0.0)[1] is Verdict.DRAINING


def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    state = Admission(10)
    for now in (5.0, 5.0, 1.0):
        state, verdict = step(state, Arrived(ONE, False), now)
    assert verdict is Verdict.TRUNK_RATE
    assert step(state, Arrived(ONE, False), 5.1)[1] is Verdict.TRUNK_RATE


EVENTS = st.one_of(
    st.builds(Arrived, st.sampled_from([ONE, TWO]), st.booleans()),
    st.builds(Left, st.sampled_from(["one", "two", "three"])),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 2)), max_size=80), st.integers(0, 8))
def test_the_limits_hold_for_all_that_is_not_urgent(
    events: list[tuple[Arrived | Left, float]], limit: int
) -> None:
    state, now = Admission(limit), 0.0
    open_calls = {"one": 0, "two": 0, "three": 0}
    for event, wait in events:
        now += wait
        before = state
        state, verdict = step(state, event, now)
        if isinstance(event, Left):
            open_calls[event.trunk] = max(0, open_calls[event.trunk] - 1)
        elif verdict is Verdict.ADMIT:
            open_calls[event.trunk.name] += 1
            if not event.urgent:
                assert before.calls < limit
                assert open_calls[event.trunk.name] <= event.trunk.max_calls
        else:
            assert not event.urgent
        assert state.calls == sum(open_calls.values())
