"""Sounds the acoustic model tells apart: pinyin initials and toneless finals, and a blank.

Tones are left out: a telephone line carries them badly and old speakers from the south even worse,
and everything downstream compares toneless syllables (DESIGN, decision 9).
"""

from __future__ import annotations

import re
from functools import lru_cache

import jieba
from pypinyin import Style, lazy_pinyin

INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s", "y", "w",
)  # fmt: skip
FINALS = (
    "a", "o", "e", "ai", "ei", "ao", "ou", "an", "ang", "en", "eng", "er", "ong",
    "i", "ia", "ie", "iao", "iu", "ian", "iang", "in", "ing", "iong", "ii", "iii",
    "u", "ua", "uo", "uai", "ui", "uan", "uang", "un", "v", "ve", "van", "vn",
)  # fmt: skip
BLANK = 0
UNITS = ("<blank>", *(f"{name}-" for name in INITIALS), *(f"-{name}" for name in FINALS))
UNIT_ID = {name: number for number, name in enumerate(UNITS)}

_UMLAUT = {"u": "v", "ue": "ve", "uan": "van", "un": "vn"}
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@lru_cache(maxsize=4096)
def syllable_units(syllable: str) -> tuple[int, ...]:
    """The units of a toneless pinyin syllable (`lv`, `yuan`, ...); empty when it is not Mandarin.

    The i after z/c/s and after zh/ch/sh/r is another sound than that of `li`, so both have a unit.
    """
    initial = next((name for name in INITIALS if syllable.startswith(name)), "")
    final = syllable[len(initial) :]
    if initial in ("j", "q", "x", "y"):
        final = _UMLAUT.get(final, final)
    if final == "i" and initial in ("z", "c", "s"):
        final = "ii"
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "iii"
    if final not in FINALS:
        return ()
    start = (UNIT_ID[f"{initial}-"],) if initial else ()
    return (*start, UNIT_ID[f"-{final}"])


@lru_cache(maxsize=200_000)
def word_syllables(word: str) -> tuple[str, ...]:
    """The toneless pinyin of a word of Chinese characters, as the synthetic voice reads it."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


@lru_cache(maxsize=200_000)
def word_units(word: str) -> tuple[int, ...]:
    """The units of a word; empty when any syllable of it is not Mandarin."""
    parts = [syllable_units(syllable) for syllable in word_syllables(word)]
    return tuple(unit for part in parts for unit in part) if parts and all(parts) else ()


def words(text: str) -> list[str]:
    """The words of a text; only Chinese characters count, punctuation ends a word."""
    return [word for piece in _HAN.findall(text) for word in jieba.lcut(piece)]


def text_units(text: str) -> tuple[int, ...]:
    """The units of a text. Read word by word, as the voice does, so that both agree on 行 or 长."""
    return tuple(unit for word in words(text) for unit in word_units(word))
