"""Who says what in a run: drawn from the corpora, the same for the same seed and size."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from asr.evaluation.corpora import Corpora, Said, drawn, drawn_by_meaning

_SAID_DIGITS = "零幺二三四五六七八九"
KOKORO_EVERY = 3
"""Every third clip of harmless talk is Kokoro's, the others are espeak-ng's, which is cheap."""

PARTS = (
    "intents",
    "alone",
    "hostile",
    "emergencies",
    "talk",
    "answers",
    "phone",
    "streets",
    "people",
    "cost",
)
"""The names that `--only` takes."""

_OF_INTENTS = {"intents", "alone", "talk", "cost", "emergencies"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the shipped tree and articles hold: words of alarm, yes and no; sentences.

    `alarm` are those that count wherever they are heard, `near_alarm` all others.
    """

    alarm: Sequence[str]
    near_alarm: Sequence[str]
    yes: Sequence[str]
    no: Sequence[str]
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Phone:
    """A number, said in groups, and said again more slowly when the first was misheard."""

    number: str
    first: Said
    again: Said


@dataclass(frozen=True, slots=True)
class Plan:
    """All that will be said; a part that is not wanted is empty."""

    intents: list[Said]
    hostile: list[Said]
    cries: list[Said]
    talk: list[Said]
    answers: list[Said]
    digits: list[Said]
    phones: list[Phone]
    streets: list[Said]

    def said(self) -> list[Said]:
        """Everything, for rendering."""
        calls = [said for phone in self.phones for said in (phone.first, phone.again)]
        return [
            *self.intents, *self.hostile, *self.cries, *self.talk, *self.answers, *self.digits,
            *calls, *self.streets,
        ]  # fmt: skip


def make(corpora: Corpora, words: Vocabulary, quick: bool, parts: set[str]) -> Plan:
    """Draw the samples of these parts."""

    def count(what: str, *wanted: str) -> int:
        return corpora.count(what, quick) if parts & set(wanted) else 0

    everything = corpora.spoken(corpora.intents)
    intents = drawn_by_meaning(everything, count("intents", *_OF_INTENTS), corpora.seed)
    others = drawn_by_meaning(everything, count("hostile", "hostile"), f"{corpora.seed}:hostile")
    cries = _by_all(corpora, [("emergency", "need", word) for word in words.alarm])
    answers = [("yes", "answer", text) for text in words.yes]
    answers += [("no", "answer", text) for text in words.no]
    digits = [(str(n), "need", said) for n, said in enumerate(_SAID_DIGITS)]
    streets = corpora.spoken([("street", "need", name) for name in corpora.streets])
    return Plan(
        intents=intents,
        hostile=[Said(s.text, corpora.hostile, s.meaning, s.node) for s in others],
        cries=drawn(cries, count("emergency words", "emergencies"), f"{corpora.seed}:cries"),
        talk=_talk(corpora, words, count("talk clips", "talk")),
        answers=drawn(
            _by_all(corpora, answers), count("yes and no", "answers"), f"{corpora.seed}:answers"
        ),
        digits=drawn_by_meaning(
            _by_all(corpora, digits), count("digits", "answers"), f"{corpora.seed}:digits"
        ),
        phones=_phones(corpora, count("phone numbers", "phone")),
        streets=drawn(streets, count("streets", "streets"), f"{corpora.seed}:streets"),
    )


def _by_all(corpora: Corpora, texts: Sequence[tuple[str, str, str]]) -> list[Said]:
    """Each text by each voice."""
    return [Said(text, v, meaning, node) for v in corpora.voices for meaning, node, text in texts]


def _talk(corpora: Corpora, words: Vocabulary, count: int) -> list[Said]:
    """Harmless sentences; one that holds a word of alarm, as written, is no such thing."""
    texts = [
        text
        for text in (*corpora.talk, *words.sentences)
        if not any(word in text for word in (*words.alarm, *words.near_alarm))
    ]
    chosen = drawn(texts, count, f"{corpora.seed}:talk")
    voices = corpora.voices
    return [
        Said(text, voices[n // KOKORO_EVERY % len(voices)] if n % KOKORO_EVERY == 0 else
             corpora.hostile, "talk")
        for n, text in enumerate(chosen)
    ]  # fmt: skip


def _phones(corpora: Corpora, count: int) -> list[Phone]:
    chance = random.Random(f"{corpora.seed}:phones")
    found = []
    for n in range(count):
        number = "1" + chance.choice("3456789") + "".join(chance.choices("0123456789", k=9))
        said = "".join(_SAID_DIGITS[int(digit)] for digit in number)
        voice = corpora.voices[n % len(corpora.voices)]
        groups = (said[:3], said[3:7], said[7:])
        slowly = (said[:3], said[3:5], said[5:7], said[7:9], said[9:])
        found.append(Phone(number, Said("，".join(groups), voice), Said("。".join(slowly), voice)))
    return found
