"""The second reader in the evaluation: what Vosk is unsure of is read again, as in a call."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from asr.evaluation.listening import RATE
from asr.port import Final
from asr.second_reader.port import Reading

MARGIN_MS = 300
"""Sound on either side of an utterance that the second reader gets with it."""


class Rereading:
    """Reads utterances again and keeps how long each took."""

    def __init__(self, read: Callable[[bytes], Reading]) -> None:
        """`read` takes 8 kHz, 16-bit samples."""
        self._read = read
        self.took: list[float] = []

    def of(self, pcm: bytes) -> Callable[[Final], Reading | None]:
        """What reads utterances of this audio."""

        def again(final: Final) -> Reading | None:
            started = time.monotonic()
            reading = self._read(cut(pcm, final))
            self.took.append(time.monotonic() - started)
            return reading

        return again

    def note(self) -> str:
        """How many were read and how long it took, in one sentence."""
        cost = statistics.quantiles(self.took, n=20)[-1] if len(self.took) > 1 else 0.0
        return (
            f"{len(self.took)} utterances were read again, each in "
            f"{statistics.median(self.took or [0]):.1f} s of a core (p50), {cost:.1f} s (p95), "
            "without the line's deadline."
        )


def cut(pcm: bytes, final: Final) -> bytes:
    """The samples (8 kHz, 16 bit) of an utterance and what is around it."""
    start = max(0, final.start_ms - MARGIN_MS) * RATE // 1000 * 2
    return pcm[start : (final.end_ms + MARGIN_MS) * RATE // 1000 * 2]
