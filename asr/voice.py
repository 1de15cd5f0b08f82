"""How likely is each piece of a stream a human voice? The edge around the Silero net.

The net (MIT licence) comes with faster-whisper, which the second reader needs anyway, so that no
package is added for it. It takes 32 ms at 16 kHz and costs some 75 us of a core for them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from twisted.logger import Logger

PIECE_MS = 32
_PIECE = 256
"""Samples at 8 kHz."""
_CONTEXT = 64
"""Samples at 16 kHz of the piece before, which the net sees again."""
_STATE = (1, 1, 128)
_INPUTS = {"input", "h", "c"}
# A half-band filter, 31 taps: between two samples of 8 kHz lies the sum of the 16 around it.
_TAPS = (np.sinc(np.arange(-15, 16, 2) / 2) * np.kaiser(31, 6)[::2]).astype(np.float32)
_TAPS /= _TAPS.sum()
_IDLE_LEVEL = 8
_log = Logger()

Floats = NDArray[np.float32]


class Detector(Protocol):
    """Judges one stream's sound."""

    def begin(self) -> None:
        """What follows is not joined to what was fed before."""

    def feed(self, pcm: bytes) -> list[float]:
        """Take 8 kHz 16-bit samples; the probabilities (0..1) of the 32 ms pieces they complete."""


def installed() -> Path | None:
    """The net's file in the installed package, or None."""
    spec = find_spec("faster_whisper")
    if spec is None or spec.origin is None:
        return None
    return max((Path(spec.origin).parent / "assets").glob("silero_vad*.onnx"), default=None)


class VoiceModel:
    """The net in memory (12 MB), shared by all streams; thread-safe."""

    def __init__(self, path: Path) -> None:
        """Load it. Raises ValueError when it is not such a net, OSError when it is missing."""
        import onnxruntime

        if not path.is_file():
            raise OSError(f"there is no {path}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises kinds of its own
            raise ValueError(f"{path} cannot be loaded: {error}") from error
        if {each.name for each in self._session.get_inputs()} != _INPUTS:
            raise ValueError(f"{path} is not the net that was expected")
        # From nothing, the net takes the start of any sound for voice: let it hear a quiet line.
        idle = np.random.default_rng(0).normal(0, _IDLE_LEVEL, 8_000).astype("<i2")
        self._start = VoiceDetector(self, None)
        self._start.feed(idle.tobytes())

    def detector(self) -> VoiceDetector:
        """A detector for a fresh stream."""
        return VoiceDetector(self, self._start)

    def run(self, sound: Floats, state: tuple[Any, Any]) -> tuple[float, tuple[Any, Any]]:
        """The probability of one piece with its context, and the state after it."""
        found, h, c = self._session.run(
            None, {"input": sound[np.newaxis], "h": state[0], "c": state[1]}
        )
        return float(np.ravel(found)[0]), (h, c)


class VoiceDetector:
    """`Detector` with the net: 2 kB of state."""

    def __init__(self, model: VoiceModel, like: VoiceDetector | None) -> None:
        """Start from the state of another, or from nothing."""
        self._model = model
        zero = np.zeros(_STATE, dtype=np.float32)
        self._state: tuple[Any, Any] = like._state if like else (zero, zero)
        self._context: Floats = like._context if like else np.zeros(_CONTEXT, dtype=np.float32)
        self._rest: Floats = np.zeros(0, dtype=np.float32)
        self._before: Floats = np.zeros(len(_TAPS) - 1, dtype=np.float32)

    def begin(self) -> None:
        """What follows is not joined to what was fed before, which the net still remembers."""
        self._rest = self._rest[:0]
        self._before = np.zeros_like(self._before)

    def feed(self, pcm: bytes) -> list[float]:
        """Take samples; the probabilities of the pieces that they complete."""
        fresh = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        self._rest = np.concatenate([self._rest, fresh])
        found = []
        while len(self._rest) >= _PIECE:
            piece, self._rest = self._rest[:_PIECE], self._rest[_PIECE:]
            found.append(self._judge(piece))
        return found

    def _judge(self, piece: Floats) -> float:
        sound = np.concatenate([self._before, piece])
        self._before = piece[-len(self._before) :]
        wide = np.empty(2 * _PIECE, dtype=np.float32)
        # The filter looks 8 samples ahead, so the samples themselves are given as late as that.
        wide[0::2] = sound[7 : 7 + _PIECE]
        wide[1::2] = np.convolve(sound, _TAPS, "valid")
        probability, self._state = self._model.run(
            np.concatenate([self._context, wide]), self._state
        )
        self._context = wide[-_CONTEXT:]
        return probability


def load() -> VoiceModel | None:
    """The installed net; None with a line in the log when there is none that works."""
    path = installed()
    try:
        if path is None:
            raise OSError("faster-whisper, which brings it, is not installed")
        return VoiceModel(path)
    except (OSError, ValueError) as error:
        _log.warn("No voice detector, sound is taken for speech: {error}", error=error)
        return None
