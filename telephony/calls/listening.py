"""Listens to one leg: its audio to the recogniser, its loudness to whoever waits for silence."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asr.port import (
    Failed,
    Final,
    Heard,
    Partial,
    Recogniser,
    RecogniserUnavailable,
    Stream,
    VoiceStarted,
)
from asr.utterance import RecentAudio
from core.clock import Timing
from telephony.sip.port import Leg

LEAD_MS = 250  # before the first word: its soft beginning
SPEECH_LEVEL = 400  # RMS of 16-bit samples, about -38 dBFS: above line noise, below quiet speech


@dataclass(frozen=True, slots=True)
class Line:
    """Something heard; times in reactor seconds, those of words in ms from `start`."""

    text: str
    start: float
    end: float
    confidence: float
    words: tuple[tuple[str, int, int, float], ...]
    final: bool


class Listening:
    """One pair of ears on one leg."""

    def __init__(self, leg: Leg, recogniser: Recogniser, reactor: Timing) -> None:
        """Take whose voice, and what recognises it."""
        self._leg, self._recogniser, self._reactor = leg, recogniser, reactor
        self._stream: Stream | None = None
        self._hearing: _Hearing | None = None
        self.language = ""
        self._wanted: tuple[tuple[str, ...], str] = ((), "")
        self._recent = RecentAudio()
        self._on_level: Callable[[bool], None] | None = None
        self._patience_ms = 0

    @property
    def open_stream(self) -> bool:
        """Whether words are being recognised."""
        return self._stream is not None

    def words(
        self,
        phrases: Sequence[str],
        on_line: Callable[[Line], None],
        on_voice: Callable[[], None] = lambda: None,
        on_failed: Callable[[], None] = lambda: None,
        language: str = "",
    ) -> bool:
        """Recognise from now on; a no-op when it does so already, same phrases, same language.

        A `language` holds from then on, for later calls too.

        `on_voice` is called when somebody begins to make a sound, long before the first words.
        Returns false when no recogniser is to be had; `on_failed` is called when it breaks down
        later, after the last of `on_line`.
        """
        self.language = language or self.language
        wanted = (tuple(phrases), self.language)
        if self._stream is not None and self._wanted == wanted:
            return True
        self._close_stream()

        def failed() -> None:
            self._stream = None
            if self._on_level is None:
                self._leg.listen(None)
            on_failed()

        self._hearing = hearing = _Hearing(on_line, on_voice, failed, self._reactor.seconds())
        try:
            self._stream = self._recogniser.open(hearing, phrases, self.language)
        except RecogniserUnavailable:
            return False
        self._stream.patience(self._patience_ms)
        self._wanted = wanted
        self._recent = RecentAudio()
        self._leg.listen(self._audio)
        return True

    def patience(self, milliseconds: int) -> None:
        """From now on wait for so much silence before an utterance is over; see `asr.port`.

        Holds for all that is listened to later; 0 for as usual.
        """
        self._patience_ms = milliseconds
        if self._stream is not None:
            self._stream.patience(milliseconds)

    def sound_of(self, line: Line) -> bytes:
        """Return the samples of something just heard (8 kHz, 16 bit); empty when long ago."""
        if self._hearing is None:
            return b""
        start, end = (round((at - self._hearing.began) * 1000) for at in (line.start, line.end))
        return self._recent.cut(start - LEAD_MS, end + LEAD_MS)

    def levels(self, on_level: Callable[[bool], None] | None) -> None:
        """Tell for each 20 ms whether there is sound; None ends it."""
        self._on_level = on_level
        if on_level is not None or self._stream is not None:
            self._leg.listen(self._audio)
        else:
            self._leg.listen(None)

    def close(self) -> None:
        """Stop all of it."""
        self._close_stream()
        self._on_level = None
        self._leg.listen(None)

    def deafen(self, last: Callable[[Line], None], done: Callable[[], None] = lambda: None) -> None:
        """Stop recognising; levels go on when somebody wants them.

        What was being said at this moment still goes to `last`, and no longer to the dialogue;
        then `done` is called, at once when nobody listened.
        """
        stream, self._stream = self._stream, None
        if self._on_level is None:
            self._leg.listen(None)
        if stream is None or self._hearing is None:
            done()
            return

        def ended(line: Line) -> None:
            if line.final:
                last(line)
                done()

        hearing = self._hearing
        hearing.on_line, hearing.on_voice, hearing.on_failed = ended, _nothing, _nothing
        stream.finish()

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _audio(self, pcm: bytes) -> None:
        if self._stream is not None:
            self._stream.feed(pcm)
            self._recent.feed(pcm)
        if self._on_level is not None:
            self._on_level(loud(pcm))


class _Hearing:
    """Where a stream's events go, with the reactor's time of its first sample."""

    def __init__(
        self,
        on_line: Callable[[Line], None],
        on_voice: Callable[[], None],
        on_failed: Callable[[], None],
        began: float,
    ) -> None:
        self.on_line, self.on_voice, self.on_failed = on_line, on_voice, on_failed
        self.began = began

    def __call__(self, what: Heard) -> None:
        if isinstance(what, VoiceStarted):
            self.on_voice()
        elif isinstance(what, Failed):
            self.on_failed()
        else:
            self.on_line(_line(what, self.began))


def _nothing() -> None:
    pass


def loud(pcm: bytes) -> bool:
    """Say whether 16-bit samples hold sound above line noise."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if not samples:
        return False
    return sum(s * s for s in samples) / len(samples) > SPEECH_LEVEL * SPEECH_LEVEL


def _line(what: Partial | Final, began: float) -> Line:
    if isinstance(what, Final):
        first = what.start_ms
        words = tuple(
            (w.text, w.start_ms - first, w.end_ms - first, w.confidence) for w in what.words
        )
        start, end = began + what.start_ms / 1000, began + what.end_ms / 1000
        return Line(what.text, start, end, what.confidence, words, True)
    at = began + what.at_ms / 1000
    return Line(what.text, at, at, 0.0, (), False)
