"""What the hotline's callers may say: the operator's own tree, articles and words of distress."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from asr.training.texts import (
    PHRASES,
    Corpus,
    Templates,
    clauses,
    shipped_texts,
    strings_in,
    unique,
)

PLACES = Path(__file__).with_name("places.txt")


class TextsUnusable(Exception):
    """A file that the graph is made from cannot be read; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a graph of sentences is made from. `phrases` is the operator's own list."""

    tree: Path
    emergency_words: Path
    articles: Path
    phrases: Path | None = None
    places: Path = PLACES

    def files(self) -> list[Path]:
        """All of them. Raises TextsUnusable when one is not there."""
        found = [self.tree, self.emergency_words, self.places, PHRASES]
        found += [self.phrases] if self.phrases else []
        articles = sorted(self.articles.rglob("*.yaml"))
        for path in found:
            if not path.is_file():
                raise TextsUnusable(f"{path} is not a file")
        if not articles:
            raise TextsUnusable(f"{self.articles} holds no articles (*.yaml)")
        return [*found, *articles]

    def digest(self) -> str:
        """The SHA-256 of all that they hold; where they lie is left out. Raises TextsUnusable."""
        whole = hashlib.sha256()
        try:
            for path in self.files():
                whole.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise TextsUnusable(f"{error.filename} cannot be read: {error.strerror}") from error
        return whole.hexdigest()


class OwnTexts(Corpus):
    """A `Corpus` of an operator's files, without the coverage sentences, which only a net needs."""

    def __init__(self, sources: Sources, seed: int) -> None:
        """Read the files. Raises TextsUnusable."""
        sources.files()
        self.seed = seed
        self.templates = Templates()
        self.filler = [*self.templates.lists["polite"], "", "", ""]
        self.tree = _texts(sources.tree)
        self.distress = _texts(sources.emergency_words)
        try:
            self.articles = unique(c for t in shipped_texts(sources.articles) for c in clauses(t))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise TextsUnusable(f"an article in {sources.articles}: {_one_line(error)}") from error


def _texts(path: Path) -> list[str]:
    try:
        found = strings_in(yaml.safe_load(path.read_text(encoding="utf-8")))
        return unique(clause for text in found for clause in clauses(text))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TextsUnusable(f"{path}: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
