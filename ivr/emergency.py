"""Finds words of distress in what a caller says, by sound; pure.

Words come from a list that the operator edits (`ivr.emergency_list`). A word is `SURE` when it
counts wherever it is heard, `ALONE` when it makes up half of what is said, `WEAK` when it
needs company: another word of the list, or one of urgency (快来). What is part of a harmless
phrase (救命 in 救命恩人) never counts, nor, within longer speech, what the recogniser itself is
unsure of (`ivr.certainty`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from core.sound import LONGEST, Sounds, sounds, sounds_contain, sounds_similarity, syllable_cost
from ivr.certainty import Certainty, Words, certainty
from ivr.limits import IN_PARTIAL, MOST_OF_IT, mention_limit

SAME_WORD = 0.5
"""Words of one kind that sound this alike are one word: 着火了 and 起火了, 煤气 and 煤气泄漏."""

HARMLESS_MARGIN = 0.05
"""How much worse than the word the harmless phrase around it may sound."""

NEARBY = 12
"""Syllables between two words that keep each other company."""

SHARED = 2
"""Syllables that a word and a harmless phrase must have in common."""


FEWEST_ALONE = 3
"""Syllables from which an utterance may differ from a word more than within longer speech."""


class Weight(Enum):
    """How much a word says by itself."""

    SURE = "sure"
    ALONE = "alone"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Word:
    """One phrase of the list; `kind` is the group it stands in (fall, fire, …)."""

    phrase: str
    kind: str
    weight: Weight = Weight.SURE


@dataclass(frozen=True, slots=True)
class _Hit:
    """A stretch of syllables, `end` excluded, that sounds like a phrase."""

    score: float
    start: int
    end: int

    def meets(self, other: _Hit, least: int = 1) -> bool:
        return min(self.end, other.end) - max(self.start, other.start) >= least

    def mostly(self, whole: int) -> bool:
        """Whether it makes up most of so many syllables."""
        return self.end - self.start >= MOST_OF_IT * whole

    def accompanies(self, other: _Hit) -> bool:
        between = max(self.start, other.start) - min(self.end, other.end)
        return 0 <= between <= NEARBY


class Spotter:
    """Holds one list in the form in which it is looked for."""

    def __init__(
        self,
        words: Iterable[Word] = (),
        harmless: Iterable[str] = (),
        company: Iterable[str] = (),
        min_confidence: float = 0.0,
        whole_likeness: float = 1.0,
    ) -> None:
        """Take the words, the phrases that make them harmless, the words of urgency, how sure the
        recogniser must be of a word within longer speech, 0..1, and how alike to a `SURE` word an
        utterance must sound that consists of nothing else, 0..1.
        """
        self.words = tuple(words)
        self._least, self._likeness = min_confidence, whole_likeness
        self._words = [(word, sounds(word.phrase)) for word in self.words]
        self._harmless = [sounds(phrase) for phrase in harmless]
        self._company = [sounds(phrase) for phrase in company]
        every = {s for _, phrase in self._words for s in phrase}
        every |= {s for phrase in (*self._harmless, *self._company) for s in phrase}
        self._places = {syllable: at for at, syllable in enumerate(sorted(every))}
        self._rows: dict[str, tuple[float, ...]] = {}

    def spot(
        self,
        text: str,
        unfinished: bool = False,
        core: str | None = None,
        words: Words = (),
    ) -> tuple[Word, ...]:
        """Return the words heard in `text`, each once, in the order in which they were said.

        `core` is the text without courtesies (default: the text), `words` what the recogniser made
        of it; without them it is not doubted. A word at the end of an `unfinished` text that may
        yet become a harmless phrase is not reported.
        """
        heard = sounds(text)
        sure = certainty(words, len(heard)) if words else Certainty()
        heard = heard[:LONGEST]
        # How much of the whole a word makes up is known only at the end.
        all_of_it = sounds(text if core is None else core)
        whole = LONGEST if unfinished else len(all_of_it)
        found = self._found(heard, unfinished, whole, sure)
        if not found:
            return () if unfinished else self._whole(all_of_it)
        urgent = [hit for phrase in self._company for hit in self._hits(phrase, heard, unfinished)]
        spotted: dict[str, Word] = {}
        for hit, word in found:
            company = [*urgent, *(at for at, other in found if not same(word, other))]
            alone = word.weight is Weight.ALONE and hit.mostly(whole)
            if word.weight is Weight.SURE or alone or any(map(hit.accompanies, company)):
                spotted[word.phrase] = word
        return tuple(spotted.values())

    def hears(self, word: Word) -> bool:
        """Whether a word can be heard at all, and no harmless phrase always covers it."""
        return not self._covered(sounds(word.phrase))

    def covers(self, phrase: str) -> bool:
        """Whether a harmless phrase keeps any word from being heard in it."""
        heard = sounds(phrase)
        hits = [hit for _, word in self._words for hit in self._hits(word, heard, False)]
        alike = self._likest(heard)[0] >= self._likeness
        return alike or any(_vetoed(hit, [_Hit(1.0, 0, len(heard))]) for hit in hits)

    def _covered(self, heard: Sounds) -> bool:
        whole = _Hit(1.0, 0, len(heard))
        return any(_vetoed(whole, self._hits(phrase, heard, False)) for phrase in self._harmless)

    def _found(
        self, heard: Sounds, unfinished: bool, whole: int, sure: Certainty
    ) -> list[tuple[_Hit, Word]]:
        """The words that do not overlap, the best and longest first chosen, in their order."""
        near = self._nearest(heard)
        hits = [
            (hit, word)
            for word, phrase in self._words
            if self._possible(phrase, near, unfinished)
            for hit in self._hits(phrase, heard, unfinished)
            if hit.mostly(whole) or not sure.doubts(hit.start, hit.end, self._least)
        ]
        if not hits:
            return []
        harmless = [hit for phrase in self._harmless for hit in self._hits(phrase, heard, False)]
        hits = [(hit, word) for hit, word in hits if not _vetoed(hit, harmless)]
        if unfinished:
            hits = [(hit, word) for hit, word in hits if not self._may_turn(hit, heard)]
        # Of equals the one that the list names first.
        hits.sort(
            key=lambda found: (round(found[0].score, 2), found[0].end - found[0].start),
            reverse=True,
        )
        taken: list[tuple[_Hit, Word]] = []
        for hit, word in hits:
            if not any(hit.meets(other) for other, _ in taken):
                taken.append((hit, word))
        return sorted(taken, key=lambda found: found[0].start)

    def _whole(self, heard: Sounds) -> tuple[Word, ...]:
        """The word that all that was heard sounds most like, if it is alike enough.

        Who says nothing else is heard with more tolerance: no harmless answer is near.
        """
        score, words = self._likest(heard)
        if score < self._likeness:
            return ()
        harmless = (sounds_contain(heard, phrase) for phrase in self._harmless)
        return () if max(harmless, default=0.0) >= score - HARMLESS_MARGIN else words

    def _likest(self, heard: Sounds) -> tuple[float, tuple[Word, ...]]:
        size, likest = len(heard), 0.0
        found: tuple[Word, ...] = ()
        for word, phrase in self._words:
            if word.weight is not Weight.SURE or min(size, len(phrase)) < FEWEST_ALONE:
                continue
            # A syllable too many or too few costs as much as a wrong one.
            if 1 - abs(len(phrase) - size) / max(len(phrase), size) < self._likeness:
                continue
            score = sounds_similarity(heard, phrase)
            if score > likest:
                likest, found = score, (word,)
        return likest, found

    def _may_turn(self, hit: _Hit, heard: Sounds) -> bool:
        """Whether the text ends inside what may become a harmless phrase around this word."""
        for phrase in self._harmless:
            for length in range(SHARED, min(len(phrase), len(heard) + 1)):
                tail = _Hit(1.0, len(heard) - length, len(heard))
                cost = sum(map(syllable_cost, phrase[:length], heard[-length:]))
                near = cost <= (1 - mention_limit(length)) * length
                if near and hit.meets(tail, SHARED):
                    return True
        return False

    def _nearest(self, heard: Sounds) -> list[float]:
        """What hearing each syllable of the list anywhere in `heard` costs at least."""
        rows = [self._row(syllable) for syllable in dict.fromkeys(heard)]
        return list(map(min, *rows)) if len(rows) > 1 else list(rows[0]) if rows else []

    def _row(self, syllable: str) -> tuple[float, ...]:
        if syllable not in self._rows:
            self._rows[syllable] = tuple(syllable_cost(syllable, known) for known in self._places)
        return self._rows[syllable]

    def _possible(self, phrase: Sounds, near: list[float], unfinished: bool) -> bool:
        """Whether an alignment is worth its time: it cannot cost less than this."""
        if not near:
            return False
        least = sum(min(1.0, near[self._places[syllable]]) for syllable in phrase)
        return least <= (1 - _limit(phrase, unfinished)) * len(phrase) + 1e-9

    @staticmethod
    def _hits(phrase: Sounds, heard: Sounds, unfinished: bool) -> list[_Hit]:
        limit = _limit(phrase, unfinished)
        return [hit for hit in _stretches(phrase, heard) if hit.score >= limit - 1e-9]


def same(one: Word, other: Word) -> bool:
    """Whether two words count once: the same, or the same thing in words that sound alike."""
    if one.phrase == other.phrase:
        return True
    if one.kind != other.kind:
        return False
    a, b = sounds(one.phrase), sounds(other.phrase)
    if {a[i : i + 2] for i in range(len(a) - 1)} & {b[i : i + 2] for i in range(len(b) - 1)}:
        # 我摔倒 and 摔倒了 are what one cry sounds like while it is being heard.
        return True
    return sounds_similarity(a, b) >= SAME_WORD or max(
        sounds_contain(a, b), sounds_contain(b, a)
    ) >= mention_limit(min(len(a), len(b)))


def fresh(words: Iterable[Word], known: Iterable[Word]) -> tuple[Word, ...]:
    """Return those of `words` that differ from each other and from all that are `known`."""
    before, new = list(known), []
    for word in words:
        if not any(same(word, other) for other in before):
            before.append(word)
            new.append(word)
    return tuple(new)


def _limit(phrase: Sounds, unfinished: bool) -> float:
    return IN_PARTIAL if unfinished else mention_limit(len(phrase))


def _vetoed(hit: _Hit, harmless: Iterable[_Hit]) -> bool:
    return any(
        hit.meets(other, SHARED) and other.score >= hit.score - HARMLESS_MARGIN
        for other in harmless
    )


def _stretches(phrase: Sounds, heard: Sounds) -> Iterator[_Hit]:
    """For each end in `heard` the best stretch that sounds like the whole phrase."""
    row = [(0.0, start) for start in range(len(heard) + 1)]
    for syllable in phrase:
        diagonal = row[0]
        left = row[0] = (diagonal[0] + 1.0, diagonal[1])
        for at, other in enumerate(heard, 1):
            above = row[at]
            exact = (diagonal[0] + syllable_cost(syllable, other), -diagonal[1])
            best = min(exact, (above[0] + 1.0, -above[1]), (left[0] + 1.0, -left[1]))
            row[at] = left = (best[0], -best[1])
            diagonal = above
    for end, (cost, start) in enumerate(row):
        if end > start:
            yield _Hit(1.0 - cost / len(phrase), start, end)
