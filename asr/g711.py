"""ITU-T G.711: the 16-bit value of each A-law and mu-law octet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def _alaw() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = np.where(exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 0x108)
    value = value << np.maximum(exponent - 1, 0)
    return np.where(code & 0x80, value, -value).astype(np.int16)


def _ulaw() -> Samples:
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -value, value).astype(np.int16)


ALAW = _alaw()
"""Table 1 of G.711, scaled to 16 bits."""
ULAW = _ulaw()
"""Table 2 of G.711, scaled to 16 bits."""


def expanded(octets: bytes, table: Samples) -> Samples:
    """The 16-bit samples of G.711 octets."""
    return table[np.frombuffer(octets, dtype=np.uint8)]
