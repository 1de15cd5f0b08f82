"""An agent's status and state, by table and at random."""

from __future__ import annotations

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telephony.queue import agents as machine
from telephony.queue.agents import HEARTBEAT_S, RETURN_S, WRAPUP_S, Agent, State, Status

tabs = st.sampled_from(["t1", "t2", "t3"])


def _on_duty(now: float = 0) -> Agent:
    return machine.want(machine.hello(Agent("li"), "t1", "440106", now), Status.READY, now)


def test_a_page_brings_an_agent_who_chooses_to_be_ready() -> None:
    agent = machine.hello(Agent("li"), "t1", "440106", 5)
    assert (agent.state, agent.status, agent.area, agent.since) == (
        State.IDLE, Status.OFF, "440106", 5,
    )  # fmt: skip
    assert not agent.free
    assert machine.want(agent, Status.READY, 5).free


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("caller gone", Status.READY),
        ("call is gone", Status.READY),
        ("no answer", Status.BREAK),
        ("declined", Status.BREAK),
    ],
)
def test_who_lets_it_ring_goes_on_break_and_who_lost_the_caller_does_not(
    reason: str, status: Status
) -> None:
    agent = machine.refused(machine.offered(_on_duty(), "c1", 1), "c1", reason, 2)
    assert (agent.state, agent.call, agent.status) == (State.IDLE, "", status)
    assert agent.reason == ("" if status is Status.READY else reason)


def test_a_talk_is_followed_by_wrap_up_which_ends_by_itself() -> None:
    agent = machine.talking(machine.offered(_on_duty(), "c1", 1), "c1", 2)
    agent = machine.done(agent, "c1", 100)
    assert (agent.state, agent.call) == (State.WRAPUP, "c1")
    agent = machine.heartbeat(agent, "t1", 100 + WRAPUP_S - 1)
    assert machine.expire(agent, 100 + WRAPUP_S - 1).state is State.WRAPUP
    after = machine.expire(agent, 100 + WRAPUP_S)
    assert (after.state, after.call) == (State.IDLE, "") and after.free


def test_news_of_another_call_changes_nothing() -> None:
    agent = machine.talking(machine.offered(_on_duty(), "c1", 1), "c1", 2)
    assert machine.done(agent, "c2", 3) == agent
    assert machine.refused(agent, "c2", "no answer", 3) == agent
    assert machine.refused(agent, "c1", "no answer", 3) == agent
    assert machine.talking(agent, "c2", 3) == agent
    assert machine.wrapped_up(agent, 3) == agent


def test_the_last_page_s_end_makes_an_idle_agent_away_and_keeps_a_talk() -> None:
    agent = machine.hello(_on_duty(), "t2", "", 1)
    agent = machine.bye(agent, "t1", 2)
    assert agent.free
    assert machine.bye(agent, "t2", 3).state is State.AWAY
    talks = machine.talking(machine.offered(agent, "c1", 3), "c1", 4)
    assert machine.bye(talks, "t2", 5).state is State.TALKING


def test_who_vanished_in_mid_talk_is_waited_for_a_minute_and_need_not_wrap_up() -> None:
    talks = machine.talking(machine.offered(_on_duty(), "c1", 1), "c1", 2)
    gone = machine.done(machine.bye(talks, "t1", 10), "c1", 10)
    assert (gone.state, gone.call, gone.on_duty, gone.free) == (State.AWAY, "", True, False)
    assert machine.expire(gone, 10 + RETURN_S - 1).on_duty
    assert not machine.expire(gone, 10 + RETURN_S).on_duty
    back = machine.hello(gone, "t2", "", 20)
    assert back.free
    assert not machine.bye(back, "t2", 21).on_duty


def test_a_page_that_falls_silent_is_forgotten_and_one_that_wakes_up_is_back() -> None:
    agent = _on_duty(0)
    assert machine.expire(agent, HEARTBEAT_S).free
    asleep = machine.expire(agent, HEARTBEAT_S + 0.1)
    assert asleep.state is State.AWAY
    awake = machine.heartbeat(asleep, "t1", 60)
    assert awake.free and awake.area == "440106"


def test_a_chosen_status_clears_the_reason_of_a_break() -> None:
    agent = machine.refused(machine.offered(_on_duty(), "c1", 1), "c1", "no answer", 2)
    assert machine.want(agent, Status.READY, 3).reason == ""


def test_what_redis_keeps_comes_back_without_pages_and_calls() -> None:
    agent = machine.talking(machine.offered(_on_duty(), "c1", 1), "c1", 2)
    kept = machine.restored(agent.to_json(), 9)
    assert kept == Agent("li", "440106", Status.READY, State.AWAY, since=9)
    assert json.loads(agent.to_json())["state"] == "talking"


@pytest.mark.parametrize("junk", ["", "{", "[]", "{}", '{"agent": "li"}', "null",
                                  '{"agent": "li", "status": "asleep"}'])  # fmt: skip
def test_junk_in_redis_is_nobody(junk: str) -> None:
    assert machine.restored(junk) is None


def test_what_redis_keeps_of_a_break_comes_back_with_its_minutes() -> None:
    agent = machine.want(_on_duty(), Status.BREAK, 100, "lunch")
    agent = machine.force(agent, Status.BREAK, "zhou", "培训", 160)
    kept = machine.restored(agent.to_json())
    assert kept is not None
    assert (kept.status, kept.forced_by, kept.reason) == (Status.BREAK, "zhou", "培训")
    assert machine.pause_used(kept, "lunch", 500) == 60


def test_the_minutes_of_a_break_run_only_while_no_call_does() -> None:
    agent = machine.talking(machine.offered(_on_duty(), "c1", 10), "c1", 20)
    agent = machine.want(agent, Status.BREAK, 30, "lunch")
    assert machine.pause_used(agent, "lunch", 90) == 0
    agent = machine.wrapped_up(machine.done(agent, "c1", 100), 130)
    assert machine.pause_used(agent, "lunch", 190) == 60
    agent = machine.want(agent, Status.READY, 190)
    assert machine.pause_used(agent, "lunch", 999) == 60
    assert (agent.busy_s, agent.idle_s) == (120, 10)
    assert machine.pause_used(machine.new_day(agent), "lunch", 999) == 0


def test_a_choice_of_ones_own_ends_what_was_forced() -> None:
    agent = machine.force(_on_duty(), Status.OFF, "zhou", "设备故障", 5)
    assert (agent.public()["forced_by"], agent.reason) == ("zhou", "设备故障")
    agent = machine.want(agent, Status.READY, 6)
    assert (agent.forced_by, agent.reason) == ("", "")


def test_what_is_shown_of_an_agent_is_in_milliseconds_since_1970() -> None:
    agent = machine.done(machine.talking(machine.offered(_on_duty(), "c1", 1), "c1", 2), "c1", 9)
    shown = agent.public(1_000)
    assert (shown["since"], shown["wrapup_until"]) == (1_009_000, 1_069_000)
    assert machine.wrapped_up(agent, 10).public(1_000)["wrapup_until"] == 0


def test_who_comes_back_from_a_break_is_not_the_longest_idle() -> None:
    agent = machine.want(machine.want(_on_duty(), Status.BREAK, 10), Status.READY, 600)
    assert agent.since == 600


class Shift(RuleBasedStateMachine):
    """One agent's day: pages, choices and calls in any order; calls come only to who is free."""

    def __init__(self) -> None:
        super().__init__()
        self.agent = Agent("li")
        self.now = 0.0
        self.calls = 0
        self.ringing = ""
        self.connected = ""

    @rule(seconds=st.floats(0, 30))
    def time(self, seconds: float) -> None:
        self.now += seconds
        self.agent = machine.expire(self.agent, self.now)

    @rule(tab=tabs)
    def hello(self, tab: str) -> None:
        self.agent = machine.hello(self.agent, tab, "", self.now)

    @rule(tab=tabs)
    def heartbeat(self, tab: str) -> None:
        self.agent = machine.heartbeat(self.agent, tab, self.now)

    @rule(tab=tabs)
    def bye(self, tab: str) -> None:
        self.agent = machine.bye(self.agent, tab, self.now)

    @rule(status=st.sampled_from(Status), pause=st.sampled_from(["", "lunch", "training"]))
    def want(self, status: Status, pause: str) -> None:
        self.agent = machine.want(self.agent, status, self.now, pause)
        assert self.agent.status is status and self.agent.forced_by == ""
        assert self.agent.pause == (pause if status is Status.BREAK else "")

    @rule(status=st.sampled_from(Status))
    def forced(self, status: Status) -> None:
        state, call = self.agent.state, self.agent.call
        self.agent = machine.force(self.agent, status, "zhou", "培训", self.now)
        assert (self.agent.status, self.agent.forced_by) == (status, "zhou")
        assert (self.agent.state, self.agent.call) == (state, call)

    @precondition(lambda self: self.ringing or self.connected)
    @rule()
    def released(self) -> None:
        call, self.ringing, self.connected = self.ringing or self.connected, "", ""
        self.agent = machine.released(self.agent, call, self.now)

    @precondition(lambda self: self.agent.free)
    @rule()
    def offered(self) -> None:
        assert not self.ringing and not self.connected
        self.calls += 1
        self.ringing = f"c{self.calls}"
        self.agent = machine.offered(self.agent, self.ringing, self.now)

    @precondition(lambda self: self.ringing)
    @rule()
    def takes(self) -> None:
        self.connected, self.ringing = self.ringing, ""
        self.agent = machine.talking(self.agent, self.connected, self.now)

    @precondition(lambda self: self.ringing)
    @rule(reason=st.sampled_from(["no answer", "caller gone", "the browser is gone"]))
    def does_not(self, reason: str) -> None:
        call, self.ringing = self.ringing, ""
        self.agent = machine.refused(self.agent, call, reason, self.now)

    @precondition(lambda self: self.connected)
    @rule()
    def hangs_up(self) -> None:
        call, self.connected = self.connected, ""
        self.agent = machine.done(self.agent, call, self.now)

    @precondition(lambda self: not self.ringing and not self.connected)
    @rule(anyhow=st.booleans())
    def a_colleague_rings(self, anyhow: bool) -> None:
        if machine.reservable(self.agent, anyhow):
            self.ringing = "past the queue"
            self.agent = machine.offered(self.agent, self.ringing, self.now)

    @precondition(lambda self: self.ringing or self.connected)
    @rule()
    def leaves_without_wrap_up(self) -> None:
        call, self.ringing, self.connected = self.ringing or self.connected, "", ""
        self.agent = machine.released(self.agent, call, self.now)

    @rule(call=st.sampled_from(["c0", "c1", "c2"]))
    def late_news(self, call: str) -> None:
        if call not in (self.ringing, self.connected) and call != self.agent.call:
            before = self.agent
            for after in (
                machine.talking(before, call, self.now),
                machine.refused(before, call, "no answer", self.now),
                machine.done(before, call, self.now),
                machine.released(before, call, self.now),
            ):
                assert after == before

    @rule()
    def wrapped_up(self) -> None:
        self.agent = machine.wrapped_up(self.agent, self.now)

    @invariant()
    def state_and_call_belong_together(self) -> None:
        agent = self.agent
        assert (agent.state is State.OFFERED) == bool(self.ringing)
        assert (agent.state is State.TALKING) == bool(self.connected)
        if agent.state in (State.OFFERED, State.TALKING):
            assert agent.call == (self.ringing or self.connected)
        if agent.state in (State.IDLE, State.AWAY):
            assert agent.call == ""
            assert (agent.state is State.IDLE) == bool(agent.tabs)
        assert not agent.free or (agent.tabs and not agent.call)
        assert len({tab for tab, _ in agent.tabs}) == len(agent.tabs)
        assert agent.since <= self.now
        assert agent.busy_s + agent.idle_s + sum(s for _, s in agent.used) <= self.now + 1e-6
        assert 0 <= agent.occupancy <= 1


Shift.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestShift = Shift.TestCase
