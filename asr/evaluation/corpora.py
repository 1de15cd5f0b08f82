"""The declaration of what is listened to, and the drawing of samples from it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

HERE = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said by one voice; `node` is the tree's node that hears it."""

    text: str
    voice: str
    meaning: str = ""
    node: str = "need"


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line: babble and hiss so many dB below the speech; the share of lost packets."""

    name: str
    babble_db: float | None = None
    hiss_db: float | None = None
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Corpora:
    """All that `corpora.yaml` declares. `intents` are (meaning, node, text), in file order."""

    seed: int
    area: str
    today: date
    voices: tuple[str, ...]
    hostile: str
    lines: dict[str, Line]
    intents: tuple[tuple[str, str, str], ...]
    streets: tuple[str, ...]
    talk: tuple[str, ...]
    people_words: str
    people_clips: dict[str, str]
    _samples: dict[str, dict[str, int]]
    _hours: dict[str, float]

    def count(self, what: str, quick: bool) -> int:
        """How many samples of a kind are wanted."""
        return self._samples[what]["quick" if quick else "whole"]

    def hours(self, quick: bool) -> float:
        """How much harmless talk is wanted, in hours."""
        return self._hours["quick" if quick else "whole"]

    def spoken(self, texts: Sequence[tuple[str, str, str]]) -> list[Said]:
        """Give (meaning, node, text) their voices in turn: the same ones in every run."""
        count = len(self.voices)
        return [
            Said(text, self.voices[number % count], meaning, node)
            for number, (meaning, node, text) in enumerate(texts)
        ]


def load(path: Path = HERE / "corpora.yaml") -> Corpora:
    """Read the declaration. Raises OSError, ValueError or KeyError when it is not whole."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts = {name: path.parent / file for name, file in found["texts"].items()}
    return Corpora(
        seed=int(found["seed"]),
        area=str(found["area"]),
        today=date.fromisoformat(found["today"]),
        voices=tuple(found["voices"]),
        hostile=found["hostile"],
        lines={name: Line(name, **values) for name, values in found["lines"].items()},
        intents=intents(yaml.safe_load(texts["intents"].read_text(encoding="utf-8"))),
        streets=lines_of(texts["streets"]),
        talk=lines_of(texts["talk"]),
        people_words=found["people"]["words"],
        people_clips=dict(found["people"]["clips"]),
        _samples=found["samples"],
        _hours=found["talk_hours"],
    )


def intents(document: dict[str, list[Any]]) -> tuple[tuple[str, str, str], ...]:
    """(meaning, node, text) of each utterance, in the order of the file."""
    rows: list[tuple[str, str, str]] = []
    for meaning, entries in document.items():
        for entry in entries:
            if isinstance(entry, dict):
                rows += [(meaning, entry["node"], text) for text in entry["says"]]
            else:
                rows.append((meaning, "need", entry))
    return tuple(rows)


def lines_of(path: Path) -> tuple[str, ...]:
    """The lines of a text file, each once; comments and empty ones left out."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def drawn(items: Sequence[T], count: int, seed: object) -> list[T]:
    """`count` of the items (all when there are fewer), in their order; the same for one seed."""
    chosen = random.Random(str(seed)).sample(range(len(items)), min(count, len(items)))
    return [items[number] for number in sorted(chosen)]


def drawn_by_meaning(items: Sequence[Said], count: int, seed: object) -> list[Said]:
    """As `drawn`, but every meaning as often as the others: the k-th of each before the next."""
    chance = random.Random(str(seed))
    groups: dict[str, list[int]] = {}
    for number, item in enumerate(items):
        groups.setdefault(item.meaning, []).append(number)
    ranked: list[tuple[int, float, int]] = []
    for numbers in groups.values():
        chance.shuffle(numbers)
        ranked += [(place, chance.random(), number) for place, number in enumerate(numbers)]
    return [items[number] for _, _, number in sorted(sorted(ranked)[:count], key=lambda r: r[2])]
