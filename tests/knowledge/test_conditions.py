"""Which variant is told to whom, and what is asked for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.area import level
from core.asker import AGE, AREA, CONDITIONS, HOUSEHOLD, UNASKED, UNKNOWN, Asker
from knowledge.conditions import Scope, Told, choose

PROVINCE = Scope("440000")
CITY = Scope("440100")
ELSEWHERE = Scope("440300", holds=False)
YOUNG, OLD = Scope("440000", age_to=79), Scope("440000", 80)
HERE, THERE = Scope("440000", household="local"), Scope("440000", household="other")


def settled(*names: str) -> Asker:
    return Asker(settled=frozenset(names))


@pytest.mark.parametrize(
    ("scopes", "asker", "told"),
    [
        # One article is told whatever it asks for, where it holds.
        ([OLD], UNKNOWN, Told(0)),
        ([OLD], Asker(age=50), Told(0)),
        ([ELSEWHERE], UNKNOWN, Told(None, AREA)),
        ([ELSEWHERE], settled(AREA), Told(None)),
        # The nearest area wins; where a part has a variant of its own, the area is asked for.
        ([PROVINCE, CITY], UNKNOWN, Told(1)),
        ([PROVINCE, ELSEWHERE], UNKNOWN, Told(0, AREA)),
        ([PROVINCE, ELSEWHERE], settled(AREA), Told(0)),
        ([PROVINCE, replace(ELSEWHERE, age_from=80)], Asker(age=50), Told(0)),
        # Ages
        ([YOUNG, OLD], UNKNOWN, Told(None, AGE)),
        ([YOUNG, OLD], Asker(age=79), Told(0)),
        ([YOUNG, OLD], Asker(age=80), Told(1)),
        ([PROVINCE, OLD], UNKNOWN, Told(0, AGE)),
        ([PROVINCE, OLD], settled(AGE), Told(0)),
        ([PROVINCE, OLD], Asker(age=85), Told(1)),
        ([YOUNG, OLD], settled(AGE), Told(None)),
        ([Scope("440000", 60, 69), OLD], Asker(age=72), Told(None)),
        # The city's one answer for all from 70 on covers what the province tells those from 80.
        ([OLD, Scope("440100", 70)], UNKNOWN, Told(None)),
        # Household
        ([HERE, THERE], UNKNOWN, Told(None, HOUSEHOLD)),
        ([HERE, THERE], Asker(household="other"), Told(1)),
        ([PROVINCE, HERE], settled(HOUSEHOLD), Told(0)),
        # Area first, then age, then household
        ([YOUNG, OLD, ELSEWHERE, HERE], UNKNOWN, Told(None, AREA)),
        ([YOUNG, OLD, HERE], UNKNOWN, Told(None, AGE)),
        ([replace(HERE, age_from=80), THERE], Asker(age=85), Told(None, HOUSEHOLD)),
        ([replace(HERE, age_from=80), THERE], Asker(age=20), Told(None)),
        ([], UNKNOWN, Told(None)),
    ],
)
def test_choice(scopes: list[Scope], asker: Asker, told: Told) -> None:
    assert choose(scopes, asker) == told


def test_what_the_question_names_is_not_asked_for() -> None:
    assert choose([YOUNG, OLD], UNKNOWN, named=1) == Told(1)
    assert choose([PROVINCE, THERE], UNASKED, named=1) == Told(1)
    assert choose([PROVINCE, OLD], Asker(age=50), named=1) == Told(0)


ages = st.one_of(st.none(), st.integers(0, 120))
scopes_of = st.lists(
    st.builds(
        Scope,
        st.sampled_from(["000000", "440000", "440100", "440106"]),
        ages,
        ages,
        st.sampled_from(["", "local", "other"]),
        st.booleans(),
    ),
    max_size=6,
)
askers = st.builds(
    Asker,
    st.just(""),
    ages,
    st.sampled_from(["", "local", "other"]),
    st.frozensets(st.sampled_from(CONDITIONS)),
)


@given(scopes_of, askers)
def test_nothing_settled_or_known_is_asked_and_what_is_told_holds(
    scopes: list[Scope], asker: Asker
) -> None:
    told = choose(scopes, asker)
    assert told.asks not in asker.settled
    assert not (told.asks == AGE and asker.age is not None)
    assert not (told.asks == HOUSEHOLD and asker.household)
    if told.at is not None:
        assert scopes[told.at].holds
        if len(scopes) > 1:
            assert not scopes[told.at].household or scopes[told.at].household == asker.household


@given(scopes_of, askers)
def test_three_answers_at_most_lead_to_an_end(scopes: list[Scope], asker: Asker) -> None:
    for _ in CONDITIONS:
        asks = choose(scopes, asker).asks
        if not asks:
            break
        known = {AGE: {"age": 72}, HOUSEHOLD: {"household": "local"}}.get(asks, {})
        asker = replace(asker, settled=asker.settled | {asks}, **known)
    assert choose(scopes, asker).asks == ""


@given(scopes_of, st.integers(0, 120), st.sampled_from(["local", "other"]))
def test_no_variant_of_a_nearer_area_is_passed_over(
    scopes: list[Scope], age: int, household: str
) -> None:
    asker = Asker(age=age, household=household, settled=frozenset(CONDITIONS))
    told = choose(scopes, asker)
    if told.at is None or len(scopes) == 1:
        return
    for scope in scopes:
        fits = (scope.age_from or 0) <= age <= (200 if scope.age_to is None else scope.age_to)
        if scope.holds and fits and scope.household in ("", household):
            assert level(scope.area) <= level(scopes[told.at].area)
