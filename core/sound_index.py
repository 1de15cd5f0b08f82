"""Compare one heard text with many by sound at once: `core.sound`, vectorised and indexed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.sound import GAP, LONGEST, Sounds, fold, sounds, syllable_cost

Key = TypeVar("Key", bound=Hashable)


class Ragged:
    """Lists of numbers of different lengths, from which some can be drawn as one padded table."""

    def __init__(self, lists: Sequence[NDArray[Any]], fill: int = 0) -> None:
        """Take the lists; `fill` pads the short ones."""
        self.lengths = np.array([len(each) for each in lists], dtype=np.intp)
        longest = int(self.lengths.max()) if len(lists) else 0
        pad = np.full(longest, fill, dtype=lists[0].dtype if lists else np.intp)
        self._flat = np.concatenate([*lists, pad])
        self._starts = np.cumsum(self.lengths) - self.lengths
        self._fill = fill

    def rows(self, at: NDArray[np.intp]) -> NDArray[Any]:
        """The lists at these positions, as wide as the longest of them (one at least)."""
        columns = np.arange(max(1, int(self.lengths[at].max()) if len(at) else 1))
        if not len(self._flat):
            return np.full((len(at), len(columns)), self._fill)
        table = self._flat[self._starts[at][:, None] + columns]
        table[columns >= self.lengths[at][:, None]] = self._fill
        return table


class SoundTable:
    """Many texts, ready to be compared with one; a text keeps its position in the sequence.

    Reading is safe from several threads.
    """

    def __init__(self, texts: Iterable[Sounds]) -> None:
        """Take the syllables of each text (`core.sound.sounds`); empty ones score 0."""
        kept = [text[:LONGEST] for text in texts]
        self._names = sorted({syllable for text in kept for syllable in text})
        number = {name: i for i, name in enumerate(self._names)}
        self._texts = Ragged(
            [np.array([number[name] for name in text], dtype=np.int16) for text in kept]
        )
        self._costs: dict[str, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._texts.lengths)

    def lengths(self, at: NDArray[np.intp]) -> NDArray[np.intp]:
        """How many syllables the texts at these positions have."""
        return self._texts.lengths[at]

    def scores(
        self, heard: Sounds, at: NDArray[np.intp], *, inside: bool = False
    ) -> NDArray[np.float64]:
        """The scores 0..1 of the texts at these positions, in their order.

        As `core.sound.similarity`, or as `contains(heard, text)` when `inside` is true.
        """
        if not len(at) or not heard:
            return np.zeros(len(at))
        heard = heard[:LONGEST]
        lengths = self._texts.lengths[at]
        texts = self._texts.rows(at)
        # The alignment table of `core.sound`, one row of it for all texts per heard syllable. A
        # row's running minimum over (cost - steps) is what inserting syllables can save.
        steps = GAP * np.arange(texts.shape[1] + 1, dtype=np.float32)
        table = np.tile(steps, (len(at), 1))
        ends = (np.arange(len(at)), lengths)
        nearest = table[ends]
        for syllable in heard:
            fresh = table + (0.0 if inside else GAP)
            swapped = table[:, :-1] + self._row(syllable)[texts]
            fresh[:, 1:] = np.minimum(table[:, 1:] + GAP, swapped)
            table = np.minimum.accumulate(fresh - steps, axis=1) + steps
            nearest = np.minimum(nearest, table[ends])
        if inside:
            cost = nearest / np.maximum(lengths, 1)
        else:
            cost = table[ends] / np.maximum(lengths, len(heard))
        return np.where(lengths > 0, np.maximum(0.0, 1.0 - cost), 0.0)

    def _row(self, syllable: str) -> NDArray[np.float32]:
        """What hearing this syllable costs against each syllable of the texts."""
        row = self._costs.get(syllable)
        if row is None:
            names = self._names or [syllable]
            row = np.array([syllable_cost(syllable, name) for name in names], dtype=np.float32)
            self._costs[syllable] = row
        return row


class SoundIndex(Generic[Key]):
    """Finds, among many texts, those that sound most like what was heard.

    Built once from (key, text) pairs; a key may come with several texts. Reading is safe from
    several threads. Texts without a sound are left out.
    """

    def __init__(self, entries: Iterable[tuple[Key, str]]) -> None:
        """Take the entries; 20,000 short texts take about a second."""
        pairs = [(key, spoken) for key, text in entries if (spoken := sounds(text))]
        self._keys = [key for key, _ in pairs]
        self._table = SoundTable(spoken for _, spoken in pairs)
        postings: dict[str, list[int]] = {}
        for at, (_, spoken) in enumerate(pairs):
            for gram in set(grams(spoken)):
                postings.setdefault(gram, []).append(at)
        self._postings = {gram: np.array(where, dtype=np.int32) for gram, where in postings.items()}
        total = len(pairs) + 1
        self._weights = {gram: 0.1 + math.log(total / len(at)) for gram, at in postings.items()}
        mass = np.zeros(len(pairs))
        for gram, where in self._postings.items():
            mass[where] += self._weights[gram]
        self._norms = np.sqrt(np.maximum(mass, 1e-6))

    def __len__(self) -> int:
        """How many texts with a sound are in the index."""
        return len(self._keys)

    def best(
        self, text: str, limit: int, *, inside: bool = False, pool: int = 120
    ) -> list[tuple[Key, float]]:
        """The `limit` keys that sound most like `text`, best first, each once with its best score.

        The score is that of `core.sound.similarity`, or of `contains(text, entry)` when `inside`
        is true. `pool` is how many candidates, those sharing most with the text, are aligned.
        """
        heard = sounds(text)[:LONGEST]
        candidates = self._candidates(heard, pool)
        scores = self._table.scores(heard, candidates, inside=inside)
        found: dict[Key, float] = {}
        for at in np.argsort(-scores, kind="stable"):
            if len(found) >= limit:
                break
            found.setdefault(self._keys[candidates[at]], float(scores[at]))
        return list(found.items())

    def _candidates(self, heard: Sounds, pool: int) -> NDArray[np.intp]:
        shared = np.zeros(len(self._keys))
        for gram in set(grams(heard)):
            where = self._postings.get(gram)
            if where is not None:
                shared[where] += self._weights[gram]
        shared /= self._norms
        if len(shared) > pool:
            top = np.argpartition(-shared, pool)[:pool]
        else:
            top = np.arange(len(shared))
        return np.sort(top[shared[top] > 0])


def grams(spoken: Sequence[str]) -> list[str]:
    """The folded syllables of a text and its pairs of neighbours: what survives mishearing."""
    folded = [fold(syllable) for syllable in spoken]
    return folded + [f"{first} {second}" for first, second in pairwise(folded)]
