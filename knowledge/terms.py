"""An inverted index that scores documents against a query by BM25, scaled to 0..1."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_K1 = 0.6
_B = 0.3


class TermIndex:
    """BM25 over term counts, divided by the most that a document could score for the query.

    So 1 means that a document holds all of the query, and a query of unknown terms scores 0
    everywhere. `rarity` gives the weight of a term that no document holds: a rare unknown word
    speaks against every document, a common one hardly at all.
    """

    def __init__(
        self, documents: Sequence[Mapping[str, int]], rarity: Callable[[str], float]
    ) -> None:
        """Take one mapping of term to count for each document."""
        self._rarity = rarity
        self.size = len(documents)
        sizes = np.array([sum(document.values()) for document in documents], dtype=np.float64)
        mean = float(sizes.mean()) if len(sizes) else 1.0
        damp = _K1 * (1 - _B + _B * sizes / max(mean, 1e-9))
        where: dict[str, list[int]] = {}
        counts: dict[str, list[int]] = {}
        for at, document in enumerate(documents):
            for term, count in document.items():
                where.setdefault(term, []).append(at)
                counts.setdefault(term, []).append(count)
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        self._idf: dict[str, float] = {}
        for term, places in where.items():
            at = np.array(places, dtype=np.int32)
            count = np.array(counts[term], dtype=np.float64)
            share = count / (count + damp[at]) * (1 + _K1)
            self._postings[term] = at, np.minimum(1.0, share).astype(np.float32)
            self._idf[term] = math.log(1 + (self.size - len(places) + 0.5) / (len(places) + 0.5))

    def weight(self, term: str) -> float:
        """How much a term tells: its inverse document frequency, or its rarity if unknown."""
        known = self._idf.get(term)
        return self._rarity(term) if known is None else known

    def scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        """The score 0..1 of every document for the query's terms."""
        out = np.zeros(self.size)
        most = 0.0
        for term in Counter(query):
            weight = self.weight(term)
            most += weight
            if term in self._postings:
                where, share = self._postings[term]
                out[where] += weight * share
        return out / most if most else out
