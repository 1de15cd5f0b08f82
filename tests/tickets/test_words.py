"""Whatever stretch of a text is asked for, its terms are among the text's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.words import searchable, terms

ALPHABET = "低保怎么申请 ,。AbＣ1２_"


def test_pairs_of_neighbours() -> None:
    assert terms("低保申请,OK") == {"低保", "保申", "申请", "ok"}
    assert terms("低保 ＯＫ") == {"低保", "ok"}
    assert terms("请 ,。") == set()


@pytest.mark.parametrize(("text", "can"), [("低保", True), ("请", False), (" 低 a。", False)])
def test_what_can_be_searched(text: str, can: bool) -> None:
    assert searchable(text) is can


@given(st.text(alphabet=ALPHABET, max_size=30), st.data())
def test_a_stretch_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert terms(text[start:end]) <= terms(text)
