"""Which word follows which on this line: counted over generated utterances and shipped texts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asr.training.texts import Corpus

START, END = "<s>", "</s>"
_DISCOUNT = 0.6
Cut = Callable[[str], list[str]]
"""Turns a text into words."""
Pairs = Mapping[str, Counter[str]]
"""How often which word follows a word."""


@dataclass(frozen=True)
class Bigrams:
    """Costs (natural-log, unscaled): of words alone, of pairs, and of backing off from a word.

    Words are those of the lexicon, names of classes in angle brackets, START and END.
    """

    single: dict[str, float]
    pairs: dict[str, dict[str, float]]
    back: dict[str, float]


def count_pairs(
    corpus: Corpus, utterances: int, cut: Cut, mark: Callable[[Sequence[str]], list[str]]
) -> Pairs:
    """Pairs over so many generated hotline utterances, the articles and the tree's texts.

    `mark` puts classes in place of the words that are one of them; such a sentence is counted in
    both forms.
    """
    pairs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, times in _texts(corpus, utterances):
        plain = cut(text)
        marked = mark(plain)
        for sentence in [plain, marked] if marked != plain else [plain, plain]:
            for first, second in zip([START, *sentence], [*sentence, END], strict=True):
                pairs[first][second] += times
    return pairs


def _texts(corpus: Corpus, count: int) -> Iterator[tuple[str, int]]:
    for number in range(count):
        yield corpus.hotline(number), 1
    shipped = [*corpus.articles, *corpus.tree, *corpus.distress]
    share = max(1, count // max(1, 2 * len(shipped)))
    for text in shipped:
        yield text, share


def bigrams(pairs: Pairs, least_back: float) -> Bigrams:
    """The costs; `least_back` of the mass after each word is kept for what never followed it."""
    singles: Counter[str] = Counter()
    for row in pairs.values():
        singles.update(row.keys())  # Kneser-Ney: a word counts once per word it follows
    total = sum(singles.values())
    share = {word: count / total for word, count in singles.items()}
    costs: dict[str, dict[str, float]] = {}
    back: dict[str, float] = {}
    for first, row in pairs.items():
        seen = sum(row.values())
        # What is discounted from the pairs goes to the single words.
        discounted = _DISCOUNT * len(row) / seen
        spared = max(least_back, discounted)
        kept = (1 - spared) / (1 - discounted) if discounted < 1 else 0.0
        back[first] = -math.log(spared)
        costs[first] = {
            word: -math.log(kept * (count - _DISCOUNT) / seen + spared * share[word])
            for word, count in row.items()
        }
    return Bigrams({word: -math.log(part) for word, part in share.items()}, costs, back)
