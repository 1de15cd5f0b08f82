"""The spoken clips: rendered once and kept in the user's cache, and recordings of people."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import wave
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import soxr
from pypinyin import Style, lazy_pinyin

from asr.evaluation.corpora import Said
from asr.evaluation.line import RATE
from asr.training.units import words
from asr.wav import read

Speak = Callable[[str], bytes]
"""Turns a text into 8 kHz 16-bit samples."""

_ESPEAK_SPEED, _ESPEAK_DBFS = 150, -6
_DECODERS = (
    ("ffmpeg", ("-v", "error", "-i", "{source}", "-f", "wav", "{target}")),
    ("mpg123", ("-q", "-w", "{target}", "{source}")),
)


class NoDecoder(Exception):
    """Nothing on this machine decodes MP3; the message says what would."""


def cache_folder() -> Path:
    """The folder of the clips in the user's cache, made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "hotline" / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Clips:
    """Speech by text and voice.

    `voice` gives a speaker and the name of all its settings; it is asked once per voice, and only
    when a clip of it is missing.
    """

    def __init__(self, folder: Path, names: Callable[[str], str], voice: Callable[[str], Speak]):
        """Keep clips in `folder`; `names` tells a voice's settings, `voice` makes its speaker."""
        self._folder = folder
        self._names, self._voice = names, voice
        self.rendered = 0

    def prepare(self, wanted: Iterable[Said], tell: Callable[[int, int], None]) -> None:
        """Render what is missing, voice by voice; `tell` hears how many of how many are done."""
        missing = {(s.voice, s.text) for s in wanted if not self._file(s).exists()}
        speak: Speak | None = None
        last = ""
        for done, (voice, text) in enumerate(sorted(missing), 1):
            if voice != last or speak is None:
                speak, last = self._voice(voice), voice
            file = self._file(Said(text, voice))
            part = file.with_suffix(".part")
            part.write_bytes(speak(text))
            part.rename(file)
            self.rendered += 1
            tell(done, len(missing))

    def pcm(self, said: Said) -> bytes:
        """The samples of a clip that was prepared. Raises OSError when it was not."""
        return self._file(said).read_bytes()

    def _file(self, said: Said) -> Path:
        key = f"{self._names(said.voice)}\n{said.text}"
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.pcm"


def espeak(text: str) -> bytes:
    """The text in espeak-ng's plain pinyin voice: 8 kHz 16-bit samples.

    Raises FileNotFoundError when espeak-ng is missing, ValueError when the text has no sound.
    """
    spelled = " ".join(
        "".join(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)).replace("v", "ü")
        for word in words(text)
    )
    if not spelled:
        raise ValueError(f"“{text}” has no sound")
    command = ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", str(_ESPEAK_SPEED), "--stdout", spelled]
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        # The length in the header of a piped WAV is a placeholder; ask for all there is.
        samples = np.frombuffer(sound.readframes(1 << 26), dtype="<i2")
        narrow = soxr.resample(samples / 32768.0, sound.getframerate(), RATE)
    narrow *= 10 ** (_ESPEAK_DBFS / 20) / max(1e-6, float(np.abs(narrow).max()))
    return bytes((np.clip(narrow, -1, 1) * 32767).astype("<i2").tobytes())


def recording(path: Path, scratch: Path) -> bytes:
    """A recording of a person, WAV or MP3, as 8 kHz 16-bit samples of its first channel.

    Raises NoDecoder, wav.NotReadable, or CalledProcessError when a decoder fails.
    """
    if path.suffix.lower() != ".mp3":
        return read(path).channels[0]
    target = scratch / f"{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.wav"
    if not target.exists():
        _decode(path, target)
    return read(target).channels[0]


def _decode(path: Path, target: Path) -> None:
    part = target.with_suffix(".part.wav")
    if _with_av(path, part):
        part.rename(target)
        return
    for program, arguments in _DECODERS:
        if shutil.which(program):
            filled = [a.format(source=path, target=part) for a in arguments]
            subprocess.run([program, *filled], check=True, stdin=subprocess.DEVNULL)
            part.rename(target)
            return
    raise NoDecoder("MP3 needs PyAV, ffmpeg or mpg123")


def _with_av(path: Path, target: Path) -> bool:
    """Decode with PyAV, which comes with the second reader; false when it is not there."""
    try:
        import av  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return False
    with av.open(str(path)) as container, wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        for frame in (*container.decode(audio=0), None):
            for piece in resampler.resample(frame):
                out.writeframes(piece.to_ndarray().tobytes())
    return True
