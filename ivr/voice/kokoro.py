"""The synthetic voice: Kokoro-82M (Apache-2.0), int8 ONNX, with Mandarin phonemes from misaki."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ivr.sentences import split
from ivr.voice import lexicon, reading, sound
from ivr.voice.phonemes import Phonemes
from ivr.voice.port import VoiceUnavailable

VOICE = "zf_xiaoxiao"
"""Read back by a recogniser, the clearest of the eight Mandarin voices (3 % of syllables wrong).

The other one to choose, zm_yunyang, is the clearest of the men's (8 %): docs/models.md.
"""

PACE = 0.9
"""Of the voice's own speed: many callers are old."""

PAUSE_MS = 200
"""Silence after a sentence inside a text."""

SHAPE_VERSION = 1
"""Goes up when the audio of the same text would change: part of the prompt cache's key."""

WEIGHTS = "kokoro-v1.0.int8.onnx"
RATE = 24_000
MOST_PHONEMES = 508
STYLE_SIZE = 256


def default_folder() -> Path:
    """Return where `make setup` puts the voice: hotline/kokoro in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "hotline" / "kokoro"


def name_of(voice: str = VOICE, rate: float = 1.0, pause_ms: int = PAUSE_MS) -> str:
    """Return what identifies a voice's audio in the prompt cache: voice, pace and pauses."""
    pauses = "" if pause_ms == PAUSE_MS else f"/{pause_ms}"
    pace = f"{PACE * rate:.4g}{pauses}"
    return f"kokoro-1.0-int8/{voice}/{pace}/{SHAPE_VERSION}.{reading.VERSION}"


def fault(folder: Path, voice: str = VOICE) -> str:
    """Return one sentence on why the voice cannot speak, empty when its files are in place."""
    wanted = (WEIGHTS, "vocab.json", f"voices/{voice}.bin")
    missing = [name for name in wanted if not (folder / name).is_file()]
    return f"{folder} lacks {', '.join(missing)}; run `make setup`" if missing else ""


class Kokoro:
    """A `Speaker` in this process. It loads in half a second and speaks in 0.6 of real time."""

    def __init__(
        self,
        folder: Path,
        voice: str = VOICE,
        threads: int = 1,
        rate: float = 1.0,
        pause_ms: int = PAUSE_MS,
    ) -> None:
        """Load the model of `folder`; `rate` is of the hotline's usual pace.

        `pause_ms` is the silence after a sentence; what it has beyond `PAUSE_MS` also follows the
        text. Raises VoiceUnavailable when a file is missing or broken.
        """
        self.name = name_of(voice, rate, pause_ms)
        self._rate, self._pause_ms = rate, pause_ms
        try:
            self._phonemes = _vocabulary(folder / "vocab.json")
            self._style = _style(folder / "voices" / f"{voice}.bin")
            self._session = _session(folder / WEIGHTS, threads)
            self._run_options = _run_options()
        except OSError as error:
            raise VoiceUnavailable(
                f"the voice {voice} is not in {folder} ({error}); run `make setup`"
            ) from error
        try:
            self._read = Phonemes(lexicon.shipped())
        except (OSError, ValueError) as error:
            raise VoiceUnavailable(str(error)) from error

    def render(self, text: str, speed: float = 1.0) -> bytes:
        """Return `text` as 8 kHz 16-bit mono little-endian samples; `speed` is 0.5 to 2.

        Blocking. Raises VoiceUnavailable when nothing in the text can be spoken.
        """
        if not 0.5 <= speed <= 2:
            raise VoiceUnavailable(f"the speed {speed} is not between 0.5 and 2")
        pieces: list[sound.Samples] = []
        gap = np.zeros(RATE * self._pause_ms // 1000, dtype=np.float32)
        for sentence in split(reading.for_ear(text)):
            tokens = self._tokens(sentence)
            if tokens:
                pieces += [self._speak(tokens, speed), gap]
        if not pieces:
            raise VoiceUnavailable(f"nothing in {text[:40]!r} can be spoken")
        line = sound.to_pcm(sound.to_line(np.concatenate(pieces[:-1]), RATE))
        return line + bytes(2 * sound.RATE * max(0, self._pause_ms - PAUSE_MS) // 1000)

    def _tokens(self, sentence: str) -> list[int]:
        said = self._read(sentence)
        tokens = [self._phonemes[char] for char in said if char in self._phonemes]
        return tokens[:MOST_PHONEMES]

    def _speak(self, tokens: list[int], speed: float) -> sound.Samples:
        feed = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            # The style depends on how long the utterance is.
            "style": self._style[min(len(tokens), len(self._style) - 1)][None, :],
            "speed": np.array([PACE * self._rate * speed], dtype=np.float32),
        }
        try:
            audio = self._session.run(None, feed, self._run_options)[0]
        except Exception as error:
            raise VoiceUnavailable(f"the voice model failed: {error}") from error
        return np.asarray(audio, dtype=np.float32).ravel()


def _vocabulary(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["vocab"]
        return {str(char): int(number) for char, number in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VoiceUnavailable(f"{path} is broken; run `make setup`") from error


def _style(path: Path) -> Any:
    data = np.fromfile(path, dtype=np.float32)
    if not len(data) or len(data) % STYLE_SIZE:
        raise VoiceUnavailable(f"{path} is broken; run `make setup`")
    return data.reshape(-1, STYLE_SIZE)


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would burn the second core while the calls need it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise VoiceUnavailable(f"{path} is broken ({error}); run `make setup`") from error


def _run_options() -> Any:
    import onnxruntime

    options = onnxruntime.RunOptions()
    # Every sentence has a length of its own: without this the arena grows to twice its size.
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
