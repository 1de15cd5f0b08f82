"""What an answer from the knowledge room looks like to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol


class Decision(Enum):
    """How sure the search is."""

    ANSWER = "answer"
    UNSURE = "unsure"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that fits, ready to be spoken.

    `spoken` is the short answer (<= 200 characters), `spoken_source` names the document and its
    date in words fit for the ear; `score` is 0..1.
    """

    article: str
    version: int
    title: str
    spoken: str
    spoken_source: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found; `answers` best first, empty for NOTHING."""

    decision: Decision
    answers: tuple[Answer, ...]
    why: str


class Knowledge(Protocol):
    """Search over the articles in force."""

    def ask(self, text: str, area: str, today: date) -> Found:
        """Find what answers a spoken question, by sound and by words. Fast (< 20 ms), in memory.

        `area` is a GB/T 2260 code; an article of the province or city also serves its counties.
        """

    def phrases(self) -> list[str]:
        """All question variants, for the recogniser's vocabulary."""
