"""Who is read, who is not, and when the process is tried again."""

from __future__ import annotations

from pathlib import Path

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from asr.second_reader import waiting as w
from asr.second_reader.config import SecondReaderSettings

SETTINGS = SecondReaderSettings(Path("nowhere"), most_waiting=2, pace_s=1.0, longest_rest_s=5.0)


def run(*events: tuple[w.Event, float]) -> tuple[w.State, list[w.Effect]]:
    """The last state and effects after these events at these times."""
    state, effects = w.initial(SETTINGS)
    for event, now in events:
        state, effects = w.step(state, event, now, SETTINGS)
    return state, effects


def asked(number: int, deadline: float = 100.0) -> w.Asked:
    return w.Asked(w.Job(number, deadline))


def test_one_at_a_time_in_order() -> None:
    up = (w.Loaded(), 0.0)
    assert run(up, (asked(1), 0))[1] == [w.Send(1)]
    assert run(up, (asked(1), 0), (asked(2), 0))[1] == []
    assert run(up, (asked(1), 0), (asked(2), 0), (w.Answered(), 1))[1] == [w.Send(2)]


def test_nobody_waits_for_a_process_that_is_not_there() -> None:
    assert run((asked(1), 0))[1] == [w.Drop(1)]
    assert run((w.Loaded(), 0), (w.Failed("x"), 0), (asked(1), 0))[1] == [w.Drop(1)]
    assert run((w.Stopped(), 0), (asked(1), 0))[1] == [w.Drop(1)]


def test_who_cannot_be_read_in_time_is_told_at_once() -> None:
    busy = (w.Loaded(), 0.0), (asked(1), 0.0)
    assert run(*busy, (asked(2, 1.9), 0.0))[1] == [w.Drop(2)]
    assert run(*busy, (asked(2, 2.1), 0.0))[1] == []
    assert run(*busy, (asked(2, 2.1), 0.0), (asked(3, 2.9), 0.0))[1] == [w.Drop(3)]


def test_a_slow_machine_refuses_more_but_never_the_first() -> None:
    slow = (w.Loaded(), 0.0), (asked(1), 0.0), (w.Answered(), 10.0)
    assert run(*slow)[0].pace > 3
    assert run(*slow, (asked(2, 10.5), 10.0))[1] == [w.Send(2)]
    assert run(*slow, (asked(2, 20), 10.0), (asked(3, 13), 10.0))[1] == [w.Drop(3)]


def test_the_work_of_a_late_one_is_dropped() -> None:
    busy = (w.Loaded(), 0.0), (asked(1), 0.0), (asked(2), 0.0)
    assert run(*busy, (w.Expired(2), 1))[1] == [w.Drop(2)]
    assert run(*busy, (w.Expired(2), 1), (w.Answered(), 2))[1] == []
    # The one that is being read keeps the process busy until it is done.
    assert run(*busy, (w.Expired(1), 1))[1] == [w.Drop(1)]
    assert run(*busy, (w.Expired(1), 1), (w.Answered(), 2))[1] == [w.Send(2)]
    assert run(*busy, (w.Expired(9), 1))[1] == []


def test_who_is_late_when_the_turn_comes_is_passed_over() -> None:
    busy = (w.Loaded(), 0.0), (asked(1), 0.0), (asked(2, 4), 0.0), (asked(3), 0.0)
    assert run(*busy, (w.Answered(), 5.0))[1] == [w.Drop(2), w.Send(3)]
    assert run((w.Loaded(), 0.0), (asked(1, 2.0), 2.0))[1] == [w.Drop(1)]


def test_rests_grow_and_a_reading_ends_them() -> None:
    state, effects = w.initial(SETTINGS)
    rests = []
    for _ in range(5):
        state, effects = w.step(state, w.Failed("it broke"), 0, SETTINGS)
        assert state.fault == "it broke"
        rests += [effect.seconds for effect in effects if isinstance(effect, w.Rest)]
        state, effects = w.step(state, w.Rested(), 0, SETTINGS)
        assert effects == [w.Load()]
    assert rests == [1.0, 2.0, 4.0, 5.0, 5.0]
    for event in (w.Loaded(), asked(1), w.Answered(), w.Failed("again")):
        state, effects = w.step(state, event, 0, SETTINGS)
    assert effects == [w.Rest(1.0)]


def test_a_fault_from_the_start_is_for_good() -> None:
    state, effects = w.initial(SETTINGS, "no weights")
    assert (state.fault, effects) == ("no weights", [])
    for event in (w.Loaded(), w.Rested(), w.Failed("x"), w.Answered()):
        assert w.step(state, event, 0, SETTINGS) == (state, [])


class Walk(RuleBasedStateMachine):
    """Any order of events: each utterance is answered once at most, and the process gets one."""

    def __init__(self) -> None:
        super().__init__()
        self.state, effects = w.initial(SETTINGS)
        self.now, self.number = 0.0, 0
        self.open: set[int] = set()
        self.sent: list[int] = []
        self.starts = len(effects)

    def on(self, event: w.Event) -> None:
        self.state, effects = w.step(self.state, event, self.now, SETTINGS)
        for effect in effects:
            match effect:
                case w.Drop(number):
                    assert number in self.open
                    self.open.remove(number)
                case w.Send(number):
                    assert number in self.open and self.state.worker is w.Worker.BUSY
                    self.sent.append(number)

    @rule(patience=st.floats(0, 8))
    def ask(self, patience: float) -> None:
        self.number += 1
        self.open.add(self.number)
        self.on(asked(self.number, self.now + patience))

    @rule(data=st.data())
    @precondition(lambda self: self.open)
    def expire(self, data: st.DataObject) -> None:
        self.on(w.Expired(data.draw(st.sampled_from(sorted(self.open)))))

    @rule(after=st.floats(0, 3))
    def wait(self, after: float) -> None:
        self.now += after

    @rule()
    @precondition(lambda self: self.state.worker is w.Worker.BUSY)
    def answer(self) -> None:
        self.open.discard(self.sent[-1])
        self.on(w.Answered())

    @rule(event=st.sampled_from([w.Loaded(), w.Rested(), w.Failed("x")]))
    def change(self, event: w.Event) -> None:
        self.on(event)

    @invariant()
    def the_state_knows_who_waits(self) -> None:
        jobs = {job.number for job in self.state.waiting}
        if self.state.running:
            jobs.add(self.state.running.number)
        assert jobs == self.open
        assert len(self.state.waiting) <= SETTINGS.most_waiting
        assert self.sent == sorted(self.sent)
        busy = self.state.worker is w.Worker.BUSY
        assert busy or not (self.state.running or self.state.waiting)
        assert bool(self.state.fault) != (busy or self.state.worker is w.Worker.IDLE)


TestWalk = Walk.TestCase
TestWalk.settings = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)
