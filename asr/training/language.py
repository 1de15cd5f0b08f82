"""Which word follows which on this line: a small bigram model of hotline utterances."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import jieba

from asr.training.texts import Corpus, vocabulary
from asr.training.units import word_syllables, word_units, words

UNKNOWN = "[unk]"
START, END = "<s>", "</s>"
_DISCOUNT = 0.6


@dataclass(frozen=True)
class LanguagePlan:
    """Sizes and weights. `weight` multiplies all costs: the net's own certainty is worth more."""

    utterances: int = 30_000
    general_words: int = 4_000
    weight: float = 0.8
    word_cost: float = 0.0
    unknown_cost: float = 10.0


@dataclass(frozen=True)
class Bigrams:
    """Costs (natural-log, unscaled): of words alone, of pairs, and of backing off from a word."""

    single: dict[str, float]
    pairs: dict[str, dict[str, float]]
    back: dict[str, float]


def all_words(corpus: Corpus, plan: LanguagePlan) -> tuple[set[str], set[str]]:
    """The words of the lexicon, and those of them that are known to grammars alone.

    The lexicon has the hotline's words, the commonest words of the dictionary, and every single
    character, so that any phrase can be spelled when a grammar asks for it. In open recognition
    only one character per syllable stands in for what is not a known word: more could not be told
    apart by sound.
    """
    domain = {word for word in vocabulary(corpus) if word_units(word)}
    by_count = sorted(jieba.dt.FREQ.items(), key=lambda item: (-item[1], item[0]))
    general = [w for w, _ in by_count if 2 <= len(w) <= 3 and _is_han(w) and word_units(w)]
    characters = [w for w, n in by_count if len(w) == 1 and n > 0 and _is_han(w) and word_units(w)]
    stand_in: dict[tuple[str, ...], str] = {}
    for character in characters:
        stand_in.setdefault(word_syllables(character), character)
    singles = set(domain) | {c for word in domain for c in word if word_units(c)}
    spare = set(characters) - set(stand_in.values()) - singles
    return singles | set(general[: plan.general_words]) | set(characters), spare


def count_bigrams(
    corpus: Corpus, plan: LanguagePlan, lexicon: set[str], spare: set[str]
) -> Bigrams:
    """Bigrams over generated hotline utterances, the articles and the tree's texts."""
    pairs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    texts = [corpus.hotline(number) for number in range(plan.utterances)]
    shipped = [*corpus.articles, *corpus.tree, *corpus.distress]
    share = max(1, plan.utterances // max(1, 2 * len(shipped)))
    for text, times in [*((t, 1) for t in texts), *((t, share) for t in shipped)]:
        sentence = [word if word in lexicon else UNKNOWN for word in words(text)]
        for first, second in zip([START, *sentence], [*sentence, END], strict=True):
            pairs[first][second] += times
    singles: Counter[str] = Counter()
    for row in pairs.values():
        singles.update(row.keys())  # Kneser-Ney: a word counts once per word it follows
    total = sum(singles.values())
    floor = 0.1
    unseen = [word for word in lexicon - spare if not singles[word]]
    mass = total + floor * len(unseen)
    single = {word: -math.log(count / mass) for word, count in singles.items() if count}
    single |= {word: -math.log(floor / mass) for word in unseen}
    single.pop(START, None)
    single.pop(UNKNOWN, None)
    costs: dict[str, dict[str, float]] = {}
    back: dict[str, float] = {}
    for first, row in pairs.items():
        if first == UNKNOWN:
            continue
        seen = sum(row.values())
        kept = {word: count for word, count in row.items() if word != UNKNOWN}
        # What is discounted from the pairs goes to the single words.
        spared = _DISCOUNT * len(kept) / seen
        back[first] = -math.log(spared) if spared > 0 else 0.0
        costs[first] = {
            word: -math.log(
                max(1e-9, (count - _DISCOUNT) / seen + spared * math.exp(-single.get(word, 20.0)))
            )
            for word, count in kept.items()
        }
    return Bigrams(single, costs, back)


def _is_han(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)
