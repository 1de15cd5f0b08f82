"""Which numbers go out: class by class, prefix by prefix, and no more than the quota."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.calls.dialling import Quota, Rules, class_of, fault, target_of
from telephony.calls.parties import Kind, Target

OPEN = Rules(frozenset({"local", "mobile", "national"}), ("+86",), "+86755", 30)


@pytest.mark.parametrize(
    "number, kind",
    [
        ("+8613800138000", "mobile"), ("+8675512345678", "local"), ("+862012345678", "national"),
        ("+861012345678", "national"),
    ],
)  # fmt: skip
def test_classes(number: str, kind: str) -> None:
    assert class_of(number, OPEN) == kind
    assert fault(number, OPEN, 0) == ""
    others = Rules(OPEN.classes - {kind}, OPEN.prefixes, OPEN.local)
    assert "这一类号码" in fault(number, others, 0)


@pytest.mark.parametrize(
    "number",
    ["110", "119", "120", "12345", "+85221234567", "+19002345678", "+864001234567", "+999123456789",
     "+86110", "", "abc", "+861380013800"],
)  # fmt: skip
def test_what_never_goes_out(number: str) -> None:
    assert fault(number, OPEN, 0)


@pytest.mark.parametrize("number", ["110", "0085221234567", "4001234567", "sip:120@127.0.0.1", "#"])
def test_however_it_is_written(number: str) -> None:
    assert isinstance(target_of(f"number:{number}", "li", OPEN, Quota(), 0.0), str)


def test_only_prefixes_on_the_list_go_out() -> None:
    rules = Rules(OPEN.classes, ("+86138", "+86755"), OPEN.local)
    assert fault("+8613800138000", rules, 0) == ""
    assert "范围" in fault("+8615900138000", rules, 0)
    nothing = Rules(OPEN.classes, (), OPEN.local)
    assert "范围" in fault("+8613800138000", nothing, 0)


def test_a_number_is_shown_masked_and_dialled_whole() -> None:
    found = target_of("number:138 0013 8000", "li", OPEN, Quota(), 0.0)
    assert found == Target(Kind.NUMBER, "+86138****8000", "+8613800138000")


def test_other_targets() -> None:
    rules, quota = Rules(agencies={"120": "sip:120@127.0.0.1"}), Quota()
    assert target_of("agent:wang", "li", rules, quota, 0) == Target(Kind.AGENT, "wang")
    assert target_of("queue:", "li", rules, quota, 0) == Target(Kind.QUEUE, "")
    assert target_of("agency:120", "li", rules, quota, 0) == Target(
        Kind.AGENCY, "120", "sip:120@127.0.0.1"
    )
    for wrong in ("agent:", "agent:Wang Wu", "agency:110", "pigeon:1", "", ":"):
        assert isinstance(target_of(wrong, "li", rules, quota, 0), str)
    assert quota.used("li", 0) == 0, "only numbers count"


@given(st.lists(st.tuples(st.sampled_from(["li", "wang"]), st.floats(0, 3000)), max_size=60))
def test_nobody_dials_more_than_the_quota_within_an_hour(
    asked: list[tuple[str, float]],
) -> None:
    rules, quota, now = Rules(per_hour=5), Quota(), 0.0
    done: dict[str, list[float]] = {"li": [], "wang": []}
    for agent, pause in asked:
        now += pause
        if isinstance(target_of("number:13800138000", agent, rules, quota, now), Target):
            done[agent].append(now)
        for times in done.values():
            assert len([at for at in times if now - at < 3600]) <= 5


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    target_of(f"number:{text}", "li", OPEN, Quota(), 0.0)
    target_of(text, "li", OPEN, Quota(), 0.0)
