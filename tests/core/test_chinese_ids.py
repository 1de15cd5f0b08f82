"""Identity and telephone numbers are told from what cannot be one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chinese_ids import check_digit, identity_fault, phone, phone_complete, phone_fault

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002X", ""),  # the example of GB 11643-1999
        ("11010519491231002x", ""),
        ("440524188001010014", "birth"),
        ("110105194912310021", "check"),
        ("11010519491231002", "length"),
        ("110105491231002", "length"),
        ("100105194912310020", "area"),
        ("110105194913310020", "birth"),
        ("110105202712310020", "birth"),
    ],
)
def test_identity_numbers(number: str, fault: str) -> None:
    assert identity_fault(number, TODAY) == fault


@given(st.text(alphabet="0123456789", min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_one_wrong_digit_always_shows(seventeen: str, at: int, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != seventeen[at]]))
    changed = seventeen[:at] + other + seventeen[at + 1 :]
    assert check_digit(changed) != check_digit(seventeen)


def test_check_digit_of_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="17"):
        check_digit("123")


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("13800138000", ""), ("02087744444", ""), ("075582345678", ""), ("07582345678", ""),
        ("87744444", ""), ("2345678", ""), ("12800138000", "form"), ("1380013800", "form"),
        ("02607744444", "form"), ("123", "length"), ("138001380001234", "length"),
    ],
)  # fmt: skip
def test_telephone_numbers(number: str, fault: str) -> None:
    assert phone_fault(number) == fault


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("00862087744444", "02087744444"),
        ("86774444", "86774444"),
        ("13800138000", "13800138000"),
    ],
)
def test_country_code_is_left_out(said: str, meant: str) -> None:
    assert phone(said) == meant


@pytest.mark.parametrize(
    ("number", "whole"),
    [("13800138000", True), ("02087744444", True), ("07582345678", False),
     ("075582345678", True), ("87744444", False), ("138", False)],
)  # fmt: skip
def test_when_nothing_can_follow(number: str, whole: bool) -> None:
    assert phone_complete(number) is whole
