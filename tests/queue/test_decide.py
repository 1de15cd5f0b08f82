"""Who gets whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.area import serves
from telephony.queue.agents import Agent, State, Status
from telephony.queue.decide import Offer, Waiting, anybody, decide

AREAS = ["440000", "440100", "440106", "440300", ""]
states = st.sampled_from(State)
agents = st.builds(
    Agent,
    name=st.sampled_from([f"agent{n}" for n in range(8)]),
    area=st.sampled_from(AREAS),
    status=st.sampled_from(Status),
    state=states,
    since=st.floats(0, 100),
    skills=st.sampled_from([(), ("粤语",), ("客家话", "粤语")]),
)
callers = st.builds(
    Waiting,
    call=st.sampled_from([f"call{n}" for n in range(12)]),
    area=st.sampled_from(AREAS),
    urgent=st.booleans(),
    place=st.floats(0, 100),
    skill=st.sampled_from(["", "粤语", "潮汕话"]),
)
queues = st.lists(callers, unique_by=lambda waiting: waiting.call, max_size=12)
staffs = st.lists(agents, unique_by=lambda agent: agent.name, max_size=8)


def _fits(agent: Agent, caller: Waiting) -> bool:
    speaks = not caller.skill or caller.skill in agent.skills
    return caller.urgent or (speaks and (not agent.area or serves(agent.area, caller.area)))


@given(queues, staffs)
def test_nobody_twice_and_only_who_is_free_and_fits(
    waiting: list[Waiting], staff: list[Agent]
) -> None:
    offers = decide(waiting, staff)
    by_name = {agent.name: agent for agent in staff}
    by_call = {caller.call: caller for caller in waiting}
    assert len({offer.agent for offer in offers}) == len(offers)
    assert len({offer.call for offer in offers}) == len(offers)
    for offer in offers:
        assert by_name[offer.agent].free
        assert _fits(by_name[offer.agent], by_call[offer.call])


@given(queues, staffs)
def test_nobody_waits_while_somebody_who_fits_is_free(
    waiting: list[Waiting], staff: list[Agent]
) -> None:
    offers = decide(waiting, staff)
    busy, served = {offer.agent for offer in offers}, {offer.call for offer in offers}
    for agent in staff:
        for caller in waiting:
            if agent.free and agent.name not in busy and _fits(agent, caller):
                assert caller.call in served


@given(queues, staffs)
def test_no_caller_is_passed_over_for_a_later_or_less_urgent_one(
    waiting: list[Waiting], staff: list[Agent]
) -> None:
    taken = {offer.call: offer.agent for offer in decide(waiting, staff)}
    by_name = {agent.name: agent for agent in staff}
    for first in waiting:
        for second in waiting:
            rank = (not first.urgent, first.place) < (not second.urgent, second.place)
            if rank and first.call not in taken and second.call in taken:
                assert not _fits(by_name[taken[second.call]], first)


@given(queues, staffs)
def test_the_order_in_which_they_are_listed_does_not_matter(
    waiting: list[Waiting], staff: list[Agent]
) -> None:
    assert decide(waiting, staff) == decide(waiting[::-1], staff[::-1])


@given(queues, staffs)
def test_whoever_is_offered_somebody_could_be_had(
    waiting: list[Waiting], staff: list[Agent]
) -> None:
    callers = {caller.call: caller for caller in waiting}
    for offer in decide(waiting, staff):
        caller = callers[offer.call]
        assert anybody(staff, caller.area, caller.urgent, caller.skill)


def _agent(name: str, since: float = 0, area: str = "", state: State = State.IDLE) -> Agent:
    return Agent(name, area, Status.READY, state, since=since)


def test_the_longest_idle_agent_comes_first() -> None:
    waiting = [Waiting("c1", "440106", False, 1)]
    assert decide(waiting, [_agent("b", 5), _agent("a", 9), _agent("c", 7)]) == [Offer("c1", "b")]


def test_an_emergency_comes_before_whoever_waits_longer_and_goes_to_anyone() -> None:
    waiting = [Waiting("old", "440300", False, 1), Waiting("urgent", "440300", True, 99)]
    assert decide(waiting, [_agent("a", area="440106")]) == [Offer("urgent", "a")]


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
    assert bool(decide([Waiting("c", caller, False, 0)], [_agent("a", area=agent)])) == offered


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
    assert anybody([Agent("a", "", status, state)], "440106", False) == hope


def test_a_caller_with_a_language_goes_to_who_speaks_it_and_nobody_waits_behind_them() -> None:
    waiting = [Waiting("c1", "", False, 1, "粤语"), Waiting("c2", "", False, 2)]
    speaks = Agent("b", "", Status.READY, State.IDLE, since=9, skills=("粤语",))
    assert decide(waiting, [_agent("a", 1)]) == [Offer("c2", "a")]
    assert decide(waiting, [_agent("a", 1), speaks]) == [Offer("c1", "b"), Offer("c2", "a")]
    assert not anybody([_agent("a")], "", False, "粤语")
    assert anybody([_agent("a")], "", True, "粤语")
