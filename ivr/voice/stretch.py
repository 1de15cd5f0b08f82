"""Speech made slower with its pitch kept: WSOLA, overlapping pieces shifted to fit each other.

After Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high
quality time-scale modification of speech", ICASSP 1993. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ivr.voice.sound import RATE, Samples

WINDOW_MS = 30
"""Two periods of the lowest voice (70 Hz) fit into one piece."""

SEARCH_MS = 8
"""A piece is shifted by up to half a period of the lowest voice to fit."""


def stretch(samples: Samples, pace: float) -> Samples:
    """Return samples (8 kHz, -1..1) that last `pace` times as long (0.5 to 2) at the same pitch.

    What is shorter than two pieces, or of pace 1, is returned as it is.
    """
    window = WINDOW_MS * RATE // 1000 // 2 * 2
    hop, search = window // 2, SEARCH_MS * RATE // 1000
    if pace == 1 or len(samples) < 2 * window:
        return samples
    length = round(len(samples) * pace)
    source = np.concatenate([np.zeros(search), samples, np.zeros(2 * window + search)])
    fade = np.hanning(window + 1)[:-1]
    out = np.zeros(length + 2 * window)
    natural = source[search : search + window]
    for at in range(0, length, hop):
        # The piece near its due place that goes on most like the one before.
        due = min(round(at / pace), len(samples))
        region = source[due : due + window + 2 * search]
        start = due + _best(region, natural)
        out[at : at + window] += source[start : start + window] * fade
        natural = source[start + hop : start + hop + window]
    # The first half piece had no neighbour before it.
    out[:hop] += source[search : search + hop] * (1 - fade[:hop])
    return out[:length].astype(np.float32)


def _best(region: NDArray[np.float64], natural: NDArray[np.float64]) -> int:
    """Return where in `region` the piece begins that is most like `natural`."""
    if len(natural) < 1 or not natural.any():
        return (len(region) - len(natural)) // 2
    likeness = np.correlate(region, natural, mode="valid")
    size = np.sqrt((sliding_window_view(region, len(natural)) ** 2).sum(axis=1)) + 1e-6
    return int(np.argmax(likeness / size))
