"""Which choice an utterance means, compared by sound (DESIGN, decision 9)."""

from __future__ import annotations

from collections.abc import Iterable

from core.sound import sounds, sounds_contain, sounds_similarity
from ivr.limits import CLEAR, MOST_OF_IT, mention_limit
from ivr.nodes import Choice, Texts

FAIR = 0.76
"""A sound match that is enough when the recogniser was confident."""

CONFIDENT = 0.7


def syllables(text: str) -> int:
    """Return how many syllables `text` has; 0 for sound without words."""
    return len(sounds(text))


def core_of(text: str, fillers: Texts) -> str:
    """Return `text` without the fillers at its two ends; empty when it is nothing but fillers."""
    longest_first = sorted((filler for filler in fillers if filler), key=len, reverse=True)
    text = text.strip(" ，。？！、,.?!")
    changed = True
    while changed and text:
        changed = False
        for filler in longest_first:
            if text.startswith(filler):
                text, changed = text[len(filler) :].strip(" ，。？！、,.?!"), True
            elif text.endswith(filler):
                text, changed = text[: -len(filler)].strip(" ，。？！、,.?!"), True
    return text


def best(heard: str, confidence: float, choices: Iterable[Choice], fillers: Texts) -> Choice | None:
    """Return the choice that `heard` means, or None.

    The best sound wins, then the longest phrase (不需要 contains 需要). `confidence` is the
    recogniser's, 0..1; it decides only where the sound match is fair but not clear.
    """
    whole, core = sounds(heard), sounds(core_of(heard, fillers))
    limit = FAIR if confidence >= CONFIDENT else CLEAR
    winner: tuple[float, int] = (0.0, 0)
    found: Choice | None = None
    for choice in choices:
        scored = [
            (_said(whole, core, sounds(phrase)), limit, len(sounds(phrase)))
            for phrase in choice.says
        ]
        scored += [
            (
                sounds_contain(whole, sounds(phrase)),
                mention_limit(syllables(phrase)),
                len(sounds(phrase)),
            )
            for phrase in choice.mentions
        ]
        for score, needed, length in scored:
            rank = (round(score, 2), length)
            if score >= needed and rank > winner:
                winner, found = rank, choice
    return found


def _said(whole: tuple[str, ...], core: tuple[str, ...], phrase: tuple[str, ...]) -> float:
    scores = [sounds_similarity(whole, phrase), sounds_similarity(core, phrase)]
    if core and len(phrase) > 1 and len(phrase) / len(core) > MOST_OF_IT:
        scores.append(sounds_contain(core, phrase))
    return max(scores)
