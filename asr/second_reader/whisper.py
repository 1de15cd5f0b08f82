"""Whisper base on one thread, through faster-whisper: one utterance in, one reading out.

Used in the reader's own process, and by measurements. Nothing is fetched: the model is a folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.second_reader import weights
from asr.second_reader.judging import PROMPT, Segment, judged
from asr.second_reader.port import RATE, Reading

WHISPER_RATE = 16_000
LONGEST_S = 20
SHORTEST_S = 0.2
BEAM = 2
# Whisper errs less when speech does not begin with the first sample (docs/models.md).
MARGIN_S = 0.3
# 20 s of fast speech are some 120 tokens; a loop ends here instead of at 448.
MOST_TOKENS = 120
# Below this nobody speaks: -60 dBFS in the loudest 100 ms.
_QUIET = 10 ** (-60 / 20)
# Lower than Silero's own 0.5: old, soft voices on a bad line count as speech.
_SPEECH_THRESHOLD = 0.3

Samples = NDArray[np.float32]


class WeightsMissing(Exception):
    """The model cannot be loaded; the message is one sentence."""


class Whisper:
    """The model in memory, up to 480 MB; not for several threads at once."""

    def __init__(self, folder: Path, beam: int = BEAM, prompt: str = PROMPT) -> None:
        """Load it, in about a second. Raises WeightsMissing."""
        wrong = weights.fault(folder)
        if wrong:
            raise WeightsMissing(wrong)
        from faster_whisper import WhisperModel
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                num_workers=1,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise WeightsMissing(f"the second reader in {folder} failed: {error}") from error
        self._beam, self._prompt = beam, prompt
        self._speech_in = get_speech_timestamps
        self._vad = VadOptions(threshold=_SPEECH_THRESHOLD, min_speech_duration_ms=100)

    def read(self, pcm: bytes) -> Reading:
        """Read 8 kHz 16-bit samples; about 1 s of one core, whatever their length.

        Silence and sound without a voice give an empty reading without asking the model.
        """
        samples = as_floats(pcm)
        seconds = len(samples) / RATE
        if is_silent(samples):
            return Reading("", 0.0)
        audio = soxr.resample(samples, RATE, WHISPER_RATE).astype(np.float32)
        if not self._speech_in(audio, self._vad):
            return Reading("", 0.0)
        margin = np.zeros(int(MARGIN_S * WHISPER_RATE), dtype=np.float32)
        return judged(self._segments(np.concatenate([margin, audio, margin])), seconds)

    def _segments(self, audio: Samples) -> list[Segment]:
        found, _ = self._model.transcribe(
            audio,
            language="zh",
            beam_size=self._beam,
            # One pass: a second one at another temperature would miss the deadline.
            temperature=0.0,
            # `judged` decides; the library's own limits would give no reason.
            compression_ratio_threshold=None,
            log_prob_threshold=None,
            no_speech_threshold=None,
            condition_on_previous_text=False,
            without_timestamps=True,
            initial_prompt=self._prompt or None,
            max_new_tokens=MOST_TOKENS,
        )
        return [
            Segment(piece.text, piece.avg_logprob, piece.no_speech_prob, piece.compression_ratio)
            for piece in found
        ]


def as_floats(pcm: bytes) -> Samples:
    """The last 20 s of the samples as -1..1; an odd byte at the end is left out."""
    whole = pcm[: len(pcm) // 2 * 2][-LONGEST_S * RATE * 2 :]
    return np.frombuffer(whole, dtype="<i2").astype(np.float32) / np.float32(32768)


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing to read: shorter than 200 ms, or never louder than -60 dBFS."""
    if len(samples) < SHORTEST_S * RATE:
        return True
    piece = RATE // 10
    pieces = samples[: len(samples) // piece * piece].reshape(-1, piece)
    return bool(np.sqrt((pieces**2).mean(axis=1)).max() < _QUIET)
