"""Chains of phrases: their shares, what is one of them in a sentence, and lists that are wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.evaluation.corpora import load as load_corpora
from asr.graphs.acceptor import Acceptor
from asr.graphs.classes import add_chains, marker, own_phrases, places, tree_of
from asr.graphs.texts import PLACES
from tests.asr.graphs.kit import words

WORDS = words()
SOME = ("广州", "天河区", "区", "街道", "一", "二")
PHRASES = st.dictionaries(
    st.lists(st.sampled_from(SOME), min_size=1, max_size=4).map(tuple),
    st.floats(0.1, 100),
    min_size=1,
    max_size=12,
)


@given(PHRASES, st.sampled_from([0.5, 1.0]))
def test_each_phrase_costs_what_its_weight_says(
    phrases: dict[tuple[str, ...], float], weight: float
) -> None:
    acceptor = Acceptor()
    end = acceptor.state()
    acceptor.finals[end] = 0.0
    add_chains(acceptor, tree_of(phrases.items()), 0, end, WORDS, weight)
    acceptor.check()
    total = sum(phrases.values())
    for phrase, share in phrases.items():
        cost = acceptor.cheapest([WORDS.numbers[word] for word in phrase])
        assert cost == pytest.approx(weight * -math.log(share / total), abs=1e-6)
    assert acceptor.cheapest([WORDS.numbers["低保"]]) == math.inf


def test_the_longest_phrase_in_a_sentence_is_marked() -> None:
    root = tree_of([(["广州"], 1), (["广州", "天河"], 1), (["天河", "区", "一"], 1)])
    said = ["我", "在", "广州", "天河", "区", "二", "广州"]
    assert marker(root, "<p>", said) == ["我", "在", "<p>", "区", "二", "<p>"]


def test_every_street_of_the_evaluation_is_a_place() -> None:
    known = {tuple(phrase) for phrase, _ in places(PLACES, WORDS)}
    streets = load_corpora().streets
    assert len(streets) > 1600
    # The one that differs is the office of 新城街道 in Meizhou.
    unknown = [name for name in streets if tuple(WORDS.spell(name)) not in known]
    assert unknown == ["新城办事处街道"]
    assert {("广州",), ("天河区",)} <= known


def test_an_operators_phrases_have_weights(tmp_path: Path) -> None:
    file = tmp_path / "phrases.txt"
    file.write_text("# ours\n\n平安钟\n长者饭堂\t5  # often\n", encoding="utf-8")
    assert [weight for _, weight in own_phrases(file, WORDS)] == [1.0, 5.0]
    assert ["".join(phrase) for phrase, _ in own_phrases(file, WORDS)] == ["平安钟", "长者饭堂"]


@pytest.mark.parametrize(
    "line", ["ABC", "低保\tmuch", "低保\t0", "低保\t-1", "低保\tnan", "低保\tinf"]
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "phrases.txt"
    file.write_text(f"低保\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        own_phrases(file, WORDS)
