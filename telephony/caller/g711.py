"""A-law and μ-law to and from 16-bit samples (ITU-T G.711), by table, with numpy."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160  # samples in 20 ms
Samples = NDArray[np.int16]

SILENCE = {"PCMA": b"\xd5" * FRAME, "PCMU": b"\xff" * FRAME}


def _alaw_value(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if code & 0x80 else -value


def _ulaw_value(code: int) -> int:
    code = ~code & 0xFF
    value = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return -value if code & 0x80 else value


@cache
def _decoder(codec: str) -> Samples:
    value = {"PCMA": _alaw_value, "PCMU": _ulaw_value}[codec]
    return np.array([value(code) for code in range(256)], dtype=np.int16)


@cache
def _encoder(codec: str) -> NDArray[np.uint8]:
    """The nearest code of each of the 65536 sample values, indexed by the value as uint16."""
    values = _decoder(codec).astype(np.int32)
    order = np.argsort(values, kind="stable")
    middle = (values[order][1:] + values[order][:-1]) / 2
    samples = np.arange(-32768, 32768)
    nearest = order[np.searchsorted(middle, samples, side="right")].astype(np.uint8)
    return np.roll(nearest, -32768)


def encode(pcm: bytes | Samples, codec: str = "PCMA") -> bytes:
    """16-bit little-endian samples to G.711 codes, one byte a sample. `codec` is PCMA or PCMU."""
    samples = np.frombuffer(pcm, dtype="<i2") if isinstance(pcm, bytes) else pcm
    return _encoder(codec)[samples.astype(np.int16).view(np.uint16)].tobytes()


def decode(codes: bytes, codec: str = "PCMA") -> Samples:
    """G.711 codes to samples. `codec` is PCMA or PCMU."""
    return _decoder(codec)[np.frombuffer(codes, dtype=np.uint8)]


def level_db(samples: Samples) -> float:
    """RMS level in dB below full scale (0 is a full-scale square wave), -100 for silence."""
    if not len(samples):
        return -100.0
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(samples)
    return max(-100.0, 10.0 * float(np.log10(max(power, 1e-6) / 32768.0**2)))
