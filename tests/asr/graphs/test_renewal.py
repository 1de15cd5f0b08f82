"""When a build starts: after a quiet minute, never two at once, never for nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.graphs.renewal import LONGEST_S, QUIET_S, Build, Effect, Event, Renewal, Wait, step

CHANGED, DUE, ENDED = Event.CHANGED, Event.DUE, Event.ENDED


@pytest.mark.parametrize(
    ("state", "event", "now", "after", "effects"),
    [
        (Renewal(), CHANGED, 5, Renewal(5), (Wait(QUIET_S),)),
        (Renewal(5), CHANGED, 30, Renewal(5), (Wait(QUIET_S),)),
        (Renewal(0), CHANGED, LONGEST_S - 10, Renewal(0), (Wait(10),)),
        (Renewal(0), CHANGED, LONGEST_S + 10, Renewal(0), (Wait(0),)),
        (Renewal(5), DUE, 65, Renewal(None, True), (Build(),)),
        (Renewal(), DUE, 65, Renewal(), ()),
        (Renewal(None, True), CHANGED, 70, Renewal(70, True), ()),
        (Renewal(70, True), DUE, 130, Renewal(70, True), ()),
        (Renewal(None, True), ENDED, 90, Renewal(), ()),
        (Renewal(70, True), ENDED, 90, Renewal(70), (Wait(QUIET_S),)),
    ],
)
def test_steps(
    state: Renewal, event: Event, now: float, after: Renewal, effects: tuple[Effect, ...]
) -> None:
    assert step(state, event, now) == (after, effects)


@given(st.lists(st.tuples(st.sampled_from(["change", "end"]), st.floats(0, 200)), max_size=40))
def test_every_change_is_built_once_it_is_quiet_and_one_at_a_time(
    happenings: list[tuple[str, float]],
) -> None:
    state, now, due = Renewal(), 0.0, None
    built, changes, running = 0, 0, 0  # numbers of changes: seen by a build, made, in the build

    def send(event: Event) -> None:
        nonlocal state, due, built, running
        if event is DUE:
            due = None
        was = state.building
        state, effects = step(state, event, now)
        for effect in effects:
            if isinstance(effect, Wait):
                assert 0 <= effect.seconds <= QUIET_S
                due = now + effect.seconds
            else:
                assert not was
                running = changes

    for what, later in [*happenings, ("end", 1000), ("end", 1000), ("end", 1000)]:
        until = now + later
        while due is not None and due <= until:
            now = due
            send(DUE)
        now = until
        if what == "change":
            changes += 1
            send(CHANGED)
        elif state.building:
            built = running
            send(ENDED)
    assert built == changes and not state.building and due is None
