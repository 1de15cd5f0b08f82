"""Has an utterance read a second time and puts both readings together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from asr.second_reader.fusion import Candidate, fuse
from asr.second_reader.port import Reading, SecondReader
from ivr import events as ivr
from ivr.rereading import MOST_AS_ONE
from telephony.calls.listening import Line

READ_BY_S = 2.25
"""After the end of speech: the reply is to be heard within 2.5 s, and takes 0.2 s to begin."""
LEAST_S = 1.2
"""What a reading gets even where the line waited long for the end of speech: it takes 0.8 s of a
core (docs/models.md)."""
SHORTEST_S = 0.4
"""Less sound than this holds no question."""

READ, MISSED = "reread", "reread_missed"
"""Notes of a call: the second reader's own text, or why there is none (refused, late, nothing)."""


class Latest:
    """The latest utterances of a call; those without words count only while they are the last."""

    def __init__(self) -> None:
        """Start with none."""
        self._lines: deque[Line] = deque(maxlen=MOST_AS_ONE)

    def add(self, line: Line) -> None:
        """Take a finished utterance."""
        if self._lines and not self._lines[-1].text:
            self._lines.pop()
        self._lines.append(line)

    def as_one(self, utterances: int) -> Line | None:
        """The last so many as one, with what was between them; None when there was none."""
        lines = list(self._lines)[-utterances:]
        if len(lines) < 2:
            return lines[0] if lines else None
        text = "".join(line.text for line in lines)
        least = min(line.confidence for line in lines)
        return Line(text, lines[0].start, lines[-1].end, least, (), True)


def readable(second: SecondReader | None, line: Line) -> bool:
    """Say whether a second reading of an utterance is to be had and worth it."""
    return second is not None and second.ready and line.end - line.start >= SHORTEST_S


def read_again(
    second: SecondReader,
    line: Line,
    sound: bytes,
    now: float,
    done: Callable[[ivr.ReadAgain, tuple[str, str]], None],
) -> None:
    """Give `done` both readings as one, and the note of what became of the second.

    `now` is in reactor seconds, as the times of `line`.
    """
    asked = second.read(sound, deadline_s(now - line.end))
    refused = asked.called

    def fused(reading: Reading | None) -> None:
        both = as_one(Candidate(line.text, line.confidence), reading)
        done(both, _note(reading, refused))

    asked.addCallback(fused)


def deadline_s(since_s: float) -> float:
    """How long a reading may take that is asked for so long after the end of speech."""
    return max(LEAST_S, READ_BY_S - max(0.0, since_s))


def _note(reading: Reading | None, refused: bool) -> tuple[str, str]:
    if reading is None:
        return MISSED, "refused" if refused else "late"
    return (READ, reading.text) if reading.text else (MISSED, "nothing")


def as_one(first: Candidate, reading: Reading | None) -> ivr.ReadAgain:
    """Both readings of an utterance as the dialogue takes them; `reading` is None without one.

    Where they agree the other text goes along too: one may hold the word that the other misheard.
    """
    other = None if reading is None else Candidate(reading.text, reading.confidence)
    found = fuse(first, other).candidates
    likeliest = found[0] if found else Candidate("", 0.0)
    texts = [each.text for each in (*found, first, other) if each is not None and each.text]
    otherwise = next((text for text in texts if text != likeliest.text), "")
    return ivr.ReadAgain(likeliest.text, likeliest.confidence, otherwise)
