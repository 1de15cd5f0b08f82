"""Who gets whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.area import serves
from telephony.queue.agents import Agent, State, Status
from telephony.queue.decide import Offer, Snapshot, anybody, decide
from telephony.queue.reasons import sentence
from telephony.queue.rules import AGED_TO, CLASSES, URGENT, Queue, Rules, Widening
from telephony.queue.skills import able, asked
from telephony.queue.waiting import Waiting, class_of, rank

AREAS = ["440000", "440100", "440106", "440300", ""]
NOW = 100.0
PLAIN = Rules()
states = st.sampled_from(State)
agents = st.builds(
    Agent,
    name=st.sampled_from([f"agent{n}" for n in range(8)]),
    area=st.sampled_from(AREAS),
    status=st.sampled_from(Status),
    state=states,
    since=st.floats(0, 100),
    skills=st.sampled_from([(), ("粤语",), ("客家话", "粤语:5"), ("救助:2",)]),
    busy_s=st.floats(0, 100),
    idle_s=st.floats(0, 100),
)
callers = st.builds(
    Waiting,
    call=st.sampled_from([f"call{n}" for n in range(12)]),
    area=st.sampled_from(AREAS),
    priority=st.sampled_from(CLASSES),
    place=st.floats(0, 100),
    joined=st.floats(0, 100),
    needs=st.sampled_from([(), ("粤语",), ("潮汕话",), ("粤语:4",), ("救助",)]),
    last_agent=st.sampled_from(["", "agent1", "nobody"]),
    ticket_agent=st.sampled_from(["", "agent2"]),
    only=st.sampled_from(["", "", "", "agent3"]),
)
rules = st.builds(
    Rules,
    queues=st.builds(
        lambda order, widen: {"main": Queue(order=order, widen=widen)},
        st.sampled_from([("longest_idle",), ("level", "least_occupied"),
                         ("last_agent", "ticket", "level", "longest_idle")]),
        st.sampled_from([(), (Widening(30, level=1), Widening(60, drop=("*",), areas=True))]),
    ),
    ageing_s=st.sampled_from([0, 20]),
    reserve_one_in=st.sampled_from([0, 3]),
)  # fmt: skip
queues = st.lists(callers, unique_by=lambda waiting: waiting.call, max_size=12)
staffs = st.lists(agents, unique_by=lambda agent: agent.name, max_size=8)


def pairs(
    waiting: list[Waiting], staff: list[Agent], by: Rules = PLAIN, now: float = NOW
) -> list[Offer]:
    return decide(Snapshot(waiting, staff, by), now)


def _fits(agent: Agent, caller: Waiting, by: Rules) -> bool:
    """The rules once more, in other words."""
    if caller.only:
        return agent.name == caller.only
    if caller.priority in URGENT:
        return True
    steps = [w for w in by.queue("main").widen if NOW - caller.joined >= w.after_s]
    needs = [
        (name, min([level, *(step.level for step in steps if step.level)]))
        for name, level in asked(caller.needs)
        if not any(name in step.drop or "*" in step.drop for step in steps)
    ]
    near = not agent.area or serves(agent.area, caller.area) or any(step.areas for step in steps)
    return near and able(agent.skills, needs)


@given(queues, staffs, rules)
def test_nobody_twice_and_only_who_is_free_and_fits(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    offers = pairs(waiting, staff, by)
    by_name = {agent.name: agent for agent in staff}
    by_call = {caller.call: caller for caller in waiting}
    assert len({offer.agent for offer in offers}) == len(offers)
    assert len({offer.call for offer in offers}) == len(offers)
    for offer in offers:
        assert by_name[offer.agent].free
        assert _fits(by_name[offer.agent], by_call[offer.call], by)


@given(queues, staffs, rules)
def test_nobody_waits_while_somebody_who_fits_is_free_and_not_kept_for_emergencies(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    offers = pairs(waiting, staff, by)
    busy, served = {offer.agent for offer in offers}, {offer.call for offer in offers}
    idle = [agent for agent in staff if agent.free and agent.name not in busy]
    kept = by.reserved(sum(agent.on_duty for agent in staff))
    for agent in idle:
        for caller in waiting:
            if _fits(agent, caller, by) and (caller.urgent or len(idle) > kept):
                assert caller.call in served


@given(queues, staffs, rules)
def test_seats_kept_for_emergencies_go_to_nobody_else(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    by_call = {caller.call: caller for caller in waiting}
    free = sum(agent.free for agent in staff)
    kept = by.reserved(sum(agent.on_duty for agent in staff))
    for offer in pairs(waiting, staff, by):
        assert by_call[offer.call].urgent or free > kept
        free -= 1


@given(queues, staffs, rules)
def test_no_caller_is_passed_over_for_one_of_a_later_rank(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    taken = {offer.call: offer.agent for offer in pairs(waiting, staff, by)}
    by_name = {agent.name: agent for agent in staff}
    for first in waiting:
        for second in waiting:
            earlier = rank(first, by, NOW) < rank(second, by, NOW)
            if earlier and first.call not in taken and second.call in taken:
                assert not _fits(by_name[taken[second.call]], first, by)


@given(queues, staffs, rules)
def test_the_order_in_which_they_are_listed_does_not_matter(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    assert pairs(waiting, staff, by) == pairs(waiting[::-1], staff[::-1], by)


@given(queues, staffs, rules)
def test_whoever_is_offered_somebody_could_be_had_and_every_offer_has_its_reasons(
    waiting: list[Waiting], staff: list[Agent], by: Rules
) -> None:
    by_call = {caller.call: caller for caller in waiting}
    for offer in pairs(waiting, staff, by):
        assert anybody(staff, by_call[offer.call], by)
        assert sentence(offer.why).endswith("。")
        assert offer.why.to_dict()["by"] == offer.why.by


@given(callers, st.floats(0, 1e4), st.floats(1, 1e3))
def test_ageing_lifts_by_one_class_at_a_time_and_nobody_above_elders(
    caller: Waiting, waited: float, ageing_s: float
) -> None:
    number = CLASSES.index(caller.priority)
    now = class_of(caller, ageing_s, caller.joined + waited)
    later = class_of(caller, ageing_s, caller.joined + waited + 3 * ageing_s)
    assert min(number, AGED_TO) <= later <= now <= number
    assert later == min(number, AGED_TO)


def _agent(name: str, since: float = 0, **more: object) -> Agent:
    return replace(Agent(name, status=Status.READY, state=State.IDLE, since=since), **more)  # type: ignore[arg-type]


def test_the_longest_idle_agent_comes_first() -> None:
    (offer,) = pairs([Waiting("c1")], [_agent("b", 5), _agent("a", 9), _agent("c", 7)])
    assert (offer.agent, offer.why.by, offer.why.others) == ("b", "longest_idle", 2)
    assert "空闲最久（95 秒），另有 2 人可接" in sentence(offer.why)


def test_an_emergency_comes_before_whoever_waits_longer_and_goes_to_anyone() -> None:
    waiting = [Waiting("old", "440300", place=1), Waiting("urgent", "440300", "emergency", 99)]
    assert [o.call for o in pairs(waiting, [_agent("a", area="440106")])] == ["urgent"]


def test_classes_are_served_in_their_order() -> None:
    waiting = [Waiting(each, priority=each, place=9 - n) for n, each in enumerate(CLASSES)]
    for count in range(1, 6):
        staff = [_agent(f"a{n}") for n in range(count)]
        assert {o.call for o in pairs(waiting, staff)} == set(CLASSES[:count])


def test_an_emergency_prefers_who_knows_them_then_who_could_take_it_anyway() -> None:
    knows = _agent("d", 9, skills=("紧急:4",), area="440300")
    near, far = _agent("b", 8, area="440106"), _agent("a", 1, area="440300")
    caller = Waiting("c1", "440106", "alarm")
    order = []
    staff = [near, far, knows]
    while staff:
        (offer,) = pairs([caller], staff)
        order.append((offer.agent, offer.why.by))
        staff = [agent for agent in staff if agent.name != offer.agent]
    assert order == [("d", "emergency"), ("b", "able"), ("a", "only")]


@pytest.mark.parametrize(
    ("agent", "caller", "offered"),
    [
        ("440100", "440106", True),
        ("440106", "440100", False),
        ("440106", "440106", True),
        ("440300", "440106", False),
        ("", "440106", True),
        ("440106", "", False),
    ],
)
def test_agents_take_calls_of_their_area_and_those_below_it(
    agent: str, caller: str, offered: bool
) -> None:
    assert bool(pairs([Waiting("c", caller)], [_agent("a", area=agent)])) == offered


@pytest.mark.parametrize(
    ("state", "status", "hope"),
    [
        (State.IDLE, Status.READY, True),
        (State.TALKING, Status.READY, True),
        (State.WRAPUP, Status.READY, True),
        (State.AWAY, Status.READY, False),
        (State.IDLE, Status.BREAK, False),
        (State.IDLE, Status.OFF, False),
    ],
)
def test_who_is_on_duty_may_be_waited_for(state: State, status: Status, hope: bool) -> None:
    assert anybody([Agent("a", "", status, state)], Waiting("c", "440106"), PLAIN) == hope


def test_a_caller_with_a_language_goes_to_who_speaks_it_and_nobody_waits_behind_them() -> None:
    waiting = [Waiting("c1", place=1, needs=("粤语",)), Waiting("c2", place=2)]
    speaks = _agent("b", 9, skills=("粤语",))
    (offer,) = pairs(waiting, [_agent("a", 1)])
    assert (offer.call, offer.why.passed) == ("c2", 1)
    assert pairs(waiting, [_agent("a", 1), speaks]) == [
        Offer("c1", "b", offer.why), Offer("c2", "a", offer.why),
    ]  # fmt: skip
    assert not anybody([_agent("a")], Waiting("c", needs=("粤语",)), PLAIN)
    assert anybody([_agent("a")], Waiting("c", priority="emergency", needs=("粤语",)), PLAIN)


@pytest.mark.parametrize(
    ("order", "chosen", "by"),
    [
        (("longest_idle",), "idle", "longest_idle"),
        (("least_occupied",), "fresh", "least_occupied"),
        (("level", "longest_idle"), "able", "level"),
        (("last_agent", "longest_idle"), "last", "last_agent"),
        (("ticket", "last_agent"), "case", "ticket"),
    ],
)
def test_the_queue_says_which_of_several_agents_is_taken(
    order: tuple[str, ...], chosen: str, by: str
) -> None:
    usual = {"skills": ("救助:2",), "busy_s": 50.0, "idle_s": 50.0}
    staff = [
        _agent("last", 5, **usual),
        _agent("case", 6, **usual),
        _agent("idle", 1, **usual),
        _agent("fresh", 7, **{**usual, "busy_s": 10.0}),
        _agent("able", 8, **{**usual, "skills": ("救助:5",)}),
    ]
    caller = Waiting("c", needs=("救助",), last_agent="last", ticket_agent="case")
    (offer,) = pairs([caller], staff, Rules({"main": Queue(order=order)}))
    assert (offer.agent, offer.why.by) == (chosen, by)


def test_who_had_the_caller_before_is_not_waited_for() -> None:
    busy = replace(_agent("last"), state=State.TALKING)
    (offer,) = pairs([Waiting("c", last_agent="last")], [busy, _agent("b")])
    assert offer.agent == "b"


@pytest.mark.parametrize(
    ("waited", "takers"),
    [(0, {"expert"}), (30, {"expert", "able"}), (60, {"expert", "able", "anyone"}),
     (90, {"expert", "able", "anyone", "far"})],
)  # fmt: skip
def test_what_is_asked_for_widens_with_time(waited: float, takers: set[str]) -> None:
    widen = (Widening(30, level=2), Widening(60, drop=("救助",)), Widening(90, areas=True))
    by = Rules({"main": Queue(widen=widen)})
    staff = [_agent("expert", skills=("救助:4",)), _agent("able", skills=("救助:2",)),
             _agent("anyone"), _agent("far", area="440300")]  # fmt: skip
    caller = Waiting("c", "440106", needs=("救助:4",), joined=NOW - waited)
    assert {agent.name for agent in staff if pairs([caller], [agent], by)} == takers
    (offer,) = pairs([caller], [staff[-1] if waited == 90 else staff[0]], by)
    if waited == 90:
        assert offer.why.given_up == ("救助:4",) and offer.why.any_area
        assert "久等后不再要求救助:4；久等后不限区域" in sentence(offer.why)


def test_seats_are_kept_for_emergencies_as_agents_on_duty_allow() -> None:
    by = Rules(reserve_one_in=3)
    staff = [_agent(f"a{n}") for n in range(3)]
    many = [Waiting(f"c{n}", place=n) for n in range(9)]
    assert len(pairs(many, staff, by)) == 2
    assert len(pairs(many, staff[:2], by)) == 2
    assert len(pairs([*many, Waiting("e", priority="emergency")], staff, by)) == 2
    urgent = [Waiting(f"e{n}", priority="emergency") for n in range(3)]
    assert len(pairs(urgent, staff, by)) == 3


def test_only_one_agent_may_take_a_call_that_is_for_them() -> None:
    caller = Waiting("c", needs=("粤语",), only="b")
    assert pairs([caller], [_agent("a", skills=("粤语",))]) == []
    assert [o.agent for o in pairs([caller], [_agent("a"), _agent("b", 9)])] == ["b"]
