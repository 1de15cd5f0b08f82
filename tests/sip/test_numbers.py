"""Numbers in one form, whatever the carrier sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.numbers import normalise


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("013800138000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("1795113800138000", "+8613800138000"),
        ("075588886666", "+8675588886666"),
        ("0755-8888 6666", "+8675588886666"),
        ("02087654321", "+862087654321"),
        ("4001234567", "+864001234567"),
        ("+85221234567", "+85221234567"),
        ("0085221234567", "+85221234567"),
        ("12349", "12349"),
        ("+8612349", "12349"),
        ("008612345", "12345"),
        ("12349-9", "12349-9"),
        ("123491", "123491"),
        ("110", "110"),
        ("119", "119"),
        ("120", "120"),
        ("122", "122"),
        ("12345", "12345"),
        ("10086", "10086"),
        ("17951", "17951"),
        ("88886666", "88886666"),
        ("sipp", "sipp"),
        ("", ""),
        ("<script>\r\n;", "script"),
        ("１３８", ""),
    ],
)
def test_a_number_is_brought_into_one_form(sent: str, kept: str) -> None:
    assert normalise(sent) == kept


@given(st.text(max_size=200))
def test_any_text_gives_a_safe_word(text: str) -> None:
    word = normalise(text)
    assert len(word) <= 32
    assert word.isascii()
    assert all(char.isalnum() or char in "+*#._-" for char in word)


@given(st.text(alphabet="0123456789+-*# ", max_size=40))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
