"""What the synthetic callers say: the hotline's own words, and everything Mandarin sounds like.

Two kinds are mixed. Hotline utterances come from the shipped tree, the articles and `hotline.txt`;
coverage sentences are dictionary words strung together so that every syllable occurs in many
neighbourhoods, because a net that hears only hotline phrases learns the phrases and not the sounds.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cn2an  # type: ignore[import-untyped]
import jieba
import yaml

from asr.training.units import word_syllables, word_units, words

ROOT = Path(__file__).resolve().parents[2]
TREES = ROOT / "ivr" / "trees"
DISTRESS = ROOT / "ivr" / "emergency.yaml"
ARTICLES = ROOT / "knowledge" / "articles"
PHRASES = Path(__file__).with_name("hotline.txt")
VILLAGES = Path(__file__).with_name("villages.txt")

_SHORT_CODE = re.compile(r"(?<!\d)(?:1\d{2}|12\d{3}|\d{7,})(?!\d)")
_READ_OUT = str.maketrans("0123456789", "零幺二三四五六七八九")
_CLAUSE = re.compile(r"[，。！？；：、,.!?;:\s“”‘’（）()《》〈〉【】\[\]…—\-/|]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SLOT = re.compile(r"\{(\w+)\}")


def spoken(text: str) -> str:
    """A text as it is said aloud: numbers in Chinese, phone numbers digit by digit."""
    text = _SHORT_CODE.sub(lambda found: found.group().translate(_READ_OUT), text)
    try:
        return str(cn2an.transform(text, "an2cn"))
    except (ValueError, IndexError):  # cn2an gives up on odd numbers; the digits then stay unread
        return text


def clauses(text: str) -> list[str]:
    """The pieces between punctuation marks, only their Chinese characters, empty ones left out."""
    pieces = ("".join(_HAN.findall(piece)) for piece in _CLAUSE.split(spoken(text)))
    return [piece for piece in pieces if piece]


def strings_in(document: Any) -> Iterator[str]:
    """All strings with Chinese in a YAML document, however deep."""
    if isinstance(document, str):
        if _HAN.search(document):
            yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from strings_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings_in(value)


def shipped_texts(folder: Path) -> list[str]:
    """Every Chinese string of the YAML files in a folder, sorted by file."""
    found: list[str] = []
    for path in sorted(folder.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            found.extend(strings_in(document))
    return found


_SHARES = {
    "hotline": 0.18,
    "commands": 0.14,
    "syllables": 0.14,
    "articles": 0.05,
    "tree": 0.02,
    "distress": 0.06,
    "digits": 0.09,
    "short": 0.05,
    "places": 0.05,
    "coverage": 0.22,
}
"""Of what the synthetic callers say."""
_SYLLABLES = 2
"""Characters of an answer that is heard as a whole or not at all: 是, 不对, and digits. They cost
next to nothing to render, and a net that has met few of them hears silence instead."""
_PLACES = ("{}", "{}", "{}村", "{}社区", "{}怎么走", "去{}", "我住在{}", "我在{}村委会")
_COMMAND = 5
"""Characters of a command at most. A word said alone gives a net the least to go on, and 人工 must
never be missed: a net that met it twice in an hour of speech heard 有 instead."""


class Templates:
    """The lists and utterances of `hotline.txt`."""

    def __init__(self, path: Path = PHRASES) -> None:
        """Read the file. Raises ValueError when a template names a list that is not there."""
        self.lists: dict[str, list[str]] = {}
        self.utterances: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.strip()
            if line.startswith("@") and line != "@say:":
                name, _, items = line[1:].partition(":")
                self.lists[name] = items.split()
            elif line and not line.startswith(("#", "@")):
                self.utterances.append(line)
        for line in self.utterances:
            missing = set(_SLOT.findall(line)) - set(self.lists)
            if missing:
                raise ValueError(f"{path.name}: “{line}” uses a list that is not there: {missing}")

    def fill(self, template: str, chance: random.Random) -> str:
        """One utterance from a template."""
        return _SLOT.sub(lambda slot: chance.choice(self.lists[slot.group(1)]), template)


class Corpus:
    """All sources, and an endless, seeded stream of utterances from them."""

    def __init__(self, seed: int) -> None:
        """Read the sources. `seed` decides everything that is drawn."""
        self.seed = seed
        self.templates = Templates()
        self.tree = unique(c for t in shipped_texts(TREES) for c in clauses(t))
        listed = strings_in(yaml.safe_load(DISTRESS.read_text("utf-8")))
        self.distress = unique(c for t in listed for c in clauses(t))
        self.articles = unique(c for t in shipped_texts(ARTICLES) for c in clauses(t))
        self.commands = [
            text
            for text in self.templates.utterances
            if len(text) <= _COMMAND and not _SLOT.search(text)
        ]
        self.syllables = [text for text in self.commands if len(text) <= _SYLLABLES]
        self.villages = _lines(VILLAGES)
        self.filler = [*self.templates.lists["polite"], "", "", ""]
        self._dictionary, self._weights = _coverage_words()

    def utterance(self, number: int) -> str:
        """The utterance with this number; the same for the same seed and sources."""
        chance = random.Random(f"{self.seed}:{number}")
        (kind,) = chance.choices(tuple(_SHARES), tuple(_SHARES.values()))
        if kind == "hotline":
            return self._hotline(chance)
        if kind == "distress":
            return chance.choice(self.distress)
        if kind == "digits":
            return self._digits(chance)
        if kind == "syllables":
            return chance.choice(chance.choice((self.templates.lists["digit"], self.syllables)))
        if kind == "places":
            return chance.choice(_PLACES).format(chance.choice(self.villages))
        if kind == "short":
            return self._coverage(chance, 1)
        sources = {"articles": self.articles, "tree": self.tree, "commands": self.commands}
        texts = sources.get(kind)
        return chance.choice(texts) if texts else self._coverage(chance)

    def hotline(self, number: int) -> str:
        """A hotline utterance with this number, for counting which words follow which."""
        return self._hotline(random.Random(f"{self.seed}:lm:{number}"))

    def _hotline(self, chance: random.Random) -> str:
        text = self.templates.fill(chance.choice(self.templates.utterances), chance)
        if chance.random() < 0.25:
            text = chance.choice(self.filler) + text
        if chance.random() < 0.1:
            text += chance.choice(self.templates.lists["end"])
        if chance.random() < 0.12:
            text += "，" + self.templates.fill(chance.choice(self.templates.utterances), chance)
        return text

    def _digits(self, chance: random.Random) -> str:
        """Digits one by one, as in numbers of telephones and identity cards, in groups."""
        count = chance.choice((1, 1, 1, 2, 3, 4, 4, 6, 8, 11, 11))
        said = chance.choices(self.templates.lists["digit"], k=count)
        groups = chance.choice(((count,), (3, 4, 4), (4, 4, 4), (2, 2, 2, 2, 2, 2)))
        pieces, at = [], 0
        for size in groups:
            pieces.append("".join(said[at : at + size]))
            at += size
        return "，".join(piece for piece in pieces if piece)

    def _coverage(self, chance: random.Random, count: int = 0) -> str:
        count = count or chance.choices((2, 3, 4, 5, 6, 7), (2, 3, 4, 4, 3, 2))[0]
        return "".join(chance.choices(self._dictionary, self._weights, k=count))


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def unique(texts: Iterable[str]) -> list[str]:
    """The texts without repeats, in their order."""
    return list(dict.fromkeys(texts))


def _coverage_words() -> tuple[list[str], list[float]]:
    """Dictionary words that Mandarin speakers know, weighted towards those with rare syllables."""
    jieba.initialize()
    known = [
        (word, count)
        for word, count in jieba.dt.FREQ.items()
        if ((len(word) in (2, 3, 4) and count >= 20) or (len(word) == 1 and count >= 300))
        and all(_HAN.match(character) for character in word)
        and word_units(word)
    ]
    known.sort()
    seen = Counter(syllable for word, _ in known for syllable in word_syllables(word))
    weights = [
        sum((300.0 / (60 + seen[s])) for s in word_syllables(word))
        / len(word)
        * min(count, 400) ** 0.3
        for word, count in known
    ]
    return [word for word, _ in known], weights


def vocabulary(corpus: Corpus) -> set[str]:
    """The words of all hotline texts (not of the coverage sentences)."""
    lists = (item for items in corpus.templates.lists.values() for item in items)
    plain = (_SLOT.sub("，", line) for line in corpus.templates.utterances)
    texts = (*lists, *plain, *corpus.tree, *corpus.distress, *corpus.articles)
    return {word for text in texts for word in words(text)}
