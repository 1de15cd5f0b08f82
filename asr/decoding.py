"""One stream's audio on its way through a decoder: what is speech, when it ends, what was said.

Runs in a worker thread (or anywhere: it knows neither threads nor reactor). Silence never reaches
the decoder, so a line that only listens costs next to nothing.
"""

from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from asr.calibration import Points, calibrated
from asr.endofspeech import FRAME_MS, Change, EndOfSpeech, EndOfSpeechSettings
from asr.port import Final, Heard, Partial, VoiceStarted, Word

RATE = 8_000
FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
UNKNOWN = "[unk]"
# Sound before its onset was noticed: soft consonants, and what the net looks back on.
LEAD_FRAMES = 300 // FRAME_MS


class Decoder(Protocol):
    """The part of `vosk.KaldiRecognizer` that is used here."""

    def AcceptWaveform(self, data: bytes) -> int:
        """Take samples; true when its own rules see an end."""

    def PartialResult(self) -> str:
        """JSON with what is understood so far."""

    def FinalResult(self) -> str:
        """JSON with the utterance, which ends here."""


class Resampler(Protocol):
    """Brings 8 kHz samples to the decoder's rate."""

    def __call__(self, pcm: bytes) -> bytes:
        """Convert a piece of a stream."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is too uncertain to be passed on as text; see the model's `model.json`."""

    min_confidence: float = 0.0
    calibration: Points = ()


class Decoding:
    """Feeds a decoder with the speech of a stream and turns its JSON into events."""

    def __init__(
        self,
        decoder: Decoder,
        doubt: Doubt | None = None,
        ends: EndOfSpeechSettings | None = None,
        resample: Resampler | None = None,
    ) -> None:
        """Take over `decoder`, which must be fresh."""
        self._decoder = decoder
        self._doubt = doubt or Doubt()
        self._ends = EndOfSpeech(ends)
        self._resample = resample
        self._lead: deque[bytes] = deque(maxlen=LEAD_FRAMES)
        self._rest = b""
        self._heard_ms = 0
        self._fed_ms = 0
        self._offset_ms = 0
        self._start_ms = 0
        self._text = ""
        self._pending: list[bytes] = []

    def feed(self, pcm: bytes) -> list[Heard]:
        """Take samples of any length; return what came of them."""
        data = self._rest + pcm
        whole = len(data) // FRAME_BYTES * FRAME_BYTES
        self._rest = data[whole:]
        heard: list[Heard] = []
        for level, at in zip(levels_db(data[:whole]), range(0, whole, FRAME_BYTES), strict=True):
            frame = data[at : at + FRAME_BYTES]
            self._heard_ms += FRAME_MS
            was_speaking = self._ends.speaking
            change = self._ends.push(level)
            if change is Change.STARTED:
                self._begin(frame)
                heard.append(VoiceStarted(self._heard_ms))
            elif was_speaking:
                self._pending.append(frame)
            else:
                self._lead.append(frame)
            if change in (Change.ENDED, Change.STALLED):
                heard.extend(self._end())
        if self._ends.speaking:
            heard.extend(self._advance())
        return heard

    def skip(self, milliseconds: int) -> list[Heard]:
        """Note that so much audio was lost; an utterance that it cuts ends here."""
        heard = self._end() if self._ends.speaking else []
        self._heard_ms += milliseconds
        self._restart()
        return heard

    def finish(self) -> list[Heard]:
        """End the stream: the utterance, or an empty one when nobody was speaking."""
        if self._ends.speaking:
            heard = self._end()
            self._restart()
            return heard
        return [Final("", (), 0.0, self._heard_ms, self._heard_ms)]

    def _restart(self) -> None:
        self._ends = EndOfSpeech(self._ends.settings)
        self._lead.clear()
        self._rest = b""

    def _begin(self, frame: bytes) -> None:
        self._pending = [*self._lead, frame]
        self._lead.clear()
        self._text = ""
        start_ms = self._heard_ms - len(self._pending) * FRAME_MS
        self._offset_ms = start_ms - self._fed_ms
        self._start_ms = self._heard_ms - self._ends.sound_ms

    def _advance(self) -> list[Heard]:
        if self._decode():
            self._ends.cut()
            return self._end()
        text = plain(json.loads(self._decoder.PartialResult()).get("partial", ""))
        if not text or text == self._text:
            return []
        self._text = text
        self._ends.understood_more()
        return [Partial(text, self._heard_ms)]

    def _decode(self) -> bool:
        """Hand over what is pending; true when the decoder sees an end."""
        data = b"".join(self._pending)
        self._fed_ms += len(self._pending) * FRAME_MS
        self._pending = []
        if self._resample is not None:
            data = self._resample(data)
        return bool(data) and bool(self._decoder.AcceptWaveform(data))

    def _end(self) -> list[Heard]:
        self._decode()
        return [self._final(json.loads(self._decoder.FinalResult()))]

    def _final(self, result: dict[str, Any]) -> Final:
        found = result.get("result", [])
        words = tuple(
            Word(
                entry["word"],
                self._offset_ms + round(entry["start"] * 1000),
                self._offset_ms + round(entry["end"] * 1000),
                min(1.0, float(entry.get("conf", 1.0))),
            )
            for entry in found
        )
        confidence = round(calibrated(_confidence(words), self._doubt.calibration), 3)
        known = tuple(word for word in words if word.text != UNKNOWN)
        end = self._heard_ms - self._ends.quiet_ms
        if not known or confidence < self._doubt.min_confidence:
            return Final("", (), confidence, self._start_ms, end)
        text = "".join(word.text for word in known)
        return Final(text, known, confidence, known[0].start_ms, known[-1].end_ms)


def _confidence(words: tuple[Word, ...]) -> float:
    """The mean over the sounding time; what was not understood counts as 0."""
    total = sum(word.end_ms - word.start_ms for word in words)
    if not total:
        return 0.0
    sure = sum(
        (word.end_ms - word.start_ms) * word.confidence for word in words if word.text != UNKNOWN
    )
    return round(sure / total, 3)


def plain(text: str) -> str:
    """A decoder's text without spaces and without the mark for what it did not know."""
    return "".join(word for word in text.split() if word != UNKNOWN)


def levels_db(pcm: bytes) -> list[float]:
    """The level of each 20 ms frame in dB below full scale (RMS); -100 for digital silence."""
    if not pcm:
        return []
    frames = np.frombuffer(pcm, dtype="<i2").astype(np.float32).reshape(-1, FRAME_BYTES // 2)
    # A constant offset is no sound.
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.square(frames).mean(axis=1) / 32768.0**2
    return [10 * math.log10(value) if value > 1e-10 else -100.0 for value in power.tolist()]
