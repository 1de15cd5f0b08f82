"""How often the search is right: its first articles, and what callers would be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from knowledge.explained import Explained
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex

Hear = Callable[[str], Sequence[str]]
"""What the search gets of a question: one text, or two readings of it."""

_SURE = {Decision.NOTHING: 0, Decision.UNSURE: 1, Decision.ASK: 2, Decision.ANSWER: 2}


def as_written(text: str) -> Sequence[str]:
    """The question itself."""
    return (text,)


FIRST = 3


class Counting:
    """Asks a search as a caller from one area on one day would."""

    def __init__(self, index: KnowledgeIndex, area: str, today: date) -> None:
        """Take the search, a GB/T 2260 code, and the day."""
        self._index, self._area, self._today = index, area, today

    def answered(
        self, pairs: Sequence[tuple[str, str]], hear: Hear = as_written
    ) -> dict[str, float]:
        """Of (article, question) pairs, in %: right article first, or among the first three, by
        score; right and wrong answers told, right article offered, nothing found.
        """
        counts: Counter[str] = Counter()
        for article, text in pairs:
            explained = self.better(hear(text))
            ranked = [each.answer.article for each in explained.ranked[:FIRST]]
            counts["top1"] += ranked[:1] == [article]
            counts["top3"] += article in ranked
            found = explained.found
            told = [answer.article for answer in found.answers]
            if found.decision is Decision.ANSWER:
                counts["told_right" if told == [article] else "told_wrong"] += 1
            elif found.decision is Decision.UNSURE:
                counts["offered" if article in told else "offered_others"] += 1
            else:
                counts["nothing"] += 1
        names = ("top1", "top3", "told_right", "told_wrong", "offered", "offered_others", "nothing")
        shares = {name: round(100 * counts[name] / max(1, len(pairs)), 1) for name in names}
        return {"questions": len(pairs), **shares}

    def outside(self, texts: Sequence[str], hear: Hear = as_written) -> dict[str, int]:
        """Of questions that no article answers: how many are answered all the same, or offered."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts[self.better(hear(text)).found.decision.value] += 1
        told, offered = counts[Decision.ANSWER.value], counts[Decision.UNSURE.value]
        return {"outside": len(texts), "outside_told": told, "outside_offered": offered}

    def better(self, readings: Sequence[str]) -> Explained:
        """What the surer of the readings finds, as in a call."""
        explained = [self._index.explain(text, self._area, self._today) for text in readings]
        return max(
            explained,
            key=lambda each: (
                _SURE[each.found.decision],
                max((ranked.answer.score for ranked in each.ranked), default=0.0),
            ),
        )
