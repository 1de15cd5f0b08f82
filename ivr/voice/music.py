"""The sounds that are no speech: music on hold, ring-back, tone. Composed and synthesised here."""

from __future__ import annotations

import numpy as np

from ivr.voice.sound import LEVEL_DBFS, RATE, Samples, active_rms

RINGBACK_HZ = 450.0
"""China's ring-back tone: 450 Hz, 1 s on, 4 s off (ITU-T E.180, supplement 2)."""

BEEP_HZ = 1000.0
HOLD_LEVEL_DBFS = LEVEL_DBFS - 6
BEAT_S = 0.625
_A4 = 440.0
_REST = None

# A pentatonic tune in G (宫调式) of eight bars of four beats: (degree or rest, beats). Degrees
# count pentatonic steps from G4; the last bar leads back to the first.
_TUNE: tuple[tuple[int | None, float], ...] = (
    (2, 1), (3, 1), (4, 1.5), (3, 0.5), (2, 1), (1, 1), (0, 2),
    (1, 1), (2, 1), (3, 1.5), (2, 0.5), (1, 3), (_REST, 1),
    (2, 1), (4, 1), (5, 1.5), (4, 0.5), (3, 1), (4, 1), (2, 2),
    (1, 1), (3, 1), (2, 1), (1, 1), (0, 3), (_REST, 1),
)  # fmt: skip
_SCALE = (0, 2, 4, 7, 9)
_BASS = (0, 3, 0, 3, 0, 3, 4, 0)


def hold_music() -> Samples:
    """Return a calm loop of twenty seconds that joins its own beginning without a click."""
    beats = sum(length for _, length in _TUNE)
    size = round(beats * BEAT_S * RATE)
    loop = np.zeros(size, dtype=np.float64)
    at = 0.0
    for degree, length in _TUNE:
        if degree is not None:
            _ring(loop, at, _pitch(degree), 0.5, decay_s=1.6)
        at += length * BEAT_S
    bar = beats / len(_BASS) * BEAT_S
    for number, degree in enumerate(_BASS):
        _ring(loop, number * bar, _pitch(degree) / 2, 0.25, decay_s=2.2)
        _ring(loop, (number + 0.5) * bar, _pitch(degree + 2) / 2, 0.15, decay_s=1.8)
    return _at_level(loop.astype(np.float32), HOLD_LEVEL_DBFS)


def ringback() -> Samples:
    """Return one ring of a called telephone: a second of tone and four of silence."""
    return np.concatenate([_tone(RINGBACK_HZ, 1.0), np.zeros(4 * RATE, dtype=np.float32)])


def beep() -> Samples:
    """Return the tone before a message: 0.4 s, with a little silence around it."""
    silence = np.zeros(RATE // 10, dtype=np.float32)
    return np.concatenate([silence, _tone(BEEP_HZ, 0.4), silence])


def _pitch(degree: int) -> float:
    octave, step = divmod(degree, len(_SCALE))
    semitones = -2 + _SCALE[step] + 12 * octave  # G4 lies two semitones below A4
    return float(_A4 * 2 ** (semitones / 12))


def _ring(loop: np.ndarray, at_s: float, hertz: float, strength: float, decay_s: float) -> None:
    """Add a plucked note; what rings beyond the end goes on at the beginning."""
    time = np.arange(int(decay_s * 2.5 * RATE)) / RATE
    envelope = np.minimum(time / 0.012, 1.0) * np.exp(-time / (decay_s / 2.5))
    note = np.zeros_like(time)
    for harmonic, share in ((1, 1.0), (2, 0.35), (3, 0.12), (4, 0.05)):
        if hertz * harmonic < 3400:
            note += share * np.sin(2 * np.pi * hertz * harmonic * time)
    note *= envelope * strength
    start = round(at_s * RATE)
    where = (start + np.arange(len(note))) % len(loop)
    np.add.at(loop, where, note)


def _tone(hertz: float, seconds: float) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    edge = np.minimum(1.0, np.minimum(time, seconds - time) / 0.01)
    return _at_level((np.sin(2 * np.pi * hertz * time) * edge).astype(np.float32), LEVEL_DBFS)


def _at_level(samples: Samples, dbfs: float) -> Samples:
    scaled = samples * np.float32(10 ** (dbfs / 20) / active_rms(samples))
    return np.asarray(scaled, dtype=np.float32)
