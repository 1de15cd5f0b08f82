"""What an answer from the knowledge room looks like to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from core.asker import UNASKED, Asker


class Decision(Enum):
    """How sure the search is; ASK: sure of the matter, but the answer depends on who asks."""

    ANSWER = "answer"
    ASK = "ask"
    UNSURE = "unsure"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Why:
    """What an answer's score is made of, each 0..1 but `facet`.

    `sounds`: how many of the question's telling sounds the article has; `whole`: how alike the
    whole question sounds to one of its questions; `words`: how many words they share; `meaning`:
    how near it is in meaning to the nearest of them, `subject`: to all of them together; `facet`:
    whether it asks for what they ask for, -1..1; `named`: whether the question names the matter.
    `word` was read as its synonym `means`.
    """

    sounds: float = 0.0
    whole: float = 0.0
    words: float = 0.0
    named: bool = True
    word: str = ""
    means: str = ""
    meaning: float = 0.0
    subject: float = 0.0
    facet: float = 0.0

    def __str__(self) -> str:
        """One line for the command line."""
        said = f"sounds {self.sounds:.2f}, whole sentence {self.whole:.2f}, words {self.words:.2f}"
        said += f", meaning {self.meaning:.2f}, subject {self.subject:.2f}"
        said += f", what is asked {self.facet:+.2f}"
        said += "" if self.named else ", no key word"
        return said + (f", {self.word} read as {self.means}" if self.word else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that fits, ready to be spoken.

    `spoken` is the short answer (<= 200 characters) and the amounts that hold in the caller's area
    today, `spoken_source` names the document and its date in words fit for the ear; `score` is
    0..1, `why` says what it is made of. `long`, `materials` and `place` are what more can be told,
    empty where the article says nothing of it.
    """

    article: str
    version: int
    title: str
    spoken: str
    spoken_source: str
    score: float
    why: Why = Why()
    long: str = ""
    materials: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found; `answers` best first, empty for NOTHING.

    `asks` is the condition (`core.asker`) that the first of them depends on: always there for ASK,
    for UNSURE it is to be asked for once the caller has confirmed the article.
    """

    decision: Decision
    answers: tuple[Answer, ...]
    why: str
    asks: str = ""


class Knowledge(Protocol):
    """Search over the articles in force."""

    def ask(
        self, text: str, area: str, today: date, asker: Asker = UNASKED, about: str = ""
    ) -> Found:
        """Find what answers a spoken question, by sound and by words. Fast (< 20 ms), in memory.

        `area` is a GB/T 2260 code; an article of the province or city also serves its counties.
        What is known of who asks goes before it, and decides between the variants of an answer.
        `about` is the article that the caller has confirmed.
        """

    def phrases(self) -> list[str]:
        """All question variants, for the recogniser's vocabulary."""
