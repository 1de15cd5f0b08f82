"""Cuts texts into sentences, the pieces in which prompts are spoken, cached and played."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 40
"""Characters after which a sentence is also cut at a comma: short pieces start sooner."""

HARD_LIMIT = 90
"""Characters that are cut anywhere: the voice takes at most 508 phonemes at once."""

_ENDS = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]+[”’」』）)]*|[^。！？；!?;\n]+")
_COMMAS = re.compile(r"[^，,、：:]*[，,、：:]+|[^，,、：:]+")


def split(text: str) -> list[str]:
    """Return the sentences of `text` in order, punctuation kept, none of them empty.

    Cuts after 。！？； and line ends; a sentence longer than `LONGEST` characters is also cut after
    commas, into pieces as even as they come. Splitting a piece again returns that piece.
    """
    return list(_split(text))


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    pieces: list[str] = []
    for match in _ENDS.finditer(text):
        sentence = match.group().strip()
        if not _has_sound(sentence):
            continue
        pieces.extend(_at_commas(sentence) if len(sentence) > LONGEST else [sentence])
    return tuple(pieces)


def _has_sound(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _at_commas(sentence: str) -> list[str]:
    parts: list[str] = []
    for match in _COMMAS.finditer(sentence):
        part = match.group()
        if parts and (len(parts[-1]) + len(part) <= LONGEST or not _has_sound(part)):
            parts[-1] += part
        else:
            parts.append(part)
    cut: list[str] = []
    for part in parts:
        cut.extend(part[at : at + HARD_LIMIT] for at in range(0, len(part), HARD_LIMIT))
    return [part.strip() for part in cut if _has_sound(part)]
