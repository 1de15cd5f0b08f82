"""Why the search decided as it did, for `hotline kb ask` and whoever tunes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from knowledge.port import Answer, Found


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores from which on an answer is told (`answer`) or offered (`unsure`), 0..1.

    An answer less than `margin` ahead of another article is offered together with it. `offered`
    is the most that one reply offers.
    """

    answer: float = 0.45
    unsure: float = 0.3
    margin: float = 0.04
    offered: int = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article that was scored. `terms` are the question's sounds that it knows and what each
    adds to `answer.why.sounds`; `words` those that one of its questions has too.
    """

    answer: Answer
    terms: dict[str, float]
    words: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values, without what would be told."""
        answer = self.answer
        return {
            "article": answer.article,
            "title": answer.title,
            "confidence": answer.score,
            "scores": asdict(answer.why),
            "terms": {term: round(weight, 3) for term, weight in self.terms.items()},
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision, the question as it was compared, and the likeliest articles, best first."""

    found: Found
    compared: str
    ranked: tuple[Ranked, ...]
    limits: Limits

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        found, best = self.found, self.ranked[:1]
        told = found.answers[0] if found.answers else None
        return {
            "decision": found.decision.value,
            "article": told.article if told else "",
            "confidence": told.score if told else 0.0,
            "asks": found.asks,
            "why": found.why,
            "compared": self.compared,
            "thresholds": asdict(self.limits),
            "best": best[0].to_dict() if best else None,
            "runner_up": self.ranked[1].to_dict() if len(self.ranked) > 1 else None,
            "answers": [asdict(answer) for answer in found.answers],
        }
