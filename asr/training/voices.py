"""Kokoro as a crowd of training speakers: blends of its voices at many speeds.

The six reserved voices are never used here, so that the model can be judged on speakers it has not
heard.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESERVED = frozenset(
    {"zf_xiaobei", "zm_yunjian", "jf_gongitsune", "jm_kumo", "if_sara", "bm_daniel"}
)
# Read back by another recogniser these voices garble Mandarin, so their labels would be wrong.
UNCLEAR = frozenset({"af_heart", "bf_emma"})
RATE = 24_000
TIMBRE = 128
"""The first so many numbers of a voice's style are its timbre, the rest its manner (StyleTTS 2)."""
Audio = NDArray[np.float32]


def kokoro_folder() -> Path:
    """Where the set-up puts Kokoro's weights, vocabulary and voices."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hotline" / "kokoro"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A timbre of two voices, `share` of the first and the rest of the second, speaking in the
    `manner` (rhythm and melody) of a third, at `speed`.
    """

    first: str
    second: str
    share: float
    manner: str
    speed: float


def training_voices(folder: Path) -> list[str]:
    """The voices that may be trained on. Raises FileNotFoundError when there are none."""
    names = sorted(path.stem for path in (folder / "voices").glob("*.bin"))
    names = [name for name in names if name not in RESERVED | UNCLEAR]
    if not names:
        raise FileNotFoundError(f"no Kokoro voices in {folder}; run `make setup` first")
    return names


def draw_speaker(voices: list[str], chance: random.Random) -> Speaker:
    """A random speaker; Mandarin voices are preferred, for the manner still more.

    Half of them have the timbre of one voice alone: blends lie between the voices, and people who
    have not been heard yet mostly do not.
    """
    mandarin = [name for name in voices if name.startswith("z")] or voices
    return Speaker(
        chance.choice(mandarin if chance.random() < 0.3 else voices),
        chance.choice(voices),
        1.0 if chance.random() < 0.5 else chance.uniform(0.4, 1.0),
        chance.choice(mandarin if chance.random() < 0.6 else voices),
        chance.uniform(0.75, 1.3),
    )


class Voice:
    """Turns text into speech. Not thread-safe; one per process."""

    def __init__(self, folder: Path, graph: Path) -> None:
        """Load `graph` (see kokoro_float) and the vocabulary in `folder`."""
        import json

        import openvino  # type: ignore[import-not-found]
        from misaki import zh

        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        self._ids: dict[str, int] = vocabulary.get("vocab", vocabulary)
        self._folder = folder
        self._styles: dict[str, Audio] = {}
        self._read_aloud: Any = zh.ZHG2P()
        core = openvino.Core()
        # Every clip has another length; kernels kept for each would fill gigabytes.
        settings = {
            "INFERENCE_NUM_THREADS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "CPU_RUNTIME_CACHE_CAPACITY": "0",
        }
        compiled = core.compile_model(core.read_model(str(graph)), "CPU", settings)
        self._request = compiled.create_infer_request()

    def say(self, text: str, speaker: Speaker) -> Audio:
        """The text as `speaker` says it: 24 kHz, floats. Raises ValueError when it has no sound."""
        phonemes = self._read_aloud(text)
        phonemes = phonemes[0] if isinstance(phonemes, tuple) else phonemes
        tokens = [self._ids[c] for c in phonemes if c in self._ids][:508]
        if not tokens:
            raise ValueError(f"“{text}” has no sound")
        style = self._style(speaker.first)[len(tokens)] * speaker.share
        style = style + self._style(speaker.second)[len(tokens)] * (1 - speaker.share)
        style[TIMBRE:] = self._style(speaker.manner)[len(tokens)][TIMBRE:]
        out = self._request.infer(
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": style[None].astype(np.float32),
                "speed": np.array([speaker.speed], dtype=np.float32),
            }
        )
        return np.array(next(iter(out.values())), dtype=np.float32).ravel()

    def _style(self, name: str) -> Audio:
        if name not in self._styles:
            path = self._folder / "voices" / f"{name}.bin"
            self._styles[name] = np.fromfile(path, dtype=np.float32).reshape(-1, 256)
        return self._styles[name]
