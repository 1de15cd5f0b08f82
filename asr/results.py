"""A decoder's JSON as words and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asr.calibration import Points, calibrated
from asr.port import Final, Word

UNKNOWN = "[unk]"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is too uncertain to be passed on as text; see the model's `model.json`.

    `min_confidence` is 0..1, calibrated by `calibration` (asr/calibration.py).
    """

    min_confidence: float = 0.0
    calibration: Points = ()


def words_of(result: dict[str, Any], offset_ms: int) -> tuple[Word, ...]:
    """The words of a decoder's result, what was not understood included, in the stream's time."""
    return tuple(
        Word(
            entry["word"],
            offset_ms + round(entry["start"] * 1000),
            offset_ms + round(entry["end"] * 1000),
            min(1.0, float(entry.get("conf", 1.0))),
        )
        for entry in result.get("result", [])
    )


def text_of(words: tuple[Word, ...]) -> str:
    """What was understood, without spaces."""
    return "".join(word.text for word in words if word.text != UNKNOWN)


def plain(text: str) -> str:
    """A decoder's text without spaces and without the mark for what it did not know."""
    return "".join(word for word in text.split() if word != UNKNOWN)


def final_of(words: tuple[Word, ...], doubt: Doubt, start_ms: int, end_ms: int) -> Final:
    """The utterance of these words; without text when they are too uncertain.

    `start_ms` and `end_ms` are those of its sound, for an utterance without text.
    """
    confidence = round(calibrated(_confidence(words), doubt.calibration), 3)
    known = tuple(word for word in words if word.text != UNKNOWN)
    if not known or confidence < doubt.min_confidence:
        return Final("", (), confidence, start_ms, end_ms)
    return Final(text_of(known), known, confidence, known[0].start_ms, known[-1].end_ms)


def _confidence(words: tuple[Word, ...]) -> float:
    """The mean over the sounding time; what was not understood counts as 0."""
    total = sum(word.end_ms - word.start_ms for word in words)
    if not total:
        return 0.0
    sure = sum(
        (word.end_ms - word.start_ms) * word.confidence for word in words if word.text != UNKNOWN
    )
    return sure / total
