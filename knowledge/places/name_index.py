"""An index over the sounds of up to some millions of names: which of them may have been said.

Names are numbered in the order given; give the important ones first, since where very many share
a sound only the first of them are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.sound import Sounds, fold
from core.sound_index import SoundTable

Rows = NDArray[np.intp]

_LOOKED_AT = 60_000
"""So many entries of the index are read for one question: what bounds its time."""

_LONGEST = 40
"""So many syllables of a name count."""

_PRIME = np.uint64(1_099_511_628_211)


class NameIndex:
    """Folded syllables, their neighbours and next but one, each with the names that hold it.

    Reading is safe from several threads.
    """

    def __init__(self, names: Sequence[Sounds]) -> None:
        """Take the syllables of each name; a million take some ten seconds and 300 MB."""
        self.table = SoundTable(names)
        self._class: dict[str, int] = {}
        kept = [name[:_LONGEST] for name in names]
        self._lengths = np.array([len(name) for name in kept], dtype=np.int32)
        flat = np.fromiter(
            (self._number(syllable) for syllable in chain.from_iterable(kept)),
            dtype=np.int64,
            count=int(self._lengths.sum()),
        )
        self._hash_names(flat)
        self._build(flat)
        self._norms = np.sqrt(np.maximum(self._lengths, 1)).astype(np.float32)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._lengths)

    def same(self, heard: Sounds) -> Rows:
        """The names whose syllables are those heard but for the usual confusions."""
        wanted = np.uint64(0)
        with np.errstate(over="ignore"):
            for syllable in heard[:_LONGEST]:
                wanted = wanted * _PRIME + np.uint64(self._class.get(fold(syllable), 0))
        first, last = np.searchsorted(self._hashes, (wanted, wanted + np.uint64(1)))
        found = self._by_hash[first:last]
        return np.asarray(found[self._lengths[found] == len(heard)], dtype=np.intp)

    def alike(self, heard: Sounds, pool: int) -> Rows:
        """The names that share most with what was heard, at most so many, in no order."""
        lists = sorted(self._entries(heard), key=len)
        shared = np.zeros(len(self), dtype=np.float32)
        left, read = _LOOKED_AT, []
        for rows in lists:
            some = rows[:left]
            shared[some] += np.log(1 + len(self) / len(rows))
            read.append(some)
            left -= len(some)
            if left <= 0:
                break
        if not read:
            return np.zeros(0, dtype=np.intp)
        touched = np.concatenate(read)
        score = shared[touched] / self._norms[touched]
        if len(touched) > 2 * pool:
            # A name is among them as often as it shares something.
            touched = touched[np.argpartition(-score, 2 * pool)[: 2 * pool]]
        touched = np.unique(touched)
        order = np.argsort(-(shared[touched] / self._norms[touched]), kind="stable")
        return touched[order[:pool]].astype(np.intp)

    def _number(self, syllable: str) -> int:
        folded = fold(syllable)
        return self._class.setdefault(folded, len(self._class) + 1)

    def _hash_names(self, flat: NDArray[np.int64]) -> None:
        hashes = np.zeros(len(self._lengths), dtype=np.uint64)
        starts = np.cumsum(self._lengths) - self._lengths
        longest = int(self._lengths.max()) if len(self._lengths) else 0
        with np.errstate(over="ignore"):
            for at in range(longest):
                has = np.flatnonzero(self._lengths > at)
                hashes[has] = hashes[has] * _PRIME + flat[starts[has] + at].astype(np.uint64)
        self._by_hash = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._by_hash]

    def _build(self, flat: NDArray[np.int64]) -> None:
        self._classes = len(self._class) + 1
        names = np.repeat(np.arange(len(self._lengths), dtype=np.int32), self._lengths)
        codes, holders = [flat], [names]
        for step in (1, 2):
            if len(flat) > step:
                inside = names[:-step] == names[step:]
                codes.append(self._code(step, flat[:-step], flat[step:])[inside])
                holders.append(names[:-step][inside])
        code, holder = np.concatenate(codes), np.concatenate(holders)
        order = np.argsort(code, kind="stable")
        self._holders = holder[order]
        self._codes, first = np.unique(code[order], return_index=True)
        self._first = np.append(first, len(code))

    def _code(
        self, step: int, first: NDArray[np.int64], other: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        return (step * self._classes + first) * self._classes + other

    def _entries(self, heard: Sounds) -> list[NDArray[np.int32]]:
        known = np.array([self._class.get(fold(s), 0) for s in heard[:_LONGEST]], dtype=np.int64)
        codes = [known[known > 0]]
        for step in (1, 2):
            if len(known) > step:
                both = (known[:-step] > 0) & (known[step:] > 0)
                codes.append(self._code(step, known[:-step], known[step:])[both])
        lists = []
        for code in np.unique(np.concatenate(codes)):
            at = int(np.searchsorted(self._codes, code))
            if at < len(self._codes) and self._codes[at] == code:
                lists.append(self._holders[self._first[at] : self._first[at + 1]])
        return lists
