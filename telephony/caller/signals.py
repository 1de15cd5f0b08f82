"""Test tones and their detection, for tests and the bench."""

from __future__ import annotations

import numpy as np

from telephony.caller.g711 import RATE, Samples


def tone(freq: float, ms: int, level: float = 9000.0) -> bytes:
    """A sine of `freq` Hz and `ms` milliseconds as 8 kHz 16-bit samples; `level` is its peak."""
    count = RATE * ms // 1000
    wave = level * np.sin(2 * np.pi * freq * np.arange(count) / RATE)
    return wave.astype("<i2").tobytes()


def goertzel(pcm: bytes | Samples, freq: float) -> float:
    """The amplitude (peak, 0..32767) of `freq` Hz in 8 kHz 16-bit samples; 0 for no samples."""
    samples = np.frombuffer(pcm, dtype="<i2") if isinstance(pcm, bytes) else pcm
    if not len(samples):
        return 0.0
    angle = 2 * np.pi * freq * np.arange(len(samples)) / RATE
    wide = samples.astype(np.float64)
    return float(2 * np.hypot(wide @ np.cos(angle), wide @ np.sin(angle)) / len(samples))
