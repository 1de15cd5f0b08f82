"""Whatever stretch of a text is asked for, its terms are among the text's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tickets.words import query_terms, terms

ALPHABET = "低保怎么申请 ,。AbＣ1２_"


def test_pairs_and_the_last_character() -> None:
    assert terms("低保申请,OK") == {"低保", "保申", "申请", "请", "ok", "k"}
    assert query_terms("低保 ＯＫ") == ["低保", "ok"]
    assert query_terms("请") == ["请"]
    assert query_terms(" ,。") == []


@given(st.text(alphabet=ALPHABET, max_size=30), st.data())
def test_a_stretch_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = terms(text)
    for term in query_terms(text[start:end]):
        assert any(each.startswith(term) for each in found)
