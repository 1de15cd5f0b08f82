"""From the words of a talk to what its ticket's form may be filled with. Pure.

Numbers that a caller says in pieces over several utterances are put together. What an agent says
is never a source; when they read a value back, it becomes surer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from core import spoken_numbers
from tickets.speech.addresses import addresses, asks_address
from tickets.speech.figures import asks_phone, dates, number, numbers, run_of, sums
from tickets.speech.heard import Candidate, Field, Said
from tickets.speech.names import asks_name, names

MOST = 2
"""So many values are shown for one field."""

LONGEST_NUMBER = 18
CEILING = 0.98


def extracted(said: Sequence[Said], today: date) -> tuple[Candidate, ...]:
    """What the caller's words give for each field, the surest first, at most MOST for each.

    `today` is the day in the authority's time zone.
    """
    found: dict[tuple[Field, str], Candidate] = {}
    for each in [*_in_lines(said, today), *_in_pieces(said, today)]:
        key = each.field, each.value
        known = found.get(key)
        found[key] = each if known is None else _surer(known, each)
    confirmed = {
        (each.field, each.value): each
        for line in said
        if line.speaker == "agent"
        for each in _of(line, "", today)
    }
    for key, known in found.items():
        if key in confirmed:
            found[key] = _surer(known, replace(known, sure=0.5))
    order = list(Field)
    ranked = sorted(found.values(), key=lambda each: (order.index(each.field), -each.sure))
    return tuple(
        replace(each, sure=round(each.sure, 2))
        for at, each in enumerate(ranked)
        if sum(other.field is each.field for other in ranked[:at]) < MOST
    )


def _in_lines(said: Sequence[Said], today: date) -> Iterator[Candidate]:
    question = ""
    for line in said:
        if line.speaker != "caller":
            question = line.text
            continue
        for each in _of(line, question, today):
            yield replace(each, sure=each.sure * _heard(line))


def _of(line: Said, question: str, today: date) -> Iterator[Candidate]:
    yield from names(line.text, asks_name(question))
    yield from numbers(line.text, asks_phone(question), today)
    yield from addresses(line.text, asks_address(question))
    yield from sums(line.text)
    yield from dates(line.text, today)


def _in_pieces(said: Sequence[Said], today: date) -> Iterator[Candidate]:
    """Numbers of which every piece is an utterance of its own (一三八 … 零零一三 … 八零零零)."""
    pieces: list[Said] = []
    for line in said:
        if line.speaker != "caller":
            continue
        if not _is_piece(line.text):
            pieces.clear()
            continue
        pieces.append(line)
        for first in range(len(pieces) - 1):
            part = pieces[first:]
            digits = "".join(spoken_numbers.digits(each.text) for each in part)
            if len(digits) > LONGEST_NUMBER:
                continue
            source = " … ".join(each.text for each in part)
            sure = min(_heard(each) for each in part) * 0.9
            for each in number(digits, source, False, today):
                yield replace(each, sure=each.sure * sure)


def _is_piece(text: str) -> bool:
    """Whether an utterance is nothing but some digits."""
    bare = text.replace(" ", "")
    return bool(bare) and len(run_of(bare)) >= 0.7 * len(bare)


def _heard(line: Said) -> float:
    """How much the recogniser's certainty leaves of a value's: half of the doubt."""
    return 0.5 + 0.5 * min(1.0, max(0.0, line.sure))


def _surer(one: Candidate, again: Candidate) -> Candidate:
    """A value that was said twice."""
    best = max(one, again, key=lambda each: each.sure)
    doubt = (1 - one.sure) * (1 - again.sure)
    return replace(
        best, sure=min(CEILING, max(best.sure, 1 - doubt)) if not best.fault else best.sure
    )
