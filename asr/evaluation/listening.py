"""Plays a line to the recogniser as a leg would, without waiting for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asr.decoding import RATE, Decoding
from asr.port import Final, Heard
from asr.vosk_recogniser import LoadedModel

PIECE = RATE * 2 * 80 // 1000
"""Bytes of 80 ms, the batch that the line's streams decode at once."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What came of some audio, in order; how long it was and what decoding it cost, in seconds."""

    heard: tuple[Heard, ...]
    seconds: float
    cpu_s: float

    @property
    def text(self) -> str:
        """The words of all utterances."""
        return "".join(what.text for what in self.heard if isinstance(what, Final))


def listen(decoding: Decoding, pcm: bytes, clock: Callable[[], float] | None = None) -> Hearing:
    """Feed 8 kHz 16-bit samples to their end. `clock` counts seconds of CPU of this thread."""
    cpu = clock or time.thread_time
    started = cpu()
    heard: list[Heard] = []
    for at in range(0, len(pcm), PIECE):
        heard += decoding.feed(pcm[at : at + PIECE])
    heard += decoding.finish()
    return Hearing(tuple(heard), len(pcm) / 2 / RATE, cpu() - started)


def utterances(heard: Sequence[Heard]) -> list[list[Heard]]:
    """The events of each utterance: up to and with its Final."""
    found: list[list[Heard]] = [[]]
    for what in heard:
        found[-1].append(what)
        if isinstance(what, Final):
            found.append([])
    return [events for events in found if events]


class Ears:
    """The model under test, and the same with nothing but sounds; counts what listening costs."""

    def __init__(self, model: LoadedModel, any_sound: Callable[[], LoadedModel]) -> None:
        """`any_sound` loads the model without grammar, when it is first needed."""
        self._model, self._load = model, any_sound
        self.folder = model.folder
        self._free: LoadedModel | None = None
        self.seconds = self.cpu_s = 0.0

    def hear(self, pcm: bytes, phrases: Sequence[str] = ()) -> Hearing:
        """Recognise, with the phrases alone if there are any."""
        found = listen(self._model.decoding(phrases), pcm)
        if not phrases:
            self.seconds += found.seconds
            self.cpu_s += found.cpu_s
        return found

    def sounds(self, pcm: bytes) -> str:
        """What the net hears when any syllable may follow any other."""
        if self._free is None:
            self._free = self._load()
        return listen(self._free.decoding(), pcm).text
