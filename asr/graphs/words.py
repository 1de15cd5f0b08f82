"""The words that a model's lexicon holds, and texts cut into them."""

from __future__ import annotations

from pathlib import Path

from asr.phrases import UNKNOWN, Speller
from asr.training.units import word_units, words


class ModelWords:
    """The words of a model and their numbers."""

    def __init__(self, numbers: dict[str, int]) -> None:
        """Take the numbers by word, as in `words.txt`. Raises ValueError when it holds no words."""
        self.numbers = {word: n for word, n in numbers.items() if word_units(word)}
        if not self.numbers or UNKNOWN not in numbers:
            raise ValueError(f"the model's words.txt holds no Chinese words or no {UNKNOWN}")
        self.unknown = numbers[UNKNOWN]
        self._speller = Speller(self.numbers)

    @classmethod
    def read(cls, path: Path) -> ModelWords:
        """Read `words.txt`. Raises OSError or ValueError."""
        numbers = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            word, _, number = line.rpartition(" ")
            numbers[word] = int(number)
        return cls(numbers)

    def cut(self, text: str) -> list[str]:
        """The known words that sound like a text: jieba's where they are known, else by parts."""
        found: list[str] = []
        for word in words(text):
            found += [word] if word in self.numbers else self.spell(word)
        return found

    def spell(self, phrase: str) -> list[str]:
        """The fewest known words that make up a phrase; empty when it has a sound of no word."""
        return self._speller.spell(phrase)
