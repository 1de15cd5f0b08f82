"""Find the article that answers a spoken question: by sound, by words, where and when it holds.

Scores of 0..1 are added with weights: how many of the question's telling sounds the article's
questions hold (BM25 over folded syllables and their pairs), how alike the whole question sounds to
the nearest of them (alignment), how many words they share (jieba, weighted Dice), how near it is in
meaning to the nearest of them and to all of them together (word vectors), and whether it asks for
what they ask for (`facets.py`, -1..1). Weights and thresholds come from the tuning half of
knowledge/evaluation/questions.yaml and tests/knowledge/tuning.yaml, cross-validated. A question
with a synonym that finds no sure answer is scored in its other readings too; the best one counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.asker import AREA, UNASKED, Asker
from core.sound import Sounds, fold, sounds, sounds_contain
from core.sound_index import SoundTable, grams
from knowledge.amounts import depends, in_force, sentences
from knowledge.article import ArticleContent
from knowledge.colloquial import usual
from knowledge.conditions import Scope, choose
from knowledge.explained import Explained, Limits, Ranked
from knowledge.facets import Facets
from knowledge.holding import Case, Holdings
from knowledge.meaning import table as meaning
from knowledge.port import Answer, Decision, Found, Why
from knowledge.synonyms import Reading, Synonyms
from knowledge.terms import Bm25, Overlap, spread
from knowledge.variants import groups
from knowledge.words import add_words, plain, rarity, segment

_SOUND_TERMS, _SOUND_WHOLE, _WORDS = 0.28, 0.14, 0.2
_MEANING, _SUBJECT, _FACET = 0.13, 0.2, 0.07
_TRUST = 0.7
_LIKELY = 200
_ALIGNED = 40
_LONGEST = 100
_KEY_HEARD = 0.75
_NO_KEY = 0.6
_READ_OTHERWISE = 0.98
_BY_WORDS = 0.1
_EXPLAINED = 3
_PARTS, _FACET_AT = 7, 5
_ASKED_OTHERWISE = -0.2
"""Who asks for what hardly any question of an article asks for is asked back, not told."""
_OF_THE_PLACE_NAMED = 1.1
"""Who names a city means its own article rather than the province's."""


@dataclass(slots=True)
class _Scored:
    """Each article's score (`total`), and the parts and the key's factor that make it."""

    total: NDArray[np.float64]
    parts: NDArray[np.float64]
    readings: dict[int, Reading]


class KnowledgeIndex:
    """The articles in memory; implements `knowledge.port.Knowledge`. Safe in several threads."""

    def __init__(
        self,
        articles: Iterable[ArticleContent],
        limits: Limits | None = None,
        synonyms: Synonyms | None = None,
    ) -> None:
        """Index the articles; the first one in a process also reads the dictionary (a second)."""
        self._articles = list(articles)
        self._limits = limits or Limits()
        self._synonyms = synonyms or Synonyms(())
        add_words(part for article in self._articles for part in article.topic.split("/"))
        asked = [_ways(article) for article in self._articles]
        spoken = [[sounds(text) for text in ways] for ways in asked]
        self._terms = Bm25(
            [Counter(gram for text in group for gram in grams(text)) for group in spoken],
            lambda gram: 1.0 if " " in gram else 0.5,
        )
        cut = [[segment(text) for text in ways] for ways in asked]
        self._words = Overlap(cut, rarity, trust=_TRUST)
        self._meanings = meaning.shipped()
        vectors = [self._meanings.of(words) for group in cut for words in group]
        self._vectors = np.array(vectors, dtype=np.float32).reshape(-1, self._meanings.size)
        self._first = np.cumsum([0, *(len(ways) for ways in asked)])
        self._subjects = meaning.Subjects(self._vectors, self._first)
        self._facets = Facets(asked)
        self._keys = [
            [(key, frozenset(map(fold, key))) for key in map(sounds, article.keys)]
            for article in self._articles
        ]
        self._table = SoundTable(text for group in spoken for text in group)
        self._holdings = Holdings(self._articles)
        self._at = {article.id: at for at, article in enumerate(self._articles)}
        self._variants = groups(self._articles, spoken)

    def __len__(self) -> int:
        """How many articles are indexed."""
        return len(self._articles)

    def ask(
        self, text: str, area: str, today: date, asker: Asker = UNASKED, about: str = ""
    ) -> Found:
        """Find what answers a spoken question; see `knowledge.port.Knowledge`. Never raises.

        Articles of a city also serve a caller from elsewhere who names that city.
        """
        matter = _matter(text)
        heard = sounds(matter)
        if len(heard) < 2 and about not in self._at:
            return Found(Decision.NOTHING, (), f"too little was said: {matter or text.strip()!r}")
        case = self._holdings.case(text, heard, asker.area or area, today, asker)
        confirmed = self._at.get(about)
        if confirmed is not None and case.here[confirmed]:
            return self._told([confirmed], [1.0], case, None, f"{about} was confirmed")
        if not case.may.any():
            return Found(Decision.NOTHING, (), f"no article holds in {area or 'any area'} today")
        scored = self._scored(matter, heard, case)
        ranked = self._ranked(scored.total)
        if self._elsewhere(ranked, scored.total, case):
            offer = self._answer(ranked[0], float(scored.total[ranked[0]]), case, scored)
            why = f"{offer.article} scores {offer.score:.2f}, but holds in a part of the area only"
            return Found(Decision.ASK, (offer,), why, AREA)
        self._share(scored, case.here)
        ranked = self._ranked(scored.total)[: self._limits.offered]
        return self._decide(ranked, [float(scored.total[at]) for at in ranked], case, scored)

    def explain(self, text: str, area: str, today: date, asker: Asker = UNASKED) -> Explained:
        """What `ask` finds, and how it came to that. Never raises."""
        matter = _matter(text)
        heard, ranked = sounds(matter), []
        case = self._holdings.case(text, heard, asker.area or area, today, asker)
        if len(heard) >= 2 and case.may.any():
            scored = self._scored(matter, heard, case)
            for at in _best_first(scored.total, _EXPLAINED):
                reading = scored.readings.get(at)
                asked = reading.text if reading else matter
                terms = self._terms.shared(grams(sounds(asked)), at)
                words = self._words.shared(segment(asked), at)
                answer = self._answer(at, float(scored.total[at]), case, scored)
                ranked.append(Ranked(answer, terms, words))
        return Explained(self.ask(text, area, today, asker), matter, tuple(ranked), self._limits)

    def phrases(self) -> list[str]:
        """All question variants and titles, each once, for the recogniser's vocabulary."""
        texts = (text for article in self._articles for text in (*article.questions, article.title))
        return list(dict.fromkeys(texts))

    def _scored(self, matter: str, heard: Sounds, case: Case) -> _Scored:
        """All articles' scores, in the question's other readings too where none is sure."""
        scored = self._score(matter, heard, case.may)
        scored.total[case.named] *= _OF_THE_PLACE_NAMED
        if not self._sure(scored.total):
            for reading in self._synonyms.readings(matter):
                self._read_otherwise(scored, reading, case.may)
        return scored

    def _sure(self, total: NDArray[np.float64]) -> bool:
        best = [float(total[at]) for at in self._ranked(total)[:2]]
        rival = best[1] if len(best) > 1 else 0.0
        limits = self._limits
        return bool(best and best[0] >= limits.answer and best[0] - rival >= limits.margin)

    def _ranked(self, total: NDArray[np.float64]) -> list[int]:
        """The articles that score, best first; of variants of one answer only the best."""
        first: dict[int, int] = {}
        for at in _best_first(total, len(total)):
            first.setdefault(self._variants[at][0], at)
        return list(first.values())

    def _elsewhere(self, ranked: list[int], total: NDArray[np.float64], case: Case) -> bool:
        """Whether the answer is surely one that holds only in some places where the caller may be.

        Not when a variant of it holds for certain: that can be told to anybody there.
        """
        return (
            self._sure(total)
            and not case.here[ranked[0]]
            and not any(case.here[at] for at in self._variants[ranked[0]])
        )

    def _share(self, scored: _Scored, here: NDArray[np.bool_]) -> None:
        """Leave what holds, each as good as the best of its variants that only may."""
        for at in np.flatnonzero((scored.total > 0) & ~here):
            for other in self._variants[at]:
                if here[other] and scored.total[other] < scored.total[at]:
                    scored.total[other] = scored.total[at]
                    scored.parts[:, other] = scored.parts[:, at]
        scored.total[~here] = 0.0

    def _decide(self, ranked: list[int], scores: list[float], case: Case, scored: _Scored) -> Found:
        limits = self._limits
        best = scores[0] if scores else 0.0
        if best < limits.unsure:
            return Found(Decision.NOTHING, (), f"best score {best:.2f} is below {limits.unsure}")
        names = [self._articles[at].id for at in ranked]
        said = f"{names[0]} scores {best:.2f}"
        if len(ranked) > 1:
            said += f", then {names[1]} {scores[1]:.2f}"
        rival = len(ranked) > 1 and best - scores[1] < limits.margin
        otherwise = scored.parts[_FACET_AT, ranked[0]] < _ASKED_OTHERWISE
        if best >= limits.answer and not rival and not otherwise:
            return self._told(ranked, scores, case, scored, said)
        why = f"below {limits.answer}"
        if best >= limits.answer:
            why = "too near to each other" if rival else "it is seldom asked so"
        return self._offered(ranked, scores, case, scored, f"{said}: {why}")

    def _told(
        self, ranked: list[int], scores: list[float], case: Case, scored: _Scored | None, said: str
    ) -> Found:
        """The variant of a sure answer that is for this caller, or what to ask for it."""
        at, asks = self._variant(ranked[0], case, scored)
        if at is None and scored is not None and not asks:
            said += ": no variant of it is surely for this caller"
            return self._offered(ranked[:1], scores, case, scored, said)
        offer = self._answer(ranked[0] if at is None else at, scores[0], case, scored)
        if asks:
            return Found(Decision.ASK, (offer,), f"{said}: it depends on the {asks}", asks)
        return Found(Decision.ANSWER, (offer,), said)

    def _offered(
        self, ranked: list[int], scores: list[float], case: Case, scored: _Scored, said: str
    ) -> Found:
        likely = zip(ranked, scores, strict=True)
        least = self._limits.unsure
        offered = [self._answer(at, s, case, scored) for at, s in likely if s >= least]
        return Found(
            Decision.UNSURE, tuple(offered), said, self._variant(ranked[0], case, scored)[1]
        )

    def _variant(self, at: int, case: Case, scored: _Scored | None) -> tuple[int | None, str]:
        """The variant of an answer that this caller is told, and the condition to ask for first."""
        if len(self._variants[at]) == 1 and not self._articles[at].amounts:
            return (at if case.there[at] else None), ""
        among = [each for each in self._variants[at] if case.there[each] or case.inside[each]]
        scopes = [self._scope(each, bool(case.there[each])) for each in among]
        named = among.index(at) if self._words_name(at, among, scored) else None
        told = choose(scopes, case.asker, named)
        if told.at is None or told.asks:
            return (None if told.at is None else among[told.at]), told.asks
        pick = among[told.at]
        amounts = self._articles[pick].amounts
        asks = AREA not in case.asker.settled and depends(amounts, case.where, case.today)
        return pick, AREA if asks else ""

    def _words_name(self, at: int, among: list[int], scored: _Scored | None) -> bool:
        """Whether the question fits one variant clearly better than all others."""
        if scored is None or at not in among:
            return False
        rivals = [float(scored.total[each]) for each in among if each != at]
        return float(scored.total[at]) - max(rivals, default=0.0) >= _BY_WORDS

    def _scope(self, at: int, holds: bool) -> Scope:
        article = self._articles[at]
        return Scope(article.area, article.age_from, article.age_to, article.household, holds)

    def _score(self, matter: str, heard: Sounds, here: NDArray[np.bool_]) -> _Scored:
        """The scores of the likeliest articles; 0 for all others."""
        first = self._terms.scores(grams(heard))
        first[~here] = 0.0
        likely = _top(first, _LIKELY)
        cut = segment(matter)
        words = self._words.scores(cut, likely)
        best = _top(_SOUND_TERMS * first[likely] + _WORDS * words, _ALIGNED)
        likely, words = likely[best], words[best]
        scored = _Scored(np.zeros(len(first)), np.zeros((_PARTS, len(first))), {})
        if len(likely):
            texts, starts = spread(self._first, likely)
            alike = np.maximum.reduceat(self._table.scores(heard, texts), starts)
            named = [1.0 if self._key_heard(heard, int(at)) else _NO_KEY for at in likely]
            means = self._meanings.of(cut)
            meant = np.maximum.reduceat(np.maximum(0.0, self._vectors[texts] @ means), starts)
            about = self._subjects.scores(means, likely)
            facet = self._facets.scores(matter, likely)
            parts = [first[likely], alike, words, meant, about, facet, named]
            scored.parts[:, likely] = np.array(parts)
            said = _SOUND_TERMS * first[likely] + _SOUND_WHOLE * alike + _WORDS * words
            meaning_too = _MEANING * meant + _SUBJECT * about + _FACET * facet
            total = np.maximum(0.0, said * named + meaning_too)
            scored.total[likely] = np.where(alike == 1, 1.0, total)
        return scored

    def _read_otherwise(self, scored: _Scored, reading: Reading, here: NDArray[np.bool_]) -> None:
        """Let what another reading finds count where it is better.

        Not for articles that know the caller's own word: there the longer word would only weigh
        more than the rest of the question.
        """
        here = here & ~self._terms.holds(grams(sounds(reading.word)))
        other = self._score(reading.text, sounds(reading.text), here)
        better = np.flatnonzero(other.total * _READ_OTHERWISE > scored.total)
        scored.total[better] = other.total[better] * _READ_OTHERWISE
        scored.parts[:, better] = other.parts[:, better]
        scored.readings.update((int(at), reading) for at in better)

    def _key_heard(self, heard: Sounds, at: int) -> bool:
        classes = {fold(syllable) for syllable in heard}
        return any(
            not classes.isdisjoint(parts) and sounds_contain(heard, key) >= _KEY_HEARD
            for key, parts in self._keys[at]
        )

    def _answer(self, at: int, score: float, case: Case, scored: _Scored | None) -> Answer:
        article = self._articles[at]
        return Answer(
            article=article.id,
            version=article.version,
            title=article.title,
            spoken=article.spoken + sentences(in_force(article.amounts, case.where, case.today)),
            spoken_source=article.spoken_source,
            score=round(min(1.0, score), 3),
            why=_why(scored, at) if scored is not None else Why(),
            long=article.long,
            materials=article.told_materials(),
            place=article.told_place(),
        )


def _why(scored: _Scored, at: int) -> Why:
    terms, whole, words, meant, about, facet, named = scored.parts[:, at].round(3).tolist()
    reading = scored.readings.get(at)
    word, means = (reading.word, reading.means) if reading else ("", "")
    return Why(terms, whole, words, named == 1, word, means, meant, about, facet)


def _top(scores: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The positions of the best scores above 0, at most so many, in no order."""
    found = np.flatnonzero(scores > 0)
    if len(found) > most:
        found = found[np.argpartition(-scores[found], most)[:most]]
    return found


def _best_first(scores: NDArray[np.float64], most: int) -> list[int]:
    """The positions of the best scores above 0, at most so many."""
    found = _top(scores, most)
    return [int(at) for at in found[np.argsort(-scores[found], kind="stable")]]


def _matter(text: str) -> str:
    """What a question is about, in usual words."""
    return usual(plain(text))[:_LONGEST]


def _ways(article: ArticleContent) -> list[str]:
    """How the article is asked for, without fillers, each once."""
    ways = (usual(plain(text) or text) for text in (article.title, *article.questions))
    return list(dict.fromkeys(ways))
