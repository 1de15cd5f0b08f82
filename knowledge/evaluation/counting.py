"""How often the search is right: its first articles, and what callers would be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from knowledge.port import Decision
from knowledge.search import KnowledgeIndex

Hear = Callable[[str], str]
"""What the search gets of a question."""

FIRST = 3


class Counting:
    """Asks a search as a caller from one area on one day would."""

    def __init__(self, index: KnowledgeIndex, area: str, today: date) -> None:
        """Take the search, a GB/T 2260 code, and the day."""
        self._index, self._area, self._today = index, area, today

    def answered(self, pairs: Sequence[tuple[str, str]], hear: Hear = str) -> dict[str, float]:
        """Of (article, question) pairs, in %: right article first, or among the first three, by
        score; right and wrong answers told, right article offered, nothing found.
        """
        counts: Counter[str] = Counter()
        for article, text in pairs:
            explained = self._index.explain(hear(text), self._area, self._today)
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

    def outside(self, texts: Sequence[str], hear: Hear = str) -> dict[str, int]:
        """Of questions that no article answers: how many are answered all the same, or offered."""
        counts: Counter[str] = Counter()
        for text in texts:
            found = self._index.ask(hear(text), self._area, self._today)
            counts[found.decision.value] += 1
        told, offered = counts[Decision.ANSWER.value], counts[Decision.UNSURE.value]
        return {"outside": len(texts), "outside_told": told, "outside_offered": offered}
