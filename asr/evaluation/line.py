"""The telephone line of the measurements: level as rendered, babble, lost packets, A-law.

Unlike the lines of the training, which are drawn anew each time, these are what a row of the table
says and nothing else, so that figures of two models can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.evaluation.corpora import Line
from asr.g711 import ALAW

RATE = 8_000
PACKET = RATE * 20 // 1000
BEFORE_S, AFTER_S = 0.5, 1.0
IDLE_NOISE = 8 / 32768
"""What a quiet line sounds like: no real one is digital silence."""

TALKERS = 4
Audio = NDArray[np.float32]

_LEVELS = np.unique(ALAW).astype(np.float32)
_EDGES = (_LEVELS[1:] + _LEVELS[:-1]) / 2


def floats(pcm: bytes) -> Audio:
    """16-bit samples as floats, -1..1."""
    return (np.frombuffer(pcm, dtype="<i2") / 32768.0).astype(np.float32)


def alaw(audio: Audio) -> bytes:
    """Floats (-1..1) as 16-bit samples after one trip through A-law."""
    samples = np.clip(audio * 32768, -32768, 32767)
    return bytes(_LEVELS[np.searchsorted(_EDGES, samples)].astype("<i2").tobytes())


def power(audio: Audio) -> float:
    """The mean power of the parts that sound."""
    loud = audio[np.abs(audio) > 0.005]
    return float(np.mean(np.square(loud))) if len(loud) else 0.0


def through(speech: Audio, line: Line, others: Sequence[Audio], seed: int) -> bytes:
    """What the hotline hears: half a second of line, the speech, a second of line; 16-bit.

    `others` are clips that make the babble, which also fills the pauses. Raises ValueError when a
    line with babble gets none.
    """
    chance = np.random.default_rng(seed)
    audio: NDArray[Any] = np.pad(speech, (int(BEFORE_S * RATE), int(AFTER_S * RATE)))
    audio = audio + chance.standard_normal(len(audio)) * IDLE_NOISE
    if line.babble_db is not None:
        if not others:
            raise ValueError(f"the line “{line.name}” needs other people's speech")
        noise = _babble(others, len(audio), chance)
        wanted = power(speech) * 10 ** (-line.babble_db / 10)
        audio = audio + noise * np.sqrt(wanted / max(1e-12, float(np.mean(np.square(noise)))))
    if line.hiss_db is not None:
        level = np.sqrt(power(speech) * 10 ** (-line.hiss_db / 10))
        audio = audio + chance.standard_normal(len(audio)) * level
    if line.loss:
        audio = concealed(audio.astype(np.float32), line.loss, chance)
    return alaw(audio.astype(np.float32))


def _babble(others: Sequence[Audio], size: int, chance: np.random.Generator) -> NDArray[np.float64]:
    noise = np.zeros(size)
    for _ in range(TALKERS):
        other = others[int(chance.integers(len(others)))]
        noise += np.resize(np.roll(other, chance.integers(len(other))), size)
    return noise


def concealed(audio: Audio, loss: float, chance: np.random.Generator) -> Audio:
    """The audio with a share of its packets replaced by the one before at half its level."""
    audio = audio.copy()
    for number in np.flatnonzero(chance.random(len(audio) // PACKET) < loss):
        at = int(number) * PACKET
        if at:
            audio[at : at + PACKET] = audio[at - PACKET : at] * 0.5
    return audio
