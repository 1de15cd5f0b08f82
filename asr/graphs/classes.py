"""Phrases of one kind, any of which may stand in the same place: places, an operator's phrases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from asr.graphs.acceptor import Acceptor
from asr.graphs.words import ModelWords

_CITY, _COUNTY, _STREET = 60.0, 8.0, 1.0
"""How often each is named, roughly, beside the others."""
_SUFFIXES = ("街道", "市", "区", "县", "镇", "乡")
_SHORT = 0.5
"""A name without what kind of place it is, beside the whole name."""


@dataclass
class Node:
    """Where phrases part. `mass` is the weight of all that go through, `ends` of those that end."""

    mass: float = 0.0
    ends: float = 0.0
    after: dict[str, Node] = field(default_factory=dict)


def tree_of(phrases: Iterable[tuple[Sequence[str], float]]) -> Node:
    """Phrases (as words) with their weights, those that begin alike together."""
    root = Node()
    for phrase, weight in phrases:
        node = root
        node.mass += weight
        for word in phrase:
            node = node.after.setdefault(word, Node())
            node.mass += weight
        node.ends += weight
    return root


def add_chains(
    acceptor: Acceptor, root: Node, source: int, target: int, words: ModelWords, weight: float
) -> None:
    """Lead from `source` to `target` with any of the phrases; their shares add up to one."""
    waiting = [(root, source)]
    while waiting:
        node, state = waiting.pop()
        if node.ends and node is not root:
            acceptor.arc(state, target, cost=weight * -math.log(node.ends / node.mass))
        for word, after in node.after.items():
            cost = weight * -math.log(after.mass / node.mass)
            leaf = not after.after
            there = target if leaf else acceptor.state()
            acceptor.arc(state, there, words.numbers[word], cost)
            if not leaf:
                waiting.append((after, there))


def marker(root: Node, name: str, sentence: Sequence[str]) -> list[str]:
    """The sentence with the longest phrases in it replaced by the name of their class."""
    found: list[str] = []
    at = 0
    while at < len(sentence):
        node, end = root, 0
        for number in range(at, len(sentence)):
            following = node.after.get(sentence[number])
            if following is None:
                break
            node = following
            end = number + 1 if node.ends else end
        found.append(name if end else sentence[at])
        at = end or at + 1
    return found


def places(path: Path, words: ModelWords) -> list[tuple[list[str], float]]:
    """The names of `places.txt` and their short forms, in known words, with weights.

    Raises OSError.
    """
    weights: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, streets = line.strip().partition(":")
        named = [(name, _COUNTY if line.startswith(" ") else _CITY)]
        for full, weight in [*named, *((street, _STREET) for street in streets.split())]:
            weights[full] = weights.get(full, 0) + weight
            short = _short(full)
            if short:
                weights[short] = weights.get(short, 0) + weight * _SHORT
    spelled = ((words.spell(name), weight) for name, weight in sorted(weights.items()))
    return [(phrase, weight) for phrase, weight in spelled if phrase]


def _short(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            rest = name.removesuffix(suffix)
            return rest if len(rest) >= 2 else ""
    return ""


def own_phrases(path: Path, words: ModelWords) -> list[tuple[list[str], float]]:
    """An operator's phrases: one a line, where need be with a weight (1 is usual) after a tab.

    Raises OSError, or ValueError that names the line.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        phrase, _, weight = line.partition("#")[0].strip().partition("\t")
        if not phrase:
            continue
        spelled = words.spell(phrase)
        if not spelled:
            raise ValueError(f"{path}, line {number}: “{phrase}” has no Chinese characters")
        try:
            share = float(weight or 1)
        except ValueError:
            share = -1.0
        if not 0 < share < 1e6:
            raise ValueError(f"{path}, line {number}: “{weight}” is no weight; 1 is usual")
        found.append((spelled, share))
    return found
