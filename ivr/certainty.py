"""How sure the recogniser is of a stretch of an utterance; pure.

Words of distress are looked for by sound, across the words that were heard. What makes up most of
an utterance needs nothing more; in longer speech a likeness by chance is common, and two signs tell
it from a cry: the recogniser is unsure of its syllables, or, of a short one, sure of another word
in the middle of which it would begin (失火 in 去世火化).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.sound import sounds
from ivr.limits import SHORT_MENTION

Words = tuple[tuple[str, float], ...]
"""What was heard, word by word, each with the recogniser's confidence in it, 0..1."""

LONGEST_WORD = 4
"""Syllables of the longest words of a dictionary: in what is longer anything may begin."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Of each syllable: how sure it is, and how many of its word came before it."""

    confidences: tuple[float, ...] = ()
    inside: tuple[int, ...] = ()

    def doubts(self, start: int, end: int, least: float) -> bool:
        """Whether the syllables from `start` up to `end` are less sure than `least` on the average,
        or are few and begin in the middle of a word that is at least so sure.

        Where nothing is known of the words, or nothing asked of them, nothing is doubted.
        """
        stretch = self.confidences[start:end]
        if not stretch or not least:
            return False
        cut = self.inside[start] > 0 and self.confidences[start] >= least
        return (cut and end - start in SHORT_MENTION) or sum(stretch) < least * len(stretch)


def certainty(words: Iterable[tuple[str, float]], syllables: int) -> Certainty:
    """Take the words of an utterance of so many syllables; words of another length tell nothing."""
    known: list[tuple[int, float]] = []
    for text, sure in words:
        size = len(sounds(text))
        known += [(at if size <= LONGEST_WORD else 0, sure) for at in range(size)]
    if len(known) != syllables:
        return Certainty()
    return Certainty(tuple(sure for _, sure in known), tuple(at for at, _ in known))
