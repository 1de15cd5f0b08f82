"""Which choice an utterance means, compared by sound (DESIGN, decision 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.sound import Sounds, sounds, sounds_contain, sounds_similarity, syllable_cost
from ivr.limits import CLEAR, MOST_OF_IT, mention_limit
from ivr.nodes import Choice, Texts

FAIR = 0.76
"""A sound match that is enough when the recogniser was confident."""

CONFIDENT = 0.7

PUT_TOGETHER = 0.8
"""Share of a short answer that a choice's phrases, courtesies and particles must make up."""

LONGEST_ANSWER = 12
"""More syllables than this are no yes or no that was said twice over."""

ALIKE = 0.1
"""What two syllables may differ by and be the same word (shi and si)."""

PARTICLES = frozenset({"de", "le", "a", "ya", "ba", "o", "ma", "ne", "la", "ha", "en", "ai"})
"""Syllables that say nothing of their own at the end of a phrase (不用了, 是的呀)."""

NEGATIONS = frozenset("不没未别")
"""Characters that turn a meaning round: what has one is not said by a phrase that has none, so
that 不是这个意思 is never taken for 这个意思."""


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
    short = 1 < len(whole) <= LONGEST_ANSWER
    courtesies = [sounds(filler) for filler in fillers] if short else []
    limit = FAIR if confidence >= CONFIDENT else CLEAR
    negated = not NEGATIONS.isdisjoint(heard)
    winner: tuple[float, int] = (0.0, 0)
    found: Choice | None = None
    for choice in choices:
        scored = [
            (_said(whole, core, sounds(phrase), choice.whole), limit, len(sounds(phrase)))
            for phrase in choice.says
            if not (negated and NEGATIONS.isdisjoint(phrase))
        ]
        scored += [
            (
                sounds_contain(whole, sounds(phrase)),
                mention_limit(syllables(phrase)),
                len(sounds(phrase)),
            )
            for phrase in choice.mentions
        ]
        if short:
            said, share = _put_together(whole, [sounds(p) for p in choice.says], courtesies)
            scored.append((share, PUT_TOGETHER, said))
        for score, needed, length in scored:
            rank = (round(score, 2), length)
            if score >= needed and rank > winner:
                winner, found = rank, choice
    return found


def _said(whole: Sounds, core: Sounds, phrase: Sounds, alone: bool) -> float:
    scores = [sounds_similarity(whole, phrase), sounds_similarity(core, phrase)]
    if core and not alone and len(phrase) > 1 and len(phrase) / len(core) > MOST_OF_IT:
        scores.append(sounds_contain(core, phrase))
    return max(scores)


def _put_together(
    whole: Sounds, says: Sequence[Sounds], courtesies: Sequence[Sounds]
) -> tuple[int, float]:
    """Lay phrases end to end over the whole: 不对不对错了, 好了好了麻烦你了再见.

    Returns the syllables that phrases of the choice cover, and the share that anything covers;
    (0, 0.0) where the choice is not in it.
    """
    covered: list[tuple[int, int]] = [(0, 0)] * (len(whole) + 1)
    for end in range(1, len(whole) + 1):
        ways = [covered[end - 1]]
        if whole[end - 1] in PARTICLES:
            ways.append((covered[end - 1][0] + 1, covered[end - 1][1]))
        for phrases, ours in ((says, True), (courtesies, False)):
            for phrase in phrases:
                size = len(phrase)
                if 0 < size <= end and _same(whole[end - size : end], phrase):
                    every, said = covered[end - size]
                    ways.append((every + size, said + size * ours))
        covered[end] = max(ways)
    every, said = covered[-1]
    return (said, every / len(whole)) if said else (0, 0.0)


def _same(heard: Sounds, phrase: Sounds) -> bool:
    """Whether every syllable is one that speakers and lines do not tell apart."""
    return all(syllable_cost(one, other) <= ALIKE for one, other in zip(heard, phrase, strict=True))
