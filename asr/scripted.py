"""A recogniser that says what it was told to: for tests and for demonstrations without a model.

It listens to real audio for when somebody speaks and stops; only the words are the script's.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from asr.decoding import RATE, Decoding
from asr.endofspeech import EndOfSpeechSettings
from asr.port import Heard, Load, RecogniserUnavailable


class Later(Protocol):
    """What is needed of the reactor."""

    def callLater(self, delay: float, function: Callable[..., object], *args: object) -> object:
        """Call `function` after `delay` seconds."""


class _ScriptedDecoder:
    """Answers each utterance with the script's next line, spread evenly over its sound."""

    def __init__(self, script: deque[str]) -> None:
        self._script = script
        self._samples = 0

    def AcceptWaveform(self, data: bytes) -> int:
        self._samples += len(data) // 2
        return 0

    def PartialResult(self) -> str:
        line = self._script[0] if self._script else ""
        # A character is understood every 150 ms.
        known = max(1, self._samples * 1000 // RATE // 150)
        return json.dumps({"partial": line[:known]})

    def FinalResult(self) -> str:
        line = self._script.popleft() if self._script else ""
        step = self._samples / RATE / max(1, len(line))
        self._samples = 0
        words = [
            {"word": c, "start": i * step, "end": (i + 1) * step, "conf": 1.0}
            for i, c in enumerate(line)
        ]
        return json.dumps({"result": words, "text": " ".join(line)})


class ScriptedStream:
    """`asr.port.Stream` without threads."""

    def __init__(
        self, decoding: Decoding, on_heard: Callable[[Heard], None], reactor: Later
    ) -> None:
        """Events of `decoding` go to `on_heard`, in a later turn of the reactor."""
        self._decoding, self._on_heard, self._reactor = decoding, on_heard, reactor
        self._finishing = self._over = False

    def feed(self, pcm: bytes) -> None:
        """Take samples."""
        if not (self._over or self._finishing):
            self._tell(self._decoding.feed(pcm), False)

    def patience(self, milliseconds: int) -> None:
        """Wait for at least so much silence; see the port."""
        self._decoding.patience(milliseconds)

    def finish(self) -> None:
        """End the utterance; its Final comes, then nothing more."""
        if not (self._over or self._finishing):
            self._finishing = True
            self._tell(self._decoding.finish(), True)

    def close(self) -> None:
        """Forget the stream."""
        self._over = True

    def _tell(self, heard: list[Heard], last: bool) -> None:
        if heard or last:
            self._reactor.callLater(0, self._deliver, heard, last)

    def _deliver(self, heard: list[Heard], last: bool) -> None:
        for what in heard:
            if not self._over:
                self._on_heard(what)
        if last:
            self._over = True


class ScriptedRecogniser:
    """`asr.port.Recogniser`. Every stream starts the script from its first line."""

    def __init__(
        self,
        reactor: Later,
        script: Iterable[str],
        fault: str = "",
        ends: EndOfSpeechSettings | None = None,
    ) -> None:
        """Take the lines; with a `fault` it behaves as one that has no model."""
        self._reactor, self._script, self._fault, self._ends = reactor, tuple(script), fault, ends
        self._streams: list[ScriptedStream] = []
        self.asked: list[tuple[str, ...]] = []
        """The phrases of each stream opened."""

    @property
    def ready(self) -> bool:
        """False with a fault and after `stop`."""
        return not self._fault

    @property
    def fault(self) -> str:
        """Why it is not ready."""
        return self._fault

    @property
    def load(self) -> Load:
        """How many streams were opened; nothing waits."""
        return Load(len(self._streams))

    def open(
        self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = (), language: str = ""
    ) -> ScriptedStream:
        """Start listening; see the port. Raises RecogniserUnavailable."""
        if language:
            raise RecogniserUnavailable(f"this model is not for {language}")
        if self._fault:
            raise RecogniserUnavailable(self._fault)
        self.asked.append(tuple(phrases))
        decoder = _ScriptedDecoder(deque(self._script))
        stream = ScriptedStream(Decoding(lambda: decoder, ends=self._ends), on_heard, self._reactor)
        self._streams.append(stream)
        return stream

    def stop(self) -> None:
        """End all streams."""
        self._fault = self._fault or "the recogniser was stopped"
        for stream in self._streams:
            stream.close()
