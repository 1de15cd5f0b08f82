"""Weighted acceptors over word numbers, in OpenFst's binary form that Vosk reads as `Gr.fst`."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

_MAGIC = 2125659606
_VERSION = 2
_ACCEPTOR_SORTED = 0x10000 | 0x10000000
"""kAcceptor and kILabelSorted of OpenFst's property bits; all others are left unknown."""

_HEAD = struct.Struct("<iiQqqq")
_STATE = struct.Struct("<fq")
_ARC = struct.Struct("<iifi")
NOTHING = 0
"""The label of an arc that takes no word."""


class NotAnAcceptor(ValueError):
    """The bytes are no acceptor that this module can have written, or it cannot be decoded with."""


class Acceptor:
    """States from 0, which is the start; costs are natural-log, smaller is likelier."""

    def __init__(self) -> None:
        """Make the start."""
        self.arcs: list[list[tuple[int, int, float]]] = [[]]
        """Of each state: (label, target, cost)."""
        self.finals: dict[int, float] = {}

    def state(self) -> int:
        """A new state."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, label: int = NOTHING, cost: float = 0.0) -> None:
        """Lead from one state to another with a word, or with none."""
        self.arcs[source].append((label, target, cost))

    def to_bytes(self) -> bytes:
        """The file's bytes, arcs sorted by label. Raises NotAnAcceptor; see `check`."""
        self.check()
        count = sum(len(arcs) for arcs in self.arcs)
        head = _HEAD.pack(_VERSION, 0, _ACCEPTOR_SORTED, 0, len(self.arcs), count)
        parts = [struct.pack("<i", _MAGIC), _text("vector"), _text("standard"), head]
        for state, arcs in enumerate(self.arcs):
            parts.append(_STATE.pack(self.finals.get(state, math.inf), len(arcs)))
            parts += [_ARC.pack(n, n, cost, target) for n, target, cost in sorted(arcs)]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Acceptor:
        """Read what `to_bytes` or OpenFst wrote. Raises NotAnAcceptor."""
        try:
            return _parsed(cls(), data)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise NotAnAcceptor(f"the file ends early or is damaged: {error}") from error

    def check(self) -> None:
        """Raise NotAnAcceptor when a decoder could hang or fail on it.

        That is: a cost that is no number, an arc to nowhere, no end, or a circle without a word.
        """
        costs = [cost for arcs in self.arcs for _, _, cost in arcs]
        if not all(map(math.isfinite, [*costs, *self.finals.values()])):
            raise NotAnAcceptor("a cost is not a finite number")
        if any(not 0 <= to < len(self.arcs) for arcs in self.arcs for _, to, _ in arcs):
            raise NotAnAcceptor("an arc leads nowhere")
        if not self.finals:
            raise NotAnAcceptor("no state is an end")
        if _circular([[to for n, to, _ in arcs if n == NOTHING] for arcs in self.arcs]):
            raise NotAnAcceptor("a circle takes no word")

    def cheapest(self, labels: list[int]) -> float:
        """The least cost of a sentence of these words; infinite when it is not taken."""
        reached = self._closed({0: 0.0})
        for label in labels:
            step: dict[int, float] = {}
            for state, so_far in reached.items():
                for number, to, cost in self.arcs[state]:
                    if number == label:
                        step[to] = min(step.get(to, math.inf), so_far + cost)
            reached = self._closed(step)
        ends = (cost + self.finals.get(state, math.inf) for state, cost in reached.items())
        return min(ends, default=math.inf)

    def _closed(self, reached: dict[int, float]) -> dict[int, float]:
        """With what can be reached from there without a word."""
        waiting = list(reached)
        while waiting:
            state = waiting.pop()
            for number, to, cost in self.arcs[state]:
                there = reached[state] + cost
                if number == NOTHING and there < reached.get(to, math.inf):
                    reached[to] = there
                    waiting.append(to)
        return reached


def _parsed(found: Acceptor, data: bytes) -> Acceptor:
    if data[:4] != struct.pack("<i", _MAGIC):
        raise NotAnAcceptor("the file is not OpenFst's")
    kinds, at = [], 4
    for _ in range(2):
        (size,) = struct.unpack_from("<i", data, at)
        kinds.append(data[at + 4 : at + 4 + max(0, size)].decode("ascii"))
        at += 4 + max(0, size)
    if kinds != ["vector", "standard"]:
        raise NotAnAcceptor(f"the file is of type {kinds}, not vector, standard")
    _, flags, _, start, states, _ = _HEAD.unpack_from(data, at)
    at += _HEAD.size
    if flags or start != 0:
        raise NotAnAcceptor("the file has symbols, or does not begin with state 0")
    found.arcs = []
    for state in range(states):
        final, count = _STATE.unpack_from(data, at)
        at += _STATE.size
        if final < math.inf:
            found.finals[state] = final
        found.arcs.append(list(_arcs(data, at, count)))
        at += count * _ARC.size
    return found


def _arcs(data: bytes, at: int, count: int) -> Iterator[tuple[int, int, float]]:
    for number in range(count):
        label, out, cost, to = _ARC.unpack_from(data, at + number * _ARC.size)
        if label != out:
            raise NotAnAcceptor("the file is a transducer")
        yield label, to, cost


def _circular(follows: list[list[int]]) -> bool:
    """Whether some node leads back to itself; a node is taken away when nothing leads to it."""
    entries = [0] * len(follows)
    for row in follows:
        for to in row:
            entries[to] += 1
    free = [node for node, count in enumerate(entries) if not count]
    done = 0
    while free:
        done += 1
        for to in follows[free.pop()]:
            entries[to] -= 1
            if not entries[to]:
                free.append(to)
    return done < len(follows)


def _text(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode("ascii")
