"""Say how a name is written and read: 梅花的梅, the second tone.

`character_words.txt` has a plain word for the characters that are in most names of Guangdong; for
any other the commonest two-character word of jieba's dictionary that reads it alike is taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import jieba  # type: ignore[import-untyped]
from pypinyin import Style, lazy_pinyin

from core.sound import sounds, sounds_similarity

FILE = Path(__file__).with_name("character_words.txt")

_HAN = re.compile(r"[\u3400-\u9fff]")
_TONES = {"1": "第一声", "2": "第二声", "3": "第三声", "4": "第四声", "5": "轻声"}
_KEPT = 8
_IN_FRONT = 2
"""A word that begins with the character counts so many times: 梅花 is told sooner than 腊梅."""

_NO_NAMES = re.compile(r"^(?:n|v|a)(?![rstz])")
_GRIM = re.compile("[毒死杀尸贼奸淫病癌鬼屎尿妓]")
_ALIKE = 0.85


def written(name: str) -> str:
    """How a name is written: 香水的香，梅花的梅，道路的路; characters without a word are named."""
    return "，".join(_told(char, pinyin) for char, pinyin in _read(name))


def read(name: str) -> str:
    """How a name is read: 香，第一声；梅，第二声；路，第四声."""
    return "；".join(f"{char}，{_TONES[pinyin[-1]]}" for char, pinyin in _read(name))


def pinyin_of(name: str) -> str:
    """A name in pinyin with marks of tone, for the eye: xiāng méi lù."""
    return " ".join(lazy_pinyin(name, style=Style.TONE))


def one_character(name: str, heard: str) -> tuple[str, str]:
    """One character of a name by its sound, and how it is written: 梅, 梅花的梅; else empty texts.

    What was heard may be any character that sounds like it: 香梅路的没.
    """
    asked = sounds(heard)
    for char, pinyin in _read(name):
        if char == heard or sounds_similarity(sounds(char), asked) >= _ALIKE:
            return char, _told(char, pinyin)
    return "", ""


def _read(name: str) -> list[tuple[str, str]]:
    """Each Chinese character of a name with its pinyin in this name, the tone a digit at its end.

    The whole name is read at once: 长 is another syllable in 长江 than in 长大.
    """
    plain = "".join(_HAN.findall(name))
    style = Style.TONE3
    pinyin = lazy_pinyin(plain, style=style, neutral_tone_with_five=True)
    return [(c, p) for c, p in zip(plain, pinyin, strict=True) if p[-1] in _TONES]


def _told(char: str, pinyin: str) -> str:
    word = _word(char, pinyin)
    if not word:
        return f"{char}，{_TONES[pinyin[-1]]}"
    return f"{word}{'' if char in word and '的' in word else f'的{char}'}"


@cache
def _word(char: str, pinyin: str) -> str:
    """A plain word in which a character is read so; empty when there is none."""
    for word in (*_chosen().get(char, ()), *_common().get(char, ())):
        spoken = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        if len(spoken) == len(word) and spoken[word.index(char)] == pinyin:
            return word
    return ""


@cache
def _chosen() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in FILE.read_text(encoding="utf-8").split():
        char, _, word = pair.partition(":")
        found[char] = (*found.get(char, ()), word)
    return found


@cache
def _common() -> dict[str, list[str]]:
    """The commonest words of two characters by character; half a second, once."""
    scored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, often, kind = line.decode().split()
            if len(word) == 2 and _NO_NAMES.match(kind) and not _GRIM.search(word):
                for char in set(word):
                    front = _IN_FRONT if word[0] == char else 1
                    scored[char].append((int(often) * front, word))
    return {
        char: [word for _, word in sorted(words, reverse=True)[:_KEPT]]
        for char, words in scored.items()
    }
