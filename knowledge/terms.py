"""Two inverted indexes that score texts against a query by its terms, 0..1, in memory.

The weight of a term is 0..1 too: 1 for one that a single document holds, near 0 for one that all
hold. What no document holds is weighed by the function passed in: a telling unknown term speaks
against every document, a common one hardly at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.sound_index import Ragged

_K1 = 0.6
_B = 0.3
_NOWHERE = np.zeros(0, dtype=np.int32)

Positions = NDArray[np.intp]
Scores = NDArray[np.float64]
Weigh = Callable[[str], float]


class Bm25:
    """BM25 over the terms of documents, divided by the most that a document could reach.

    So 1 means that a document holds all of the query.
    """

    def __init__(self, documents: Sequence[Mapping[str, int]], unknown: Weigh) -> None:
        """Take for each document its terms and their counts, and what an unknown term weighs."""
        sizes = np.array([sum(document.values()) for document in documents], dtype=np.float64)
        mean = float(sizes.mean()) if len(sizes) else 1.0
        damp = _K1 * (1 - _B + _B * sizes / max(mean, 1e-9))
        self._size = len(documents)
        self._unknown = unknown
        self._shares: dict[str, NDArray[np.float32]] = {}
        self._places = _places(documents)
        for term, where in self._places.items():
            count = np.array([documents[at][term] for at in where], dtype=np.float64)
            share = (1 + _K1) * count / (count + damp[where])
            self._shares[term] = np.minimum(1.0, share).astype(np.float32)

    def scores(self, query: Sequence[str]) -> Scores:
        """The score of every document; all 0 for an empty query."""
        out = np.zeros(self._size)
        most = 0.0
        for term in set(query):
            where = self._places.get(term)
            if where is None:
                most += self._unknown(term)
                continue
            weight = rareness(self._size, len(where))
            most += weight
            out[where] += weight * self._shares[term]
        return out / most if most else out

    def shared(self, query: Sequence[str], at: int) -> dict[str, float]:
        """What each term of the query adds to the score of one document, most first."""
        terms = set(query)
        holders = {term: self._places[term] for term in terms if term in self._places}
        weights = {term: rareness(self._size, len(held)) for term, held in holders.items()}
        most = sum(weights.get(term) or self._unknown(term) for term in terms)
        found = {}
        for term, held in holders.items():
            place = int(np.searchsorted(held, at))
            if place < len(held) and held[place] == at and most:
                found[term] = weights[term] * float(self._shares[term][place]) / most
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    def holds(self, query: Sequence[str]) -> NDArray[np.bool_]:
        """Which documents hold all of these terms; none for an empty query."""
        out = np.full(self._size, bool(query))
        for term in set(query):
            held = np.zeros(self._size, dtype=bool)
            held[self._places.get(term, _NOWHERE)] = True
            out &= held
        return out


class Overlap:
    """How far query and text share their terms: weighted Dice, best text of each group.

    Unlike BM25 it holds against a text what the query does not say, which tells 收养有什么条件
    from 收养登记有什么条件. `informative` is how much a term tells in general, 0..1; it counts
    `trust` against 1 - `trust` for how rare the term is among these texts.
    """

    def __init__(
        self, groups: Sequence[Sequence[Sequence[str]]], informative: Weigh, trust: float
    ) -> None:
        """Take for each group its texts, each as its terms; no group may be empty."""
        self._informative = informative
        self._trust = trust
        holders = _places([dict.fromkeys((t for text in g for t in text), 1) for g in groups])
        self._number = {term: i for i, term in enumerate(holders)}
        self._weights = np.array(
            [
                trust * informative(term) + (1 - trust) * rareness(len(groups), len(where))
                for term, where in holders.items()
            ]
        )
        terms = [np.unique([self._number[t] for t in text]) for group in groups for text in group]
        self._texts = Ragged([each.astype(np.int32) for each in terms], fill=len(holders))
        self._mass = np.array([self._weights[each].sum() if len(each) else 0.0 for each in terms])
        self._first = np.cumsum([0, *(len(group) for group in groups)])

    def scores(self, query: Sequence[str], groups: NDArray[np.intp]) -> Scores:
        """The scores of these groups, in their order; all 0 for an empty query."""
        asked = np.zeros(len(self._weights) + 1)
        mass = 0.0
        for term in set(query):
            number = self._number.get(term)
            if number is None:
                mass += self._trust * self._informative(term) + (1 - self._trust)
            else:
                mass += self._weights[number]
                asked[number] = self._weights[number]
        if not mass or not len(groups):
            return np.zeros(len(groups))
        texts, starts = spread(self._first, groups)
        shared = asked[self._texts.rows(texts)].sum(axis=1)
        return np.maximum.reduceat(2 * shared / (self._mass[texts] + mass), starts)

    def shared(self, query: Sequence[str], group: int) -> list[str]:
        """The terms of the query that the group's texts hold, in the query's order."""
        rows = self._texts.rows(np.arange(self._first[group], self._first[group + 1]))
        held = set(np.unique(rows).tolist())
        return [term for term in dict.fromkeys(query) if self._number.get(term) in held]


def spread(first: NDArray[np.intp], groups: NDArray[np.intp]) -> tuple[Positions, Positions]:
    """The texts of these groups one after the other, and where each group begins among them.

    Group g has the texts first[g] to first[g + 1] - 1, at least one.
    """
    counts = first[groups + 1] - first[groups]
    starts = np.cumsum(counts) - counts
    return np.repeat(first[groups] - starts, counts) + np.arange(counts.sum()), starts


def rareness(size: int, holders: int) -> float:
    """The inverse document frequency of BM25, scaled so that 1 is a term in one document."""
    most = math.log(1 + (size - 0.5) / 1.5)
    return math.log(1 + (size - holders + 0.5) / (holders + 0.5)) / most if most else 1.0


def _places(documents: Sequence[Mapping[str, int]]) -> dict[str, NDArray[np.int32]]:
    places: dict[str, list[int]] = {}
    for at, document in enumerate(documents):
        for term in document:
            places.setdefault(term, []).append(at)
    return {term: np.array(where, dtype=np.int32) for term, where in places.items()}
