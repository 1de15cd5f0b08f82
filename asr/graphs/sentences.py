"""The graph of sentences: what callers say of the hotline's matters, else anything by its sounds.

Where no pair of words goes on, any word of the hotline may follow, a class (a place, a number, an
operator's phrase), the dictionary's words as open speech, or what is no word at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from asr.graphs.acceptor import Acceptor
from asr.graphs.bigrams import END, START, Pairs, bigrams
from asr.graphs.classes import Node, add_chains
from asr.graphs.plan import GraphPlan
from asr.graphs.spoken import GRAMMARS, add_grammar
from asr.graphs.words import ModelWords


@dataclass(frozen=True)
class Language:
    """All that is counted once, whatever the weights.

    `chains` are classes of phrases by the name that `pairs` has for them (<place>).
    """

    pairs: Pairs
    chains: dict[str, Node]
    dictionary: Node


def sentence_graph(language: Language, plan: GraphPlan, words: ModelWords) -> Acceptor:
    """The acceptor of all sentences."""
    return _Sentences(language, plan, words).acceptor


class _Sentences:
    """One acceptor in the making."""

    def __init__(self, language: Language, plan: GraphPlan, words: ModelWords) -> None:
        self._language, self._plan, self._words = language, plan, words
        self._weight = plan.weight
        self.acceptor = Acceptor()
        self._any = self.acceptor.state()
        self._bigrams = bigrams(language.pairs, plan.least_back)
        follows = sorted(self._bigrams.pairs)
        self._after = {word: self.acceptor.state() for word in follows if word != START}
        self._after[START] = 0
        self._classes = self._add_classes()
        self._add_any()
        self._add_open_speech()
        for first in follows:
            self._add_pairs(first)

    def _add_classes(self) -> dict[str, int]:
        """Each class once, entered from wherever its name may follow; the states of entry."""
        found = {}
        for name in sorted(self._plan.classes):
            mark, source = f"<{name}>", self.acceptor.state()
            target = self._after.get(mark, self._any)
            if name in GRAMMARS:
                add_grammar(
                    self.acceptor, GRAMMARS[name], source, target, self._words, self._weight
                )
            elif name in self._language.chains:
                root = self._language.chains[name]
                add_chains(self.acceptor, root, source, target, self._words, self._weight)
            else:
                continue
            found[mark] = source
        return found

    def _add_any(self) -> None:
        """What may follow anything: the hotline's words by how many others they follow, classes."""
        plan, single = self._plan, self._bigrams.single
        shares = {f"<{name}>": share for name, share in plan.classes.items()}
        shares = {mark: shares[mark] for mark in self._classes}
        rest = 1 - plan.open_share - sum(shares.values())
        known = {word: cost for word, cost in single.items() if word not in self._classes}
        whole = sum(math.exp(-cost) for cost in known.values())
        for word, cost in sorted(known.items()):
            self._add(self._any, word, cost + math.log(whole / rest))
        for mark, share in shares.items():
            self._add(self._any, mark, -math.log(share))
        self.acceptor.arc(self._any, self._any, self._words.unknown, plan.unknown_cost)

    def _add_open_speech(self) -> None:
        plan, weight = self._plan, self._weight
        root, after = self.acceptor.state(), self.acceptor.state()
        self.acceptor.arc(self._any, root, cost=weight * -math.log(plan.open_share))
        add_chains(self.acceptor, self._language.dictionary, root, after, self._words, weight)
        self.acceptor.arc(after, root, cost=weight * -math.log(plan.open_stays))
        self.acceptor.arc(after, self._any, cost=weight * -math.log(1 - plan.open_stays))

    def _add_pairs(self, first: str) -> None:
        source = self._after[first]
        for second, cost in sorted(self._bigrams.pairs[first].items()):
            self._add(source, second, cost)
        back = self._bigrams.back[first]
        self.acceptor.arc(source, self._any, cost=self._weight * back)

    def _add(self, source: int, word: str, cost: float) -> None:
        scaled = self._weight * cost
        if word == END:
            self.acceptor.finals[source] = scaled
        elif word in self._classes:
            self.acceptor.arc(source, self._classes[word], cost=scaled)
        elif word in self._words.numbers:
            number = self._words.numbers[word]
            there = self._after.get(word, self._any)
            self.acceptor.arc(source, there, number, scaled + self._plan.word_cost)
