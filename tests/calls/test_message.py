"""When a spoken message is over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.calls import message
from telephony.calls.message import FRAME_MS, NOTHING_MS, SILENCE_MS, MessageState


def _after(*parts: tuple[bool, int], limit_ms: int = 120_000) -> MessageState:
    """Sound or silence of so many ms, one part after the other; stops where it is over."""
    state = MessageState(limit_ms)
    for sound, ms in parts:
        for _ in range(ms // FRAME_MS):
            if state.over:
                return state
            state = message.step(state, sound)
    return state


@pytest.mark.parametrize(
    ("parts", "over", "seconds"),
    [
        ([], False, 0.0),
        ([(True, 2000)], False, 2.0),
        ([(True, 2000), (False, SILENCE_MS - FRAME_MS)], False, 2.0),
        ([(True, 2000), (False, SILENCE_MS)], True, 2.0),
        ([(True, 1000), (False, 3500), (True, 1000), (False, 3500)], False, 5.5),
        ([(False, NOTHING_MS - FRAME_MS)], False, 0.0),
        ([(False, NOTHING_MS)], True, 0.0),
        ([(False, 5000), (True, 280)], False, 0.0),
        ([(False, 5000), (True, 300)], False, 5.3),
        ([(True, 120_000)], True, 120.0),
    ],
)
def test_silence_ends_it_and_pauses_do_not(
    parts: list[tuple[bool, int]], over: bool, seconds: float
) -> None:
    state = _after(*parts)
    assert (state.over, state.seconds) == (over, seconds)


@given(st.lists(st.booleans(), max_size=600), st.integers(1000, 10_000))
def test_it_never_outlasts_its_limit_nor_counts_more_than_was_there(
    frames: list[bool], limit_ms: int
) -> None:
    state = MessageState(limit_ms)
    for sound in frames:
        if state.over:
            break
        state = message.step(state, sound)
    assert state.at_ms <= limit_ms + FRAME_MS
    assert 0 <= state.seconds * 1000 <= state.at_ms
    assert state.silent_ms + state.spoken_ms <= state.at_ms
