"""Find the article that answers a spoken question: by sound, by words, where and when it holds.

Four scores, each 0..1, are added with weights: how many of the question's telling sounds the
article's questions hold (BM25 over folded syllables and their pairs), how alike the whole question
sounds to the nearest of them (alignment), how many words they share (jieba, weighted Dice), and how
near their words are in what they mean (word vectors). Weights and thresholds come from the tuning
half of knowledge/evaluation/questions.yaml and tests/knowledge/tuning.yaml. A question with a
synonym in it that finds no sure answer is scored in its other readings too; the best one counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.area import level, serves
from core.area import name as area_name
from core.sound import Sounds, fold, sounds, sounds_contain
from core.sound_index import SoundTable, grams
from knowledge.amounts import in_force, sentences
from knowledge.article import ArticleContent
from knowledge.colloquial import usual
from knowledge.explained import Explained, Limits, Ranked
from knowledge.meaning import table as meaning
from knowledge.port import Answer, Decision, Found, Why
from knowledge.synonyms import Reading, Synonyms
from knowledge.terms import Bm25, Overlap, spread
from knowledge.words import add_words, plain, rarity, segment

_SOUND_TERMS, _SOUND_WHOLE, _WORDS, _MEANING = 0.42, 0.21, 0.2, 0.17
_TRUST = 0.7
_LIKELY = 200
_ALIGNED = 40
_LONGEST = 100
_NAMED = 0.9
_KEY_HEARD = 0.75
_NO_KEY = 0.6
_READ_OTHERWISE = 0.98
_EXPLAINED = 3
_OF_THE_PLACE_NAMED = 1.1
"""Who names a city means its own article rather than the province's."""


@dataclass(slots=True)
class _Scored:
    """Each article's score (`total`), and the four parts and the key's factor that make it."""

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
        self._keys = [
            [(key, frozenset(map(fold, key))) for key in map(sounds, article.keys)]
            for article in self._articles
        ]
        self._table = SoundTable(text for group in spoken for text in group)
        self._first = np.cumsum([0, *(len(ways) for ways in asked)])
        begins = (article.valid_from or date.min for article in self._articles)
        ends = (article.valid_to or date.max for article in self._articles)
        self._begin = np.array([day.toordinal() for day in begins], dtype=np.int64)
        self._end = np.array([day.toordinal() for day in ends], dtype=np.int64)
        codes = np.array([article.area for article in self._articles], dtype=str)
        self._by_area = {str(code): np.flatnonzero(codes == code) for code in np.unique(codes)}
        self._named = {area: name for area in self._by_area if (name := _short_name(area))}

    def __len__(self) -> int:
        """How many articles are indexed."""
        return len(self._articles)

    def ask(self, text: str, area: str, today: date) -> Found:
        """Find what answers a spoken question; see `knowledge.port.Knowledge`. Never raises.

        Articles of a city also serve a caller from elsewhere who names that city.
        """
        matter = _matter(text)
        scored = self._scored(matter, area, today)
        if scored is None:
            return self._nothing(matter, text, area)
        ranked = _best_first(scored.total, self._limits.offered)
        offers = [self._answer(at, scored, area, today) for at in ranked]
        return self._decide(offers, [float(scored.total[at]) for at in ranked])

    def explain(self, text: str, area: str, today: date) -> Explained:
        """What `ask` finds, and how it came to that. Never raises."""
        matter = _matter(text)
        scored = self._scored(matter, area, today)
        found, ranked = self.ask(text, area, today), []
        if scored is not None:
            for at in _best_first(scored.total, _EXPLAINED):
                reading = scored.readings.get(at)
                asked = reading.text if reading else matter
                terms = self._terms.shared(grams(sounds(asked)), at)
                words = self._words.shared(segment(asked), at)
                ranked.append(Ranked(self._answer(at, scored, area, today), terms, words))
        return Explained(found, matter, tuple(ranked), self._limits)

    def phrases(self) -> list[str]:
        """All question variants and titles, each once, for the recogniser's vocabulary."""
        texts = (text for article in self._articles for text in (*article.questions, article.title))
        return list(dict.fromkeys(texts))

    def _scored(self, matter: str, area: str, today: date) -> _Scored | None:
        """All articles' scores; None when too little was said or no article holds."""
        heard = sounds(matter)
        if len(heard) < 2:
            return None
        here = self._holding(heard, area, today)
        if not here.any():
            return None
        scored = self._score(matter, heard, here)
        for of in self._named_areas(heard):
            scored.total[self._by_area[of]] *= _OF_THE_PLACE_NAMED
        if not self._sure(scored.total):
            for reading in self._synonyms.readings(matter):
                self._read_otherwise(scored, reading, here)
        return scored

    def _nothing(self, matter: str, text: str, area: str) -> Found:
        if len(sounds(matter)) < 2:
            return Found(Decision.NOTHING, (), f"too little was said: {matter or text.strip()!r}")
        return Found(Decision.NOTHING, (), f"no article holds in {area or 'any area'} today")

    def _sure(self, total: NDArray[np.float64]) -> bool:
        best = np.sort(total[_top(total, 2)])[::-1]
        rival = best[1] if len(best) > 1 else 0.0
        limits = self._limits
        return bool(len(best) and best[0] >= limits.answer and best[0] - rival >= limits.margin)

    def _decide(self, offers: list[Answer], scores: list[float]) -> Found:
        limits = self._limits
        best = scores[0] if scores else 0.0
        if best < limits.unsure:
            return Found(Decision.NOTHING, (), f"best score {best:.2f} is below {limits.unsure}")
        said = f"{offers[0].article} scores {best:.2f}"
        if len(offers) > 1:
            said += f", then {offers[1].article} {scores[1]:.2f}"
        rival = len(offers) > 1 and best - scores[1] < limits.margin
        if best >= limits.answer and not rival:
            return Found(Decision.ANSWER, (offers[0],), said)
        why = "too near to each other" if best >= limits.answer else f"below {limits.answer}"
        likely = zip(offers, scores, strict=True)
        offered = tuple(offer for offer, score in likely if score >= limits.unsure)
        return Found(Decision.UNSURE, offered, f"{said}: {why}")

    def _score(self, matter: str, heard: Sounds, here: NDArray[np.bool_]) -> _Scored:
        """The scores of the likeliest articles; 0 for all others."""
        first = self._terms.scores(grams(heard))
        first[~here] = 0.0
        likely = _top(first, _LIKELY)
        cut = segment(matter)
        words = self._words.scores(cut, likely)
        best = _top(_SOUND_TERMS * first[likely] + _WORDS * words, _ALIGNED)
        likely, words = likely[best], words[best]
        scored = _Scored(np.zeros(len(first)), np.zeros((5, len(first))), {})
        if len(likely):
            texts, starts = spread(self._first, likely)
            alike = np.maximum.reduceat(self._table.scores(heard, texts), starts)
            named = [1.0 if self._key_heard(heard, int(at)) else _NO_KEY for at in likely]
            near = np.maximum(0.0, self._vectors[texts] @ self._meanings.of(cut))
            meant = np.maximum.reduceat(near, starts)
            scored.parts[:, likely] = np.array([first[likely], alike, words, meant, named])
            said = _SOUND_TERMS * first[likely] + _SOUND_WHOLE * alike + _WORDS * words
            scored.total[likely] = said * named + _MEANING * meant
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

    def _holding(self, heard: Sounds, area: str, today: date) -> NDArray[np.bool_]:
        """Which articles hold for this call: in its area or in one that it names, and today."""
        here = np.zeros(len(self._articles), dtype=bool)
        named = self._named_areas(heard)
        for of, places in self._by_area.items():
            here[places] = of in named or serves(of, area)
        day = today.toordinal()
        return here & (self._begin <= day) & (day <= self._end)

    def _named_areas(self, heard: Sounds) -> set[str]:
        """The areas with articles of their own that the question names."""
        return {of for of, name in self._named.items() if sounds_contain(heard, name) >= _NAMED}

    def _answer(self, at: int, scored: _Scored, area: str, today: date) -> Answer:
        article = self._articles[at]
        return Answer(
            article=article.id,
            version=article.version,
            title=article.title,
            spoken=article.spoken + sentences(in_force(article.amounts, area, today)),
            spoken_source=article.spoken_source,
            score=round(min(1.0, float(scored.total[at])), 3),
            why=_why(scored, at),
            long=article.long,
            materials=article.told_materials(),
            place=article.told_place(),
        )


def _why(scored: _Scored, at: int) -> Why:
    terms, whole, words, meant, named = (round(float(part), 3) for part in scored.parts[:, at])
    reading = scored.readings.get(at)
    word, means = (reading.word, reading.means) if reading else ("", "")
    return Why(terms, whole, words, named == 1, word, means, meant)


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


def _short_name(area: str) -> Sounds:
    """A city or county as it is named in speech (广州 for 广州市); empty for wider areas."""
    if level(area) < 2:
        return ()
    name = area_name(area)
    return sounds(name[:-1] if len(name) > 2 and name[-1] in "市县区" else name)
