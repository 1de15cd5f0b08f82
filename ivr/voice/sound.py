"""Telephone audio: shaping speech to the line, A-law, and WAV files that hold it."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 8000
LEVEL_DBFS = -20.0
"""RMS of the speech itself, pauses left out: what a telephone user holds comfortably at the ear."""

PEAK_DBFS = -3.0
PAD_MS = 120
LOW_HZ, HIGH_HZ = 250.0, 3500.0
"""The telephone band of ITU-T G.712 (300-3400 Hz) with room for a gentle slope."""

ALAW_FORMAT = 6
_FRAME = RATE // 100
_TAPS = 129
_SILENCE_DB = -38.0

Samples = NDArray[np.float32]


def to_line(speech: Samples, rate: int) -> Samples:
    """Return 8 kHz samples (-1..1) for the line: band-limited, trimmed, padded, levelled."""
    narrow = np.asarray(soxr.resample(speech, rate, RATE, quality="HQ"), dtype=np.float32)
    narrow = np.convolve(narrow, _band(), mode="same").astype(np.float32)
    return pad(level(trim(narrow)))


def level(samples: Samples) -> Samples:
    """Return the samples at `LEVEL_DBFS`, with peaks rounded off below `PEAK_DBFS`."""
    loud = active_rms(samples)
    if loud <= 0:
        return samples
    return _limit(samples * np.float32(10 ** (LEVEL_DBFS / 20) / loud))


def active_rms(samples: Samples) -> float:
    """Return the RMS of the frames in which somebody speaks; 0 for silence."""
    power = _frames(samples)
    if not len(power) or power.max() <= 1e-12:
        return 0.0
    active = power[power > power.max() * 10 ** (_SILENCE_DB / 10)]
    return float(np.sqrt(active.mean()))


def trim(samples: Samples) -> Samples:
    """Return the samples without the silence at both ends; empty when all is silent."""
    power = _frames(samples)
    if not len(power) or power.max() <= 1e-12:
        return samples[:0]
    loud = np.flatnonzero(power > power.max() * 10 ** (_SILENCE_DB / 10))
    return samples[loud[0] * _FRAME : (loud[-1] + 1) * _FRAME]


def pad(samples: Samples) -> Samples:
    """Return the samples with soft edges and `PAD_MS` of silence before and after."""
    edge = min(_FRAME, len(samples) // 2)
    shaped = samples.copy()
    if edge:
        ramp = np.linspace(0, 1, edge, dtype=np.float32)
        shaped[:edge] *= ramp
        shaped[-edge:] *= ramp[::-1]
    silence = np.zeros(RATE * PAD_MS // 1000, dtype=np.float32)
    return np.concatenate([silence, shaped, silence])


def to_pcm(samples: Samples) -> bytes:
    """Return samples (-1..1) as 16-bit little-endian."""
    return bytes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def from_pcm(pcm: bytes) -> Samples:
    """Return 16-bit little-endian samples as -1..1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768)


def alaw(pcm: bytes) -> bytes:
    """Return 16-bit little-endian samples as A-law octets (ITU-T G.711, table 1a)."""
    table = _alaw_codes()
    index = np.frombuffer(pcm, dtype="<i2").view(np.uint16)
    return bytes(table[index].tobytes())


def from_alaw(octets: bytes) -> bytes:
    """Return A-law octets as 16-bit little-endian samples (ITU-T G.711, table 1a)."""
    values = _alaw_values()[np.frombuffer(octets, dtype=np.uint8)]
    return bytes(values.astype("<i2").tobytes())


def wav(octets: bytes) -> bytes:
    """Return a WAV file of 8 kHz mono A-law (format tag 6, with the fact chunk it requires)."""
    form = struct.pack("<HHIIHHH", ALAW_FORMAT, 1, RATE, RATE, 1, 8, 0)
    padding = b"\0" if len(octets) % 2 else b""
    chunks = (
        _chunk(b"fmt ", form)
        + _chunk(b"fact", struct.pack("<I", len(octets)))
        + _chunk(b"data", octets)
        + padding
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def read_wav(path: Path) -> bytes:
    """Return the A-law octets of a file that `wav` made. Raises ValueError for any other file."""
    data = path.read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(f"{path} is not a WAV file")
    at, form = 12, b""
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = body
        elif name == b"data":
            if len(form) < 16 or struct.unpack_from("<HHI", form) != (ALAW_FORMAT, 1, RATE):
                raise ValueError(f"{path} is not 8 kHz mono A-law")
            return body
        at += 8 + size + size % 2
    raise ValueError(f"{path} has no audio")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body


def _frames(samples: Samples) -> NDArray[np.float64]:
    """Mean power of each 10 ms."""
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    return np.asarray((whole**2).mean(axis=1))


def _limit(samples: Samples) -> Samples:
    """Leave what is below the knee alone and bend what is above it under the ceiling."""
    ceiling = 10 ** (PEAK_DBFS / 20) * 0.999
    knee = ceiling * 0.7
    size = np.abs(samples)
    bent = knee + (ceiling - knee) * np.tanh((size - knee) / (ceiling - knee))
    return np.where(size > knee, np.sign(samples) * bent, samples).astype(np.float32)


@cache
def _band() -> NDArray[np.float64]:
    """A linear-phase band pass: a windowed sinc of LOW_HZ to HIGH_HZ."""
    at = np.arange(_TAPS) - _TAPS // 2
    low, high = LOW_HZ / RATE, HIGH_HZ / RATE
    taps = 2 * high * np.sinc(2 * high * at) - 2 * low * np.sinc(2 * low * at)
    return np.asarray(taps * np.hamming(_TAPS))


@cache
def _alaw_codes() -> NDArray[np.uint8]:
    """The octet of every 16-bit sample, by the sample read as unsigned."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    positive = sample >= 0
    # G.711 codes 13 bits with sign; 16-bit samples lose three below it.
    size = np.where(positive, sample >> 3, (-sample - 1) >> 3).clip(0, 4095)
    segment = np.zeros_like(size)
    for bound in (31, 63, 127, 255, 511, 1023, 2047):
        segment += size > bound
    shift = np.maximum(segment, 1)
    code = (segment << 4) | ((size >> shift) & 0x0F)
    return np.asarray(np.where(positive, code | 0x80, code) ^ 0x55).astype(np.uint8)


@cache
def _alaw_values() -> NDArray[Any]:
    """The 16-bit sample of every octet."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 0x07, code & 0x0F
    size = np.where(
        segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0)
    )
    return np.where(code & 0x80, size, -size).astype(np.int16)
