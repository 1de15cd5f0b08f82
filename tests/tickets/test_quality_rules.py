"""The pure parts of quality: scores, draws, results, and who may still do what."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data_file import DataFault
from tickets.quality.form import FILE, Form, FormError, Item, Mark, load_rules
from tickets.quality.results import (
    APPEAL_WITHIN,
    QualityError,
    check_appeal,
    check_decision,
    check_review,
    result,
)
from tickets.quality.sampling import Candidate, Sampling, Why, draw

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FORM, RULES = load_rules()
SMALL = Form(
    1, "form", 80, 10,
    (Item("a", "甲", 10, "x"), Item("b", "乙", 30, "x"), Item("c", "丙", 60, "x", fatal=True)),
)  # fmt: skip
MARKS = st.sampled_from(list(Mark))


@pytest.mark.parametrize(
    ("marks", "score"),
    [
        ("full full full", 100.0), ("not full full", 90.0), ("partly partly full", 80.0),
        ("not not partly", 30.0), ("full full not", 0.0), ("na full full", 100.0),
        ("na na partly", 50.0), ("partly not na", 12.5), ("full partly na", 62.5),
    ],
)  # fmt: skip
def test_score_is_the_weighted_mean_of_what_applies(marks: str, score: float) -> None:
    answers = dict(zip("abc", marks.split(), strict=True))
    assert SMALL.score(answers) == score


@given(st.fixed_dictionaries({item.key: MARKS for item in FORM.items}), st.data())
def test_a_better_mark_never_costs_points(answers: dict[str, Mark], data: st.DataObject) -> None:
    order = [Mark.NOT, Mark.PARTLY, Mark.FULL]
    if all(mark is Mark.NOT_APPLICABLE for mark in answers.values()):
        with pytest.raises(FormError, match="至少"):
            FORM.score(answers)
        return
    before = FORM.score(answers)
    assert 0 <= before <= 100
    key = data.draw(st.sampled_from(sorted(answers)))
    mark = answers[key]
    if mark in order[:2]:
        assert FORM.score({**answers, key: order[order.index(mark) + 1]}) >= before


def test_missing_and_unknown_marks_are_named() -> None:
    for answers in ({"a": "full", "b": "full"}, {"a": "full", "b": "full", "c": "great"}):
        with pytest.raises(FormError, match="“丙”还没有评"):
            SMALL.score(answers)


def test_kept_form_is_the_form() -> None:
    assert Form.kept(FORM.content()) == FORM
    assert sum(item.weight for item in FORM.items) == 100


def test_faults_of_the_rules_name_their_line(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    file = tmp_path / "rules.yaml"
    for old, new, said in (
        ("key: closing", "key: opening", "two items are called opening"),
        ("weight: 30", "weight: -1", "less than or equal to the minimum"),
        ("  share: 0.03", "  shares: 0.03", "'share' is a required"),
    ):
        file.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DataFault, match=rf"rules\.yaml:\d+: .*{said}"):
            load_rules(file)


def calls(
    count: int, agent: str = "wang", first: int = 1, complaint: int = 0, long: int = 0
) -> list[Candidate]:
    """So many calls, the first ones with complaints, the last ones with long waits."""
    return [
        Candidate(first + n, agent, n < complaint, 900.0 if n >= count - long else 5.0)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "share", "at_least", "drawn"),
    [
        (0, 0.03, 1, 0), (1, 0.03, 1, 1), (100, 0.03, 1, 3), (101, 0.03, 1, 4), (100, 0.07, 0, 7),
        (10, 0.0, 0, 0), (10, 0.0, 3, 3), (2, 0.0, 3, 2), (10, 1.0, 0, 10),
    ],
)  # fmt: skip
def test_share_of_each_agent(count: int, share: float, at_least: int, drawn: int) -> None:
    rules = Sampling(share, at_least, True, 180)
    both = calls(count) + calls(count, "li", 1000)
    found = draw("2026-W09", both, {}, rules)
    assert set(found.values()) <= {Why.RANDOM}
    assert len([ticket for ticket in found if ticket < 1000]) == drawn
    assert len(found) == 2 * drawn


@given(st.integers(0, 60), st.integers(0, 8), st.integers(0, 8), st.floats(0, 1), st.randoms())
def test_draws_hold_their_rules(
    count: int, complaints: int, long: int, share: float, chance: random.Random
) -> None:
    rules = Sampling(share, 1, True, 180)
    week = calls(count, complaint=complaints, long=long)
    found = draw("2026-W09", week, {}, rules)
    shuffled = week.copy()
    chance.shuffle(shuffled)
    assert draw("2026-W09", shuffled, {}, rules) == found
    assert draw("2026-W09", week, found, rules) == {}
    for call in week:
        if call.complaint:
            assert found[call.ticket] is Why.COMPLAINT
        elif call.waited_s > 180:
            assert found[call.ticket] is Why.LONG_WAIT
    by_chance = sum(why is Why.RANDOM for why in found.values())
    others = len(found) - by_chance
    assert by_chance == min(max(1, math.ceil(share * count - 1e-9)), count - others)


@given(st.integers(1, 40), st.integers(1, 40))
def test_later_calls_only_add(before: int, more: int) -> None:
    rules = Sampling(0.1, 1, True, 180)
    first = draw("2026-W09", calls(before), {}, rules)
    second = draw("2026-W09", calls(before + more), first, rules)
    assert not set(first) & set(second)
    assert len(first) + len(second) == max(1, math.ceil((before + more) * 0.1 - 1e-9))


def test_each_week_has_its_own_lot() -> None:
    rules = Sampling(0.1, 1, False, 1e9)
    draws = {frozenset(draw(f"2026-W{week:02}", calls(100), {}, rules)) for week in range(1, 20)}
    assert len(draws) > 15


@pytest.mark.parametrize(
    ("scores", "decided", "expected"),
    [
        ([80.0], None, (80.0, None, False)), ([80.0, 90.0], None, (85.0, 10.0, False)),
        ([70.0, 90.0], None, (80.0, 20.0, True)), ([70.0, 90.0], 88.0, (88.0, 20.0, False)),
    ],
)  # fmt: skip
def test_two_reviews_and_a_decision(
    scores: list[float], decided: float | None, expected: tuple[float, float | None, bool]
) -> None:
    found = result(scores, decided, 10)
    assert (found.score, found.difference, found.apart) == expected


def test_items_marked_differently_are_named() -> None:
    one, two = {"a": "full", "b": "not", "c": "full"}, {"a": "full", "b": "full", "c": "full"}
    assert [item.key for item in SMALL.apart(one, two)] == ["b"]


@pytest.mark.parametrize(
    ("reviewer", "agent", "reviewers", "appealed", "said"),
    [
        ("zhi", "wang", (), False, ""), ("zhi", "wang", ("he",), False, ""),
        ("zhi", "wang", ("zhi", "he"), False, ""), ("wang", "wang", (), False, "自己的"),
        ("zhi", "", (), False, "没有话务员"), ("zhi", "wang", ("zhi",), True, "已经申诉"),
        ("zhi", "wang", ("he", "ma"), False, "两个人"),
    ],
)  # fmt: skip
def test_who_may_score(
    reviewer: str, agent: str, reviewers: tuple[str, ...], appealed: bool, said: str
) -> None:
    if not said:
        check_review(reviewer, agent, reviewers, appealed)
        return
    with pytest.raises(QualityError, match=said):
        check_review(reviewer, agent, reviewers, appealed)


@pytest.mark.parametrize(
    ("why", "age", "appealed", "said"),
    [
        ("录音三十秒处说了", timedelta(days=7), False, ""), (" ", timedelta(), False, "理由"),
        ("晚", APPEAL_WITHIN + timedelta(seconds=1), False, "超过7天"),
        ("再来", timedelta(), True, "一次"), ("x" * 1001, timedelta(), False, "最多1000字"),
        ("没有", None, False, "还没有质检结果"),
    ],
)  # fmt: skip
def test_when_an_agent_may_object(
    why: str, age: timedelta | None, appealed: bool, said: str
) -> None:
    reviewed = None if age is None else NOW - age
    if not said:
        check_appeal(why, reviewed, NOW, appealed)
        return
    with pytest.raises(QualityError, match=said):
        check_appeal(why, reviewed, NOW, appealed)


@pytest.mark.parametrize(
    ("decision", "score", "reply", "decided", "said"),
    [
        ("kept", None, "维持", False, ""), ("changed", 0.0, "改", False, ""),
        ("changed", None, "改", False, "0到100"), ("changed", 101.0, "改", False, "0到100"),
        ("changed", math.nan, "改", False, "0到100"), ("perhaps", 80.0, "改", False, "请选择"),
        ("kept", None, "", False, "答复"), ("kept", None, "又", True, "已经裁定"),
    ],
)  # fmt: skip
def test_what_decides_an_appeal(
    decision: str, score: float | None, reply: str, decided: bool, said: str
) -> None:
    if not said:
        check_decision(decision, score, reply, decided)
        return
    with pytest.raises(QualityError, match=said):
        check_decision(decision, score, reply, decided)
