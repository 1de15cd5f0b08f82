"""Audio on the time axis of a call, and the WAV files it comes from and goes to."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]

from telephony.caller.g711 import FRAME, RATE, Samples, decode, level_db
from telephony.caller.hearing import THRESHOLD_DB
from telephony.caller.rtp import Packet

_SLIP = RATE // 2
_LIMIT = RATE * 3600 * 4


class BadAudio(ValueError):
    """A file that is no readable WAV; the message is one sentence."""


class Track:
    """Samples at their place in time; what nobody wrote is silence."""

    def __init__(self) -> None:
        self._data = bytearray()

    def put(self, place: int, samples: Samples) -> None:
        """Write samples from position `place` (in samples) on; absurd places are dropped."""
        if not 0 <= place < _LIMIT:
            return
        start, raw = place * 2, samples.astype("<i2").tobytes()
        if start > len(self._data):
            self._data.extend(bytes(start - len(self._data)))
        self._data[start : start + len(raw)] = raw

    @property
    def pcm(self) -> bytes:
        """All of it: 8 kHz 16-bit little-endian."""
        return bytes(self._data)


class Timeline:
    """Puts RTP packets where their timestamps say, whatever order and jitter they arrive with.

    The first packet is placed at its arrival; when a sender's clock jumps by more than half a
    second against the arrivals (or a new SSRC begins), the place is taken from the arrival again.
    """

    def __init__(self) -> None:
        self._ssrc = -1
        self._stamp = 0
        self._place = 0

    def place(self, packet: Packet, arrived_ms: float) -> int:
        """The position in samples of a packet that arrived `arrived_ms` into the call."""
        expected = int(arrived_ms * RATE / 1000)
        ahead = (packet.timestamp - self._stamp + 2**31) % 2**32 - 2**31
        place = self._place + ahead
        if packet.ssrc != self._ssrc or abs(place - expected) > _SLIP:
            self._ssrc, self._stamp, self._place = packet.ssrc, packet.timestamp, expected
            return expected
        return place


def loud_span(pcm: bytes) -> tuple[int, int]:
    """First and last 20 ms frame above the speech threshold; (0, last frame) when none is."""
    samples = np.frombuffer(pcm, dtype="<i2")
    count = max(1, -(-len(samples) // FRAME))
    frames = (samples[n * FRAME : (n + 1) * FRAME] for n in range(count))
    loud = [n for n, part in enumerate(frames) if level_db(part) >= THRESHOLD_DB]
    return (loud[0], loud[-1]) if loud else (0, count - 1)


def read_wav(path: Path) -> bytes:
    """Any PCM (8, 16, 24, 32 bit) or G.711 WAV as 8 kHz 16-bit mono samples. Raises BadAudio."""
    try:
        return _read(path)
    except (OSError, EOFError, wave.Error, ValueError) as error:
        why = str(error) or "it is empty or cut off"
        raise BadAudio(f"{path} cannot be played: {why}") from error


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    g711 = _g711_chunk(data)
    if g711 is not None:
        rate, channels, wide = g711
    else:
        with wave.open(str(path)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            wide = _widen(file.readframes(file.getnframes()), width)
    mono = wide[: len(wide) // channels * channels].reshape(-1, channels).mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return np.clip(mono, -32768, 32767).astype("<i2").tobytes()


def _widen(raw: bytes, width: int) -> np.ndarray:
    raw = raw[: len(raw) // width * width]
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) * 256
    if width == 3:
        raw = b"".join(b"\0" + raw[n : n + 3] for n in range(0, len(raw), 3))
    kind = "<i2" if width == 2 else "<i4"
    return np.frombuffer(raw, kind).astype(np.float32) / (1 if width == 2 else 65536)


def _g711_chunk(data: bytes) -> tuple[int, int, np.ndarray] | None:
    """The stdlib's wave module knows no G.711, but telephone recordings are full of it."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    place, law, rate, channels = 12, "", RATE, 1
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        body = data[place + 8 : place + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            law = {6: "PCMA", 7: "PCMU"}.get(int.from_bytes(body[:2], "little"), "")
            channels = int.from_bytes(body[2:4], "little") or 1
            rate = int.from_bytes(body[4:8], "little") or RATE
        elif name == b"data" and law:
            return rate, channels, decode(body, law).astype(np.float32)
        place += 8 + size + size % 2
    return None


def write_stereo(path: Path, left: bytes, right: bytes) -> None:
    """Write two 8 kHz tracks as one WAV, the shorter one filled up with silence. Raises OSError."""
    count = max(len(left), len(right)) // 2
    both = np.zeros((count, 2), dtype="<i2")
    for column, pcm in enumerate((left, right)):
        samples = np.frombuffer(pcm, dtype="<i2")
        both[: len(samples), column] = samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(both.tobytes())
