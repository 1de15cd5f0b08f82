"""What the rest of the hotline knows of speech recognition; implemented by Vosk and a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in ms from the first sample fed, confidence 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Somebody begins to make a sound; one `Final` follows, empty if it was none of speech.

    Sounds that are plainly no voice, such as tones and music that goes on, are not told at all.

    `at_ms` is audio time.
    """

    at_ms: int


@dataclass(frozen=True, slots=True)
class Partial:
    """What has been understood so far of an utterance that goes on. `at_ms` is audio time."""

    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Final:
    """One utterance, ended by silence (or by `finish`). `text` has no spaces; may be empty."""

    text: str
    words: tuple[Word, ...]
    confidence: float
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The recogniser broke down in this stream: nothing more comes of it. `why` is for the log."""

    why: str


Heard = VoiceStarted | Partial | Final | Failed


class Stream(Protocol):
    """One leg being listened to. All methods are called on the reactor thread and never block."""

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz, 16-bit little-endian mono samples (any length, usually 320 bytes = 20 ms)."""

    def patience(self, milliseconds: int) -> None:
        """Let an utterance be over after this much silence and not before; 0 for as usual.

        For who speaks slowly, or says a number in pieces. More than the longest wait of
        `asr.patience` counts as that.
        """

    def finish(self) -> None:
        """End the utterance now; a `Final` (perhaps empty) follows, then nothing more."""

    def close(self) -> None:
        """Drop the stream; no event follows. Safe to call twice."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much a recogniser has to do: streams open, and the most audio one waits for (ms)."""

    streams: int = 0
    lag_ms: int = 0
    most_lag_ms: int = 0
    """Above this much, audio is left out."""


class Recogniser(Protocol):
    """Opens streams. One per process; owns the model and the worker threads."""

    @property
    def ready(self) -> bool:
        """False while no model is loaded: the caller of `open` must use the keypad instead."""

    @property
    def fault(self) -> str:
        """One sentence on why it is not ready, else an empty string."""

    @property
    def load(self) -> Load:
        """How much it has to do now."""

    def when_settled(self) -> Deferred[None]:
        """Fires when the model is loaded or has failed to; look at `ready` then."""

    def open(
        self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = (), language: str = ""
    ) -> Stream:
        """Start listening.

        `on_heard` is called on the reactor thread. `phrases` narrows the vocabulary to these
        phrases plus rejection; empty means the model's whole vocabulary. `language` is what is
        spoken, by its Chinese name (粤语), empty for Mandarin.
        Raises RecogniserUnavailable, also for a language without a model.
        """

    def stop(self) -> None:
        """End all streams and threads."""


class RecogniserUnavailable(Exception):
    """No model is loaded; the message says why and what to do."""
