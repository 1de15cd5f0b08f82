"""The graph of sentences: what follows what adds up, and nothing that can be said is left out."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.graphs.acceptor import NOTHING, Acceptor
from asr.graphs.making import count
from asr.graphs.openspeech import syllables
from asr.graphs.sentences import Language, sentence_graph
from asr.graphs.texts import OwnTexts, Sources
from asr.training.units import word_syllables
from tests.asr.graphs.kit import SMALL, sources, words

WORDS = words()
PLAN = replace(SMALL, weight=1.0, word_cost=0.0)


@cache
def own(phrases: str | None = None) -> tuple[Language, Sources]:
    texts = sources(Path(mkdtemp()), phrases)
    return count(OwnTexts(texts, 1), texts, WORDS, PLAN), texts


@cache
def graph() -> Acceptor:
    return sentence_graph(own()[0], PLAN, WORDS)


def cost(said: list[str]) -> float:
    return graph().cheapest([WORDS.numbers[word] for word in said])


def by_sound(text: str) -> list[str]:
    """A text in the characters that open speech writes for its syllables."""
    written = syllables(WORDS)
    return [written[word_syllables(character)[0]] for character in text]


def test_what_follows_any_word_adds_up_to_one() -> None:
    made = graph()
    any_word = 1  # beside the start, the first state made
    for state, arcs in enumerate(made.arcs):
        back = state != any_word and any(n == NOTHING and to == any_word for n, to, _ in arcs)
        if not (back or state == any_word):
            continue
        ways = [c for n, _, c in arcs if n != WORDS.unknown]
        ends = [made.finals[state]] if state in made.finals else []
        total = sum(math.exp(-c) for c in [*ways, *ends])
        # A pair that was seen is also reached by backing off, so there it may be more than one.
        assert 0.999 < total < 1.7, state
    ways = [c for n, _, c in made.arcs[any_word] if n != WORDS.unknown]
    assert sum(map(lambda c: math.exp(-c), ways)) + math.exp(-made.finals[any_word]) == (
        pytest.approx(1, abs=1e-6)
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(sorted(syllables(WORDS).values())), min_size=1, max_size=8))
def test_any_syllables_can_be_written(said: list[str]) -> None:
    assert cost(said) < 20 * len(said)


def test_what_the_hotline_is_asked_is_cheaper_than_anything_else() -> None:
    asked = ["低保", "怎么", "申请"]
    assert cost(asked) < cost([*by_sound("屋顶"), *asked[1:]]) < math.inf


def test_an_operators_phrase_is_cheap_and_dearer_than_its_weight_allows_no_more() -> None:
    phrase = "榕树头平安钟"
    with_it = sentence_graph(own(f"{phrase}\t9\n屋顶\n")[0], PLAN, WORDS)
    chain = [WORDS.numbers[word] for word in WORDS.spell(phrase)]
    single = -math.log(PLAN.classes["phrase"] * 0.9)
    end = with_it.cheapest([]) - graph().cheapest([])
    assert with_it.cheapest(chain) < graph().cheapest(chain) - 5
    assert with_it.cheapest(chain) < single + 12 + end


def test_figures_and_places_lead_into_their_class() -> None:
    for said in ([*"幺三八零零幺三八零零零"], ["在", *WORDS.spell("沙面街道")], [*"五月十号"]):
        assert cost(said) < 5 * len(said) + 5, said


@pytest.mark.parametrize("share", [0.01, 0.2])
def test_open_speech_costs_what_the_plan_says(share: float) -> None:
    dearer = sentence_graph(own()[0], replace(PLAN, open_share=share), WORDS)
    entries = {c for n, to, c in dearer.arcs[1] if n == NOTHING}
    assert any(c == pytest.approx(-math.log(share)) for c in entries)
