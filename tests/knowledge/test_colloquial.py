"""Words of the regions and the usual ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.colloquial import usual


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("屋里头咋个申请", "家里怎么申请"),
        ("小娃能办不", "孩子能办吗"),
        ("啥时候发几多", "什么时候发多少"),
        ("要不要办", "要不要办"),
        ("低保怎么申请", "低保怎么申请"),
        ("", ""),
    ],
)
def test_usual_words(said: str, read: str) -> None:
    assert usual(said) == read


@given(st.text(max_size=60))
def test_nothing_is_lost_on_the_way(text: str) -> None:
    assert bool(usual(text)) == bool(text)
