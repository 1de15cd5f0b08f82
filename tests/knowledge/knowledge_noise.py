"""What a recogniser on a bad line makes of a sentence: syllables lost, homophones, confusions."""

from __future__ import annotations

import random
from functools import cache

from core.sound import fold, sounds


def mishear(text: str, rate: float, rng: random.Random) -> str:
    """Spoil each character with probability `rate`.

    A third of the spoilt ones are dropped, a third become another character of the same sound, a
    third one of a sound that is often confused with it (n/l, zh/z, an/ang, h/f, …).
    """
    return "".join(_spoil(char, rng) if rng.random() < rate else char for char in text)


def _spoil(char: str, rng: random.Random) -> str:
    by_sound, by_fold = _characters()
    heard = sounds(char)
    if len(heard) != 1 or heard[0] not in by_sound:
        return char
    way = rng.randrange(3)
    if way == 0:
        return ""
    if way == 1:
        return rng.choice(by_sound[heard[0]])
    others = [each for each in by_fold[fold(heard[0])] if each != heard[0]] or [heard[0]]
    return rng.choice(by_sound[rng.choice(others)])


@cache
def _characters() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The common characters (first level of GB 2312) by syllable, and syllables by class."""
    by_sound: dict[str, list[str]] = {}
    for row in range(0xB0, 0xD8):
        for column in range(0xA1, 0xFF if row < 0xD7 else 0xFA):
            char = bytes([row, column]).decode("gb2312")
            heard = sounds(char)
            if len(heard) == 1:
                by_sound.setdefault(heard[0], []).append(char)
    by_fold: dict[str, list[str]] = {}
    for syllable in by_sound:
        by_fold.setdefault(fold(syllable), []).append(syllable)
    return by_sound, by_fold
