"""Spells phrases in the words that a model knows, so that its grammar can hold any of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from pypinyin import Style, lazy_pinyin

UNKNOWN = "[unk]"
_DIGITS = str.maketrans("0123456789〇", "零一二三四五六七八九零")


class Speller:
    """The words of one model."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the model's words (of `words.txt`)."""
        self._words = {word for word in words if _is_han(word)}
        self._longest = max((len(word) for word in self._words), default=0)
        self._by_sound: dict[str, str] = {}
        for word in sorted(self._words):
            if len(word) == 1:
                self._by_sound.setdefault(_sound(word), word)

    @classmethod
    def of_model(cls, path: Path) -> Speller:
        """Read `words.txt` of a model's folder; a model without one knows no words."""
        for name in ("graph/words.txt", "words.txt"):
            if (path / name).is_file():
                with (path / name).open(encoding="utf-8", errors="replace") as lines:
                    return cls(line.split(" ", 1)[0] for line in lines)
        return cls(())

    def grammar(self, phrases: Sequence[str]) -> list[str]:
        """The phrases with spaces between known words, and the mark for anything else.

        A character that the model does not know is replaced by one of the same sound; a phrase with
        none such is left out. Empty when no phrase is left.
        """
        spelled = dict.fromkeys(text for p in phrases if (text := " ".join(self.spell(p))))
        return [*spelled, UNKNOWN] if spelled else []

    def spell(self, phrase: str) -> list[str]:
        """The fewest known words that make up a phrase, as in `grammar`; empty when none do."""
        folded = unicodedata.normalize("NFKC", phrase).translate(_DIGITS)
        text = "".join(character for character in folded if _is_han(character))
        # Fewest words win; of these the first found, which has the longer words early.
        best: list[tuple[int, list[str]] | None] = [(0, []), *([None] * len(text))]
        for start in range(len(text)):
            so_far = best[start]
            if so_far is None:
                continue
            for end in range(min(len(text), start + self._longest), start, -1):
                word: str | None = text[start:end]
                if word not in self._words:
                    word = self._by_sound.get(_sound(text[start])) if end == start + 1 else None
                there = best[end]
                if word is not None and (there is None or there[0] > so_far[0] + 1):
                    best[end] = (so_far[0] + 1, [*so_far[1], word])
        whole = best[len(text)]
        return whole[1] if whole else []


def _sound(character: str) -> str:
    return lazy_pinyin(character, style=Style.NORMAL)[0]


def _is_han(text: str) -> bool:
    return bool(text) and all("\u4e00" <= character <= "\u9fff" for character in text)
