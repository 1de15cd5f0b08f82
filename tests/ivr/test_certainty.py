"""How sure the recogniser is of a stretch, and where its words begin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sound import sounds
from ivr.certainty import LONGEST_WORD, Certainty, certainty

CONFIDENCES = st.floats(0, 1, allow_nan=False)
WORDS = st.lists(st.tuples(st.text("起火了去世我办", min_size=1, max_size=5), CONFIDENCES))


@pytest.mark.parametrize(
    ("words", "start", "end", "doubted"),
    [
        ((("我", 0.9), ("失火", 0.9), ("了", 0.9)), 1, 4, False),
        ((("我", 0.9), ("失火", 0.4), ("了", 0.9)), 1, 4, True),
        ((("去世", 1.0), ("火化", 1.0)), 1, 3, True),
        ((("去世", 0.5), ("火化", 1.0)), 1, 3, False),
        ((("老人", 1.0), ("快", 1.0), ("不行", 1.0), ("了", 1.0)), 1, 6, False),
        ((("我家里着火了", 1.0),), 1, 4, False),
        ((("丢了一个字", 0.1),), 1, 4, True),
    ],
    ids=[
        "sure",
        "unsure",
        "inside a sure word",
        "inside an unsure word",
        "long",
        "no words",
        "low",
    ],
)
def test_doubt(words: tuple[tuple[str, float], ...], start: int, end: int, doubted: bool) -> None:
    size = sum(len(sounds(text)) for text, _ in words)
    assert certainty(words, size).doubts(start, end, 0.7) == doubted


def test_words_of_another_length_tell_nothing() -> None:
    assert certainty((("去世", 0.1),), 3) == Certainty()
    assert not Certainty().doubts(0, 2, 1.0)


@settings(deadline=None)
@given(WORDS, st.integers(0, 9), st.integers(1, 6), CONFIDENCES)
def test_more_is_doubted_where_more_is_asked(
    words: list[tuple[str, float]], start: int, size: int, least: float
) -> None:
    syllables = sum(len(sounds(text)) for text, _ in words)
    found = certainty(words, syllables)
    assert len(found.inside) == syllables and max(found.inside, default=0) < LONGEST_WORD
    assert not found.doubts(start, start + size, 0.0)
    if not any(found.inside):
        doubted = [found.doubts(start, start + size, limit) for limit in sorted((0.2, least, 1.0))]
        assert doubted == sorted(doubted)
