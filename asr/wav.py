"""Reads WAV files of the kinds that recordings come in, as 8 kHz samples per channel."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.decoding import RATE
from asr.g711 import ALAW, ULAW, expanded

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
LONGEST_SECONDS = 4 * 3600


class NotReadable(Exception):
    """The file cannot be read; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples at 8 kHz, 16 bits, little-endian, one entry per channel."""

    channels: tuple[bytes, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.channels[0]) / 2 / RATE


def read(path: Path) -> Recording:
    """Read a WAV file: PCM of 8 to 32 bits, float, A-law or mu-law, any usual rate.

    Raises NotReadable.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotReadable(f"{path} cannot be read: {error.strerror}") from error
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotReadable(f"{path} is not a WAV file; convert it to WAV first")
    kind, count, rate, width, body = _chunks(path, data)
    if not 1 <= count <= 8 or not 4_000 <= rate <= 192_000:
        raise NotReadable(f"{path} has {count} channels at {rate} Hz, which no recording has")
    samples = _samples(path, kind, width, body)
    samples = samples[: len(samples) // count * count].reshape(-1, count)
    if not len(samples):
        raise NotReadable(f"{path} holds no sound")
    if len(samples) > LONGEST_SECONDS * rate:
        raise NotReadable(f"{path} is longer than {LONGEST_SECONDS // 3600} hours")
    return Recording(tuple(_line(samples[:, i], rate) for i in range(count)))


def _chunks(path: Path, data: bytes) -> tuple[int, int, int, int, bytes]:
    """Format tag, channels, rate, bits per sample and the samples' bytes."""
    form: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            kind, count, rate, _, _, width = struct.unpack_from("<HHIIHH", body)
            if kind == EXTENSIBLE and len(body) >= 26:
                kind = struct.unpack_from("<H", body, 24)[0]
            form = kind, count, rate, width
        elif name == b"data":
            if form is None:
                break
            return *form, body
        at += 8 + size + size % 2
    raise NotReadable(f"{path} is cut off or damaged: it has no samples")


def _samples(path: Path, kind: int, width: int, body: bytes) -> NDArray[np.float32]:
    """Samples as floats, -1..1."""
    if kind in (A_LAW, MU_LAW) and width == 8:
        return (expanded(body, ALAW if kind == A_LAW else ULAW) / 32768.0).astype(np.float32)
    if kind == FLOAT and width in (32, 64):
        return _whole(body, width, "<f").astype(np.float32)
    if kind == PCM and width == 8:
        return ((np.frombuffer(body, dtype=np.uint8) - 128.0) / 128).astype(np.float32)
    if kind == PCM and width == 24:
        octets = np.frombuffer(body[: len(body) // 3 * 3], dtype=np.uint8).reshape(-1, 3)
        wide = np.zeros((len(octets), 4), dtype=np.uint8)
        wide[:, 1:] = octets
        return (wide.view("<i4").ravel() / 2.0**31).astype(np.float32)
    if kind == PCM and width in (16, 32):
        return (_whole(body, width, "<i") / 2.0 ** (width - 1)).astype(np.float32)
    raise NotReadable(f"{path} has an encoding that is not supported (tag {kind}, {width} bits)")


def _whole(body: bytes, width: int, kind: str) -> NDArray[Any]:
    size = width // 8
    return np.frombuffer(body[: len(body) // size * size], dtype=f"{kind}{size}")


def _line(samples: NDArray[np.float32], rate: int) -> bytes:
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(np.rint(clean * 32768), -32768, 32767).astype("<i2").tobytes()
