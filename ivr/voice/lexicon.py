"""Words whose characters have several readings, with the one that is meant (`lexicon.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from ivr.voice import reading

FILE = Path(__file__).with_name("lexicon.yaml")
_SYLLABLE = re.compile(r"[a-z]+[1-5]")

Readings = Mapping[str, tuple[str, ...]]
"""Words to their syllables, pinyin with a tone number, one a character."""


class LexiconBroken(ValueError):
    """The lexicon cannot be used; the message names the word."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`mends`: what the libraries would read otherwise; `keeps`: what they read right."""

    mends: Readings
    keeps: Readings


@cache
def shipped() -> Lexicon:
    """Return the lexicon of this folder. Raises LexiconBroken."""
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Lexicon:
    """Return the lexicon of a YAML text. Raises LexiconBroken."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LexiconBroken(f"the lexicon is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict) or set(data) - {"mends", "keeps"}:
        raise LexiconBroken("the lexicon has the keys mends and keeps and no others")
    return Lexicon(_readings(data.get("mends")), _readings(data.get("keeps")))


@cache
def said(text: str) -> str:
    """Return what is heard of `text`: its words for the ear and the words that are mended in it.

    Two texts of the same value sound the same in the same voice: part of the prompt cache's key.
    """
    words = reading.for_ear(text)
    mended = [
        f"{word}={''.join(syllables)}"
        for word, syllables in shipped().mends.items()
        if word in words
    ]
    return "|".join([words, *mended])


def _readings(entries: Any) -> Readings:
    if entries is not None and not isinstance(entries, dict):
        raise LexiconBroken("mends and keeps hold lines of the form word: pinyin")
    found = {}
    for word, pinyin in (entries or {}).items():
        syllables = tuple(str(pinyin).split())
        if len(syllables) != len(str(word)) or not all(map(_SYLLABLE.fullmatch, syllables)):
            raise LexiconBroken(f"{word}: {pinyin!r} is not one syllable with its tone a character")
        found[str(word)] = syllables
    return MappingProxyType(found)
