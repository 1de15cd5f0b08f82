"""One stream's audio on its way through a decoder: what is speech, when it ends, what was said.

Runs in a worker thread (or anywhere: it knows neither threads nor reactor). Silence reaches neither
the voice detector nor the decoder, and other sounds not the decoder, so a line that only listens
costs next to nothing.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from asr.endofspeech import FRAME_MS, EndOfSpeechSettings
from asr.patience import PatienceSettings
from asr.port import Final, Heard, Partial, VoiceStarted, Word
from asr.results import Doubt, final_of, plain, text_of, words_of
from asr.turn import Do, Turn
from asr.voice import PIECE_MS, Detector
from asr.voicing import Tone, VoicingSettings, tone_of

RATE = 8_000
FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
# Sound before its onset was noticed: soft consonants, and what the nets look back on.
LEAD_FRAMES = 300 // FRAME_MS
_TONE_FRAMES = 60 // FRAME_MS


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


class Decoding:
    """Feeds a decoder with the speech of a stream and turns its JSON into events."""

    def __init__(
        self,
        make: Callable[[], Decoder],
        doubt: Doubt | None = None,
        ends: EndOfSpeechSettings | None = None,
        resample: Resampler | None = None,
        detector: Detector | None = None,
        voicing: VoicingSettings | None = None,
        patience: PatienceSettings | None = None,
    ) -> None:
        """`make` gives a fresh decoder for each stretch of speech; `detector` must be fresh.

        One that has heard speech holds megabytes, and callers mostly listen: so it is given up when
        the stretch is over. Without a detector every sound is taken for speech.
        """
        self._make, self._detector = make, detector
        self._decoder: Decoder | None = None
        self._doubt = doubt or Doubt()
        self._voicing = voicing or VoicingSettings()
        judging = self._voicing if detector else None
        self._turn = Turn(ends or EndOfSpeechSettings(), judging, patience)
        self._resample = resample
        self._lead: deque[bytes] = deque(maxlen=LEAD_FRAMES)
        self._last: deque[bytes] = deque(maxlen=_TONE_FRAMES)
        self._rest = b""
        self._heard_ms = self._offset_ms = self._start_ms = 0
        self._words: tuple[Word, ...] = ()
        self._text = ""
        self._pending: list[bytes] = []

    def patience(self, milliseconds: int) -> None:
        """From now on wait for so much silence before an utterance is over; see `asr.port`."""
        self._turn.patience.at_least(milliseconds)

    def feed(self, pcm: bytes) -> list[Heard]:
        """Take samples of any length; return what came of them."""
        data = self._rest + pcm
        whole = len(data) // FRAME_BYTES * FRAME_BYTES
        self._rest = data[whole:]
        heard: list[Heard] = []
        for level, at in zip(levels_db(data[:whole]), range(0, whole, FRAME_BYTES), strict=True):
            heard += self._frame(level, data[at : at + FRAME_BYTES])
        if self._turn.speech:
            heard += self._advance()
        return heard

    def skip(self, milliseconds: int) -> list[Heard]:
        """Note that so much audio was lost; an utterance that it cuts ends here."""
        heard = self._cut_short() if self._turn.open else []
        self._heard_ms += milliseconds
        self._restart(milliseconds)
        return heard

    def finish(self) -> list[Heard]:
        """End the stream: the utterance, or an empty one when nobody was speaking."""
        if not self._turn.open:
            return [Final("", (), 0.0, self._heard_ms, self._heard_ms)]
        heard = self._cut_short()
        self._restart(0)
        return heard

    def _frame(self, level: float, frame: bytes) -> list[Heard]:
        self._heard_ms += FRAME_MS
        self._last.append(frame)
        sounded = self._turn.sounding
        wanted = self._turn.push(level, self._tone)
        fresh = frame
        if Do.OPEN in wanted:
            self._open(frame)
            fresh = b"".join(self._pending)
        elif sounded:
            self._pending.append(frame)
        else:
            self._lead.append(frame)
        heard = self._do_all(wanted)
        if self._detector is not None and self._turn.sounding:
            for probability in self._detector.feed(fresh):
                heard += self._do_all(self._turn.hear(probability, PIECE_MS, self._tone))
        return heard

    def _do_all(self, wanted: list[Do]) -> list[Heard]:
        heard: list[Heard] = []
        for do in wanted:
            if do is Do.TELL:
                self._words, self._text = (), ""
                self._start_ms = self._heard_ms - self._turn.sound_ms
                heard.append(VoiceStarted(self._heard_ms))
            elif do is Do.PIECE:
                heard += self._piece()
            elif do is Do.DISCARD:
                self._pending = []
                self._take_result()
            elif do is Do.DROP:
                self._lead.extend(self._pending)
                self._pending = []
            elif do is Do.FINAL:
                heard.append(self._final())
        return heard

    def _tone(self) -> Tone:
        return tone_of(b"".join(self._last), self._voicing)

    def _open(self, frame: bytes) -> None:
        self._pending = [*self._lead, frame]
        self._lead.clear()
        self._offset_ms = self._heard_ms - len(self._pending) * FRAME_MS
        if self._detector is not None:
            self._detector.begin()

    def _restart(self, skipped_ms: int) -> None:
        self._turn.restart(skipped_ms)
        self._lead.clear()
        self._pending, self._rest = [], b""

    def _advance(self) -> list[Heard]:
        if self._decode():
            return self._do_all(self._turn.cut())
        if self._decoder is None:
            return []
        more = plain(json.loads(self._decoder.PartialResult()).get("partial", ""))
        text = text_of(self._words) + more
        if not more or text == self._text:
            return []
        self._turn.understood_more()
        return self._partial(text)

    def _partial(self, text: str) -> list[Heard]:
        if not text or text == self._text:
            return []
        self._text = text
        return [Partial(text, self._heard_ms)]

    def _decode(self) -> bool:
        """Hand over what is pending; true when the decoder sees an end."""
        data = b"".join(self._pending)
        self._pending = []
        if self._resample is not None:
            data = self._resample(data)
        if not data:
            return False
        if self._decoder is None:
            self._decoder = self._make()
        return bool(self._decoder.AcceptWaveform(data))

    def _piece(self) -> list[Heard]:
        """A stretch of speech is over; perhaps the utterance is not."""
        self._take_words()
        text = text_of(self._words)
        wanted = self._turn.piece(text)
        # The last words come out of the decoder only now, and an alarm must not wait for more.
        return self._do_all(wanted) or self._partial(text)

    def _take_words(self) -> None:
        self._decode()
        self._words += words_of(self._take_result(), self._offset_ms)

    def _take_result(self) -> dict[str, Any]:
        """What the decoder understood of the stretch, which is over, and so is the decoder."""
        decoder, self._decoder = self._decoder, None
        result: dict[str, Any] = json.loads(decoder.FinalResult()) if decoder else {}
        return result

    def _cut_short(self) -> list[Heard]:
        if self._turn.speech:
            self._take_words()
        return [self._final()]

    def _final(self) -> Final:
        words, self._words = self._words, ()
        end_ms = self._heard_ms - self._turn.quiet_ms
        return final_of(words, self._doubt, self._start_ms, end_ms)


def levels_db(pcm: bytes) -> list[float]:
    """The level of each 20 ms frame in dB below full scale (RMS); -100 for digital silence."""
    if not pcm:
        return []
    frames = np.frombuffer(pcm, dtype="<i2").astype(np.float32).reshape(-1, FRAME_BYTES // 2)
    # A constant offset is no sound.
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.square(frames).mean(axis=1) / 32768.0**2
    return [10 * math.log10(value) if value > 1e-10 else -100.0 for value in power.tolist()]
