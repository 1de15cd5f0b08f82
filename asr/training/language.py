"""Which words a model is made with; which follow which is counted in `asr/graphs`."""

from __future__ import annotations

from dataclasses import dataclass

import jieba

from asr.graphs.plan import GraphPlan
from asr.training.texts import Corpus, vocabulary
from asr.training.units import word_units


@dataclass(frozen=True)
class LanguagePlan(GraphPlan):
    """The weights of the graph of sentences, and how many common words the lexicon holds besides
    the hotline's.
    """

    general_words: int = 4_000


def all_words(corpus: Corpus, plan: LanguagePlan) -> set[str]:
    """The hotline's words, the commonest words of the dictionary, and every single character.

    So any phrase can be spelled when a grammar or a later graph of sentences asks for it.
    """
    domain = {word for word in vocabulary(corpus) if word_units(word)}
    by_count = sorted(jieba.dt.FREQ.items(), key=lambda item: (-item[1], item[0]))
    general = [w for w, _ in by_count if 2 <= len(w) <= 3 and _is_han(w) and word_units(w)]
    characters = {w for w, n in by_count if len(w) == 1 and n > 0 and _is_han(w) and word_units(w)}
    parts = {c for word in domain for c in word if word_units(c)}
    return domain | parts | characters | set(general[: plan.general_words])


def _is_han(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)
