"""Reads WAV files and joins several into one that plays without a gap."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from telephony.sip.audio import FRAME_MS, RATE

PCM, ALAW, ULAW, EXTENSIBLE = 1, 6, 7, 0xFFFE
HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
JOINED = 256
"""Joined files kept: prompts recur from call to call."""


class WavError(ValueError):
    """A file that cannot be played; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Wav:
    """A WAV file's format and where its samples lie; `frames` counts samples per channel."""

    path: Path
    form: int
    channels: int
    rate: int
    bits: int
    start: int
    frames: int

    @property
    def ms(self) -> int:
        """How long it plays."""
        return self.frames * 1000 // self.rate

    @property
    def native(self) -> bool:
        """True where the library plays the file as it is."""
        kind = (self.form, self.bits)
        sound = kind in ((PCM, 16), (ALAW, 8), (ULAW, 8))
        return sound and self.channels == 1 and self.rate == RATE and self.ms >= FRAME_MS


def read_header(path: Path) -> Wav:
    """Return the format of a WAV file; raise WavError where it is none or cannot be read."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            riff = file.read(12)
            if len(riff) < 12 or riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
                raise WavError(f"{path} is no WAV file")
            form = None
            while len(chunk := file.read(8)) == 8:
                name, length = struct.unpack("<4sI", chunk)
                if name == b"fmt ":
                    form = file.read(length)
                    file.seek(length & 1, 1)
                elif name == b"data":
                    # A recording that was cut off says 0: what is there counts.
                    left = size - file.tell()
                    length = min(length, left) if length else left
                    return _described(path, form, file.tell(), length)
                else:
                    file.seek(length + (length & 1), 1)
    except OSError as error:
        raise WavError(f"{path} cannot be read: {error.strerror}") from error
    raise WavError(f"{path} has no samples")


def _described(path: Path, form: bytes | None, start: int, length: int) -> Wav:
    if form is None or len(form) < 16:
        raise WavError(f"{path} does not say its format")
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
    if tag == EXTENSIBLE and len(form) >= 26:
        tag = struct.unpack("<H", form[24:26])[0]
    known = (tag, bits) in ((PCM, 16), (ALAW, 8), (ULAW, 8))
    if not known or not 1 <= channels <= 8 or not 4000 <= rate <= 192_000:
        raise WavError(f"{path} must be 16-bit PCM, A-law or mu-law")
    frames = length // (channels * bits // 8)
    if frames == 0:
        raise WavError(f"{path} has no samples")
    return Wav(path, tag, channels, rate, bits, start, frames)


def samples(wav: Wav) -> bytes:
    """Return a file's audio as 8 kHz 16-bit mono; raise WavError where it cannot be read."""
    try:
        with wav.path.open("rb") as file:
            file.seek(wav.start)
            data = file.read(wav.frames * wav.channels * wav.bits // 8)
    except OSError as error:
        raise WavError(f"{wav.path} cannot be read: {error.strerror}") from error
    if wav.form == PCM:
        audio = np.frombuffer(data, "<i2")
    else:
        table = _alaw() if wav.form == ALAW else _ulaw()
        audio = table[np.frombuffer(data, np.uint8)]
    if wav.channels > 1:
        audio = audio.reshape(-1, wav.channels).mean(axis=1).astype("<i2")
    if wav.rate != RATE:
        audio = soxr.resample(audio, wav.rate, RATE)
    return bytes(np.asarray(audio, "<i2").tobytes())


def header(length: int) -> bytes:
    """Return the header of an 8 kHz 16-bit mono WAV file with `length` bytes of samples."""
    return HEADER.pack(
        b"RIFF",
        36 + length,
        b"WAVE",
        b"fmt ",
        16,
        PCM,
        1,
        RATE,
        RATE * 2,
        2,
        16,
        b"data",
        length,
    )


class Joiner:
    """Makes one playable file out of several, and keeps the last few hundred of them."""

    def __init__(self, folder: Path) -> None:
        """Keep joined files in `folder`, which must exist and is the joiner's own."""
        self._folder = folder
        self._made: OrderedDict[tuple[object, ...], Wav] = OrderedDict()
        self._count = 0

    def playable(self, wavs: Sequence[Wav]) -> Wav:
        """Return one file that sounds like `wavs` in a row; raise WavError where that fails."""
        if len(wavs) == 1 and wavs[0].native:
            return wavs[0]
        try:
            key = tuple(_identity(wav.path) for wav in wavs)
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            audio = b"".join(samples(wav) for wav in wavs)
            # The library refuses a file shorter than a frame.
            audio += bytes(max(0, RATE * FRAME_MS // 1000 * 2 - len(audio)))
            self._count += 1
            path = self._folder / f"joined-{self._count}.wav"
            path.write_bytes(header(len(audio)) + audio)
        except OSError as error:
            raise WavError(f"prompts cannot be joined: {error.strerror}") from error
        made = self._made[key] = read_header(path)
        while len(self._made) > JOINED:
            # A player that has the file open goes on with it.
            self._made.popitem(last=False)[1].path.unlink(missing_ok=True)
        return made


def _identity(path: Path) -> tuple[str, int, int]:
    """Return what tells a file's content from another's without reading it."""
    stat = path.stat()
    return str(path), stat.st_mtime_ns, stat.st_size


def _alaw() -> np.ndarray:
    """Return the table from A-law bytes to samples (ITU-T G.711)."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment = (code & 0x70) >> 4
    step = (code & 0x0F) << 4
    value = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, value, -value).astype("<i2")


def _ulaw() -> np.ndarray:
    """Return the table from mu-law bytes to samples (ITU-T G.711)."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    value = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -value, value).astype("<i2")
