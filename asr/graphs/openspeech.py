"""Open speech: the dictionary's words in any order, by how common they are; any syllable at least.

Words that sound alike are one, written as the commonest of them, since tones are not heard and
everything behind compares by sound.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import jieba

from asr.graphs.classes import Node, tree_of
from asr.graphs.words import ModelWords
from asr.training.units import word_syllables, word_units

_LONGEST = 4
_SINGLE = 0.15
"""The share of syllables that belong to no word of the dictionary: names, dialect, slips."""
_EVEN = 0.1
"""The part of them that is shared out evenly, so that no syllable is out of reach."""


def dictionary(words: ModelWords, count: int) -> Node:
    """The `count` commonest words of the dictionary by sound, and every syllable of the model."""
    singles = syllables(words)
    common = sorted(
        ((n, word) for word, n in jieba.dt.FREQ.items() if n > 2 and 0 < len(word) <= _LONGEST),
        key=lambda entry: (-entry[0], entry[1]),
    )
    mass: defaultdict[tuple[str, ...], float] = defaultdict(float)
    written: dict[tuple[str, ...], str] = {}
    spoken: Counter[str] = Counter()
    for n, word in common[: 3 * count]:
        if not (_is_han(word) and word_units(word)):
            continue
        sound = word_syllables(word)
        spoken.update(dict.fromkeys(sound, n))
        if sound in written or len(written) < count:
            mass[sound] += n
            written.setdefault(sound, word)
    whole, total = sum(mass.values()), sum(spoken[syllable] for syllable in singles)
    for syllable, character in singles.items():
        share = _EVEN / len(singles) + (1 - _EVEN) * spoken[syllable] / max(1, total)
        mass[(syllable,)] += _SINGLE * whole * share
        written.setdefault((syllable,), character)
    spelled = ((words.spell(written[sound]), mass[sound]) for sound in sorted(written))
    return tree_of((phrase, weight) for phrase, weight in spelled if phrase)


def syllables(words: ModelWords) -> dict[str, str]:
    """The commonest character for each syllable that the model knows."""
    jieba.initialize()
    singles = [word for word in words.numbers if len(word) == 1]
    singles.sort(key=lambda word: (-jieba.dt.FREQ.get(word, 0), word))
    found: dict[str, str] = {}
    for word in singles:
        found.setdefault(word_syllables(word)[0], word)
    return found


def _is_han(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)
