"""Queue and agents in any order of events: nobody twice, nobody lost, nobody passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telephony.queue import agents as machine
from telephony.queue import floor as queueing
from telephony.queue.agents import State, Status
from telephony.queue.floor import Ended, Floor
from telephony.queue.pauses import OVER
from telephony.queue.rules import CLASSES, Pause, Queue, Rules, Widening
from telephony.queue.simulation.checks import Watch
from telephony.queue.waiting import Waiting

RULES = Rules(
    {"main": Queue(widen=(Widening(20, level=1), Widening(40, drop=("*",), areas=True)))},
    {"meal": Pause("meal", "用餐", 1, 1)},
    ageing_s=30,
    reserve_one_in=3,
)
NAMES = st.sampled_from(["li", "wang", "zhao", "chen"])
SKILLS = st.sampled_from([(), ("粤语",), ("救助:4", "粤语:5")])


class Room(RuleBasedStateMachine):
    """A queue with its agents; the outside is kept beside it and compared after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.floor, self.now, self.number = Floor(RULES), 1000.0, 0
        self.watch = Watch()

    def take(self, floor: Floor, ended: tuple[Ended, ...] = ()) -> None:
        self.floor = floor
        for each in ended:
            self.watch.goes(each.call, ("waiting",), each.reason)

    def calls(self, place: str) -> list[str]:
        return [call for call, at in self.watch.where.items() if at == place]

    @rule(name=NAMES, skills=SKILLS)
    def logs_in(self, name: str, skills: tuple[str, ...]) -> None:
        agent = machine.hello(self.floor.agent(name), "t", "", self.now, skills)
        self.floor = queueing.change(self.floor, agent, self.now)
        self.floor, _ = queueing.choose(self.floor, name, Status.READY, "", self.now)

    @rule(name=NAMES, status=st.sampled_from(Status), pause=st.sampled_from(["", "meal", "x"]))
    def chooses(self, name: str, status: Status, pause: str) -> None:
        before = self.floor.agent(name).status
        self.floor, why = queueing.choose(self.floor, name, status, pause, self.now)
        assert self.floor.agent(name).status is (before if why else status)

    @rule(name=NAMES, status=st.sampled_from(Status))
    def is_forced(self, name: str, status: Status) -> None:
        floor, why = queueing.force(self.floor, name, status, "zhou", "培训", self.now)
        assert why or floor.agent(name).forced_by == "zhou"
        self.floor = floor

    @rule(
        priority=st.sampled_from(CLASSES),
        needs=st.sampled_from([(), ("粤语",), ("救助:3",)]),
        front=st.booleans(),
        limit=st.sampled_from([10.0, 600.0]),
    )
    def calls_in(self, priority: str, needs: tuple[str, ...], front: bool, limit: float) -> None:
        self.number += 1
        caller = Waiting(f"c{self.number}", "", priority, needs=needs)
        self.watch.goes(caller.call, ("",), "waiting")
        self.take(*queueing.join(self.floor, caller, front, limit, self.now))

    @precondition(lambda self: self.calls("waiting"))
    @rule(data=st.data(), priority=st.sampled_from(CLASSES))
    def joins_again(self, data: st.DataObject, priority: str) -> None:
        call = data.draw(st.sampled_from(self.calls("waiting")))
        before = self.floor.waiting[call]
        caller = Waiting(call, "", priority)
        self.take(*queueing.join(self.floor, caller, False, 600, self.now))
        after = self.floor.waiting.get(call)
        assert after is None or (after.offered, after.place) == (before.offered, before.place)

    @precondition(lambda self: self.calls("waiting"))
    @rule(data=st.data(), front=st.booleans())
    def is_moved(self, data: st.DataObject, front: bool) -> None:
        call = data.draw(st.sampled_from(self.calls("waiting")))
        self.floor = queueing.move(self.floor, call, front, self.now)
        waiting = self.floor.waiting
        if front and not waiting[call].offered:
            ahead = queueing.ahead(self.floor, call, self.now)
            urgent = sum(w.urgent and not w.offered for w in waiting.values())
            assert ahead is not None and ahead <= urgent

    @rule()
    def decides(self) -> None:
        before = self.floor
        self.floor, offers = queueing.pair(before, self.now)
        self.watch.offered(before, offers, self.now)

    def ringing(self) -> list[Waiting]:
        return [caller for caller in self.floor.waiting.values() if caller.offered]

    @precondition(lambda self: self.ringing())
    @rule(data=st.data())
    def is_answered(self, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(self.ringing()))
        self.watch.goes(caller.call, ("waiting",), "talking")
        self.watch.takes(caller.offered, caller.call)
        self.floor = queueing.talking(self.floor, caller.offered, caller.call, self.now)

    @precondition(lambda self: self.ringing())
    @rule(data=st.data())
    def is_let_ring(self, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(self.ringing()))
        self.floor = queueing.refused(
            self.floor, caller.offered, caller.call, "no answer", self.now
        )
        after = self.floor.waiting[caller.call]
        assert (after.place, after.joined, after.offered) == (caller.place, caller.joined, "")
        agent = self.floor.agent(caller.offered)
        assert (agent.status, agent.reason) == (Status.BREAK, "no answer")

    @precondition(lambda self: self.calls("waiting"))
    @rule(data=st.data())
    def hangs_up(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.calls("waiting")))
        rings = self.floor.waiting[call].offered
        self.watch.goes(call, ("waiting",), "abandoned")
        self.floor = queueing.leave(self.floor, call)
        if rings:
            self.floor = queueing.refused(self.floor, rings, call, "caller gone", self.now)

    @precondition(lambda self: self.watch.talks)
    @rule(data=st.data(), lost=st.booleans())
    def talk_ends(self, data: st.DataObject, lost: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.watch.talks)))
        call = self.watch.talks[name]
        self.watch.ends(name)
        if lost:
            bye = machine.bye(self.floor.agent(name), "t", self.now)
            self.floor = queueing.change(self.floor, bye, self.now)
        self.floor = queueing.done(self.floor, name, call, self.now)
        if lost:
            self.watch.goes(call, ("talking",), "waiting")
            self.take(*queueing.join(self.floor, Waiting(call), True, 600, self.now))
            if call in self.floor.waiting:
                assert self.floor.waiting[call].last_agent == name
        else:
            self.watch.goes(call, ("talking",), "answered")

    @rule(name=NAMES)
    def wraps_up(self, name: str) -> None:
        agent = machine.wrapped_up(self.floor.agent(name), self.now)
        self.floor = queueing.change(self.floor, agent, self.now)

    @rule(seconds=st.sampled_from([1.0, 9.0, 61.0]), alive=st.booleans())
    def time_passes(self, seconds: float, alive: bool) -> None:
        self.now += seconds
        for agent in list(self.floor.agents.values()):
            if alive and agent.tabs:
                beat = machine.heartbeat(agent, "t", self.now)
                self.floor = queueing.change(self.floor, beat, self.now)
        self.take(*queueing.tick(self.floor, frozenset(), False, self.now))

    @invariant()
    def nothing_happens_that_must_not(self) -> None:
        self.watch.compare(self.floor)
        assert not any(self.watch.violations.values()), self.watch.violations

    @invariant()
    def standing_is_told(self) -> None:
        free = [w.call for w in self.floor.waiting.values() if not w.offered]
        ahead = [queueing.ahead(self.floor, call, self.now) for call in free]
        assert sorted(ahead) == list(range(len(free)))
        assert all(queueing.estimate(self.floor, call, self.now) >= 0 for call in free)


Room.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestRoom = Room.TestCase


def _staffed(*names: str, rules: Rules = RULES, now: float = 0) -> Floor:
    floor = Floor(rules)
    for name in names:
        agent = machine.hello(floor.agent(name), "t", "", now)
        floor = queueing.change(floor, machine.want(agent, Status.READY, now), now)
    return floor


def _join(floor: Floor, call: str, now: float, **more: str) -> tuple[Floor, tuple[Ended, ...]]:
    return queueing.join(floor, Waiting(call, **more), False, 600, now)  # type: ignore[arg-type]


def test_ageing_serves_even_who_came_last_in_class_while_newer_elders_keep_coming() -> None:
    """One seat, and a new elder at every moment that it is free: the call-back is served, too."""
    floor = _staffed("li", rules=replace(RULES, reserve_one_in=0))
    floor, _ = _join(floor, "back", 0, priority="callback")
    now, served = 0.0, []
    while "back" not in served and now < 600:
        floor, _ = _join(floor, f"e{now}", now, priority="elder")
        floor, offers = queueing.pair(floor, now)
        for offer in offers:
            served.append(offer.call)
            floor = queueing.talking(floor, offer.agent, offer.call, now)
            floor = queueing.done(floor, offer.agent, offer.call, now + 5)
        now += 5
        floor = queueing.change(floor, machine.wrapped_up(floor.agent("li"), now), now)
        floor = queueing.change(floor, machine.heartbeat(floor.agent("li"), "t", now), now)
    assert "back" in served and now <= 2 * RULES.ageing_s + 10


def test_a_full_queue_sends_on_and_then_away_but_never_who_is_urgent_or_was_in_it() -> None:
    rules = Rules({"main": Queue(most=1, overflow="second"), "second": Queue("second", most=1)})
    floor = queueing.talking(queueing.pair(_join(_staffed("li", rules=rules), "c0", 0)[0], 0)[0],
                             "li", "c0", 0)  # fmt: skip
    floor, _ = _join(floor, "c1", 1)
    floor, _ = _join(floor, "c2", 2)
    assert [floor.waiting[call].queue for call in ("c1", "c2")] == ["main", "second"]
    floor, ended = _join(floor, "c3", 3)
    assert ended == (Ended("c3", "full"),)
    floor, ended = _join(floor, "c1", 4)
    assert not ended
    floor, ended = _join(floor, "c4", 5, priority="emergency")
    assert not ended and len(floor.waiting) == 3


@pytest.mark.parametrize(
    ("closed", "priority", "queue", "ended"),
    [
        ({"main"}, "normal", "duty", ()),
        ({"main", "duty"}, "normal", "", ("closed",)),
        ({"main", "duty"}, "alarm", "main", ()),
        (set(), "normal", "main", ()),
    ],
)
def test_out_of_hours_another_queue_takes_calls_or_none_does(
    closed: set[str], priority: str, queue: str, ended: tuple[str, ...]
) -> None:
    rules = Rules({"main": Queue(after_hours="duty"), "duty": Queue("duty")})
    floor = replace(_staffed("li", rules=rules), closed=frozenset(closed))
    floor, over = _join(floor, "c", 1, priority=priority)
    assert tuple(each.reason for each in over) == ended
    assert not queue or floor.waiting["c"].queue == queue


def test_breaks_have_minutes_and_so_many_at_once() -> None:
    floor = _staffed("li", "wang")
    floor, why = queueing.choose(floor, "li", Status.BREAK, "meal", 10)
    assert why == "" and floor.agent("li").pause == "meal"
    floor, why = queueing.choose(floor, "wang", Status.BREAK, "meal", 11)
    assert why == "已有 1 人在用餐，请稍后再试。"
    assert (floor.agent("wang").status, floor.agent("wang").reason) == (Status.READY, why)
    floor = queueing.tick(floor, frozenset(), False, 71)[0]
    assert floor.agent("li").reason == OVER
    floor, _ = queueing.choose(floor, "li", Status.READY, "", 80)
    floor, why = queueing.choose(floor, "li", Status.BREAK, "meal", 90)
    assert why == "今天的用餐时间（1 分钟）已用完。"
    floor = queueing.tick(floor, frozenset(), True, 91)[0]
    assert queueing.choose(floor, "li", Status.BREAK, "meal", 92)[1] == ""


def test_the_estimate_grows_with_who_is_ahead_and_falls_with_who_is_there() -> None:
    floor = _staffed("li", "wang", rules=Rules())
    for n in range(2):
        floor, _ = queueing.pair(_join(floor, f"t{n}", n)[0], n)
    floor, _ = _join(floor, "c1", 5)
    floor, _ = _join(floor, "c2", 6)
    assert [queueing.estimate(floor, c, 7) for c in ("c1", "c2")] == [120, 240]
    assert queueing.estimate(floor, "t0", 7) == 0 and queueing.ahead(floor, "t0", 7) is None


def test_handling_times_are_learnt() -> None:
    floor = queueing.pair(_join(_staffed("li"), "c", 0)[0], 0)[0]
    floor = queueing.done(queueing.talking(floor, "li", "c", 0), "li", "c", 400)
    floor = queueing.change(floor, machine.wrapped_up(floor.agent("li"), 440), 440)
    assert floor.handling_s == pytest.approx(240 + 0.05 * 200)


def test_who_spoke_about_a_ticket_is_preferred_for_it() -> None:
    floor = _staffed("li", "wang", rules=Rules())
    floor = queueing.pair(_join(floor, "c1", 1, ticket="20260302-000001")[0], 1)[0]
    floor = queueing.talking(floor, "li", "c1", 2)
    floor = queueing.change(floor, machine.wrapped_up(
        queueing.done(floor, "li", "c1", 3).agent("li"), 4), 4)  # fmt: skip
    floor, _ = _join(floor, "c2", 5, ticket="20260302-000001")
    floor, (offer,) = queueing.pair(floor, 5)
    assert (offer.agent, offer.why.by) == ("li", "ticket")


def test_an_agent_is_reserved_and_released_as_they_were() -> None:
    floor = _staffed("li")
    floor, able = queueing.reserve(floor, "li", "c1", False, 1)
    assert able and queueing.reserve(floor, "li", "c2", True, 2)[1] is False
    floor = queueing.release(floor, "li", "c1", 3)
    assert floor.agent("li").free
    floor, _ = queueing.choose(floor, "li", Status.BREAK, "", 4)
    assert queueing.reserve(floor, "li", "c1", False, 5)[1] is False
    assert queueing.reserve(floor, "li", "c1", True, 5)[0].agent("li").state is State.OFFERED
