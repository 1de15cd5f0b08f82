"""How alike two texts are in what they mean: the mean of their words' vectors, weighed by rarity.

The vectors are those of a sentence encoder for single words (`distil.py`), so nothing is encoded
while a caller waits. 暴雨 is near to 台风 here, which neither sounds nor characters tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.words import rarity

SHIPPED = Path(__file__).with_name("words.npz")

Vectors = NDArray[np.float32]


class Meanings:
    """Vectors of words. Reading is safe from several threads."""

    def __init__(self, words: Sequence[str], vectors: NDArray[np.int8]) -> None:
        """Take the words and for each a row, which is scaled to length 1."""
        rows = vectors.astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        self._rows = rows
        self._at = {word: at for at, word in enumerate(words)}

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return self._rows.shape[1]

    def of(self, words: Iterable[str]) -> Vectors:
        """The vector of a text that was cut into words; zeros when none of them is known.

        A word that is not known is taken as its characters.
        """
        out = np.zeros(self.size, dtype=np.float32)
        for word in words:
            for part in (word,) if word in self._at else word:
                at = self._at.get(part)
                if at is not None:
                    out += rarity(part) * self._rows[at]
        length = float(np.linalg.norm(out))
        return out / length if length else out


class Subjects:
    """What groups of texts are about: the mean of each, seen from the mean of all groups.

    So what all groups share (to apply, to ask) tells nothing. Reading is safe from several threads.
    """

    def __init__(self, vectors: Vectors, first: NDArray[np.intp]) -> None:
        """Group g has the vectors first[g] to first[g + 1] - 1, at least one."""
        if not len(vectors):
            self._middle, self._rows = np.zeros(vectors.shape[1], dtype=np.float32), vectors
            return
        counts = np.diff(first)[:, None].astype(np.float32)
        means = np.asarray(np.add.reduceat(vectors, first[:-1], axis=0) / counts, np.float32)
        self._middle = means.mean(axis=0)
        self._rows = _unit(means - self._middle)

    def scores(self, means: Vectors, groups: NDArray[np.intp]) -> NDArray[np.float64]:
        """How near a text of this meaning is to each of these groups, 0..1."""
        if not means.any():
            return np.zeros(len(groups))
        return np.maximum(0.0, self._rows[groups] @ _unit(means - self._middle))


def _unit(rows: Vectors) -> Vectors:
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), dtype=np.float32)


@cache
def shipped() -> Meanings:
    """The table that comes with the hotline; read at the first use."""
    with np.load(SHIPPED, allow_pickle=False) as found:
        return Meanings(found["words"].tolist(), found["vectors"])
