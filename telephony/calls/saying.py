"""Speaks to one leg: texts become prompt files played without a gap; what was said is noted."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from core.clock import Timing
from ivr.voice.port import Prompts
from telephony.sip.port import Leg, LegState

RENDER_LIMIT_S = 8.0
Said = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, its prompt file, and how long (s) that plays."""

    text: str
    file: Path
    seconds: float


class Saying:
    """One voice to one leg; a new `say` replaces the old."""

    log = Logger()

    def __init__(self, leg: Leg, prompts: Prompts, reactor: Timing, on_said: Said) -> None:
        """`on_said(text, start, end)` gets each sentence with reactor seconds, cut ones too.

        `prompts` may be replaced at any moment; what is being said goes on with the old ones.
        """
        self._leg, self.prompts, self._reactor, self._on_said = (
            leg,
            prompts,
            reactor,
            on_said,
        )
        self._turn = 0
        self._rendering: Deferred[Any] | None = None
        self._left: list[Sentence] = []
        self._played: Callable[[], None] = lambda: None
        self._paused = False
        # The place in the first sentence left, and the reactor's seconds when the files began to
        # play, when that sentence was first heard, and when the voice was last silenced.
        self._from_s = self._began = self._stopped = 0.0
        self._cut_at: float | None = None

    def say(self, texts: Sequence[str], done: Callable[[], None]) -> None:
        """Speak texts in order and call `done` once at the end; not after `hush`."""
        self.hush()
        sentences = [part for text in texts for part in self.prompts.split(text)]
        self._next(self._turn, sentences, done)

    def hush(self) -> None:
        """Be silent at once; what was cut off is noted up to where it was heard."""
        self._turn += 1
        rendering, self._rendering = self._rendering, None
        if rendering is not None:
            rendering.cancel()
        self.pause()
        if self._left and self._cut_at is not None:
            self._on_said(self._left[0].text, self._cut_at, self._stopped)
        self._left, self._from_s, self._cut_at, self._paused = [], 0.0, None, False

    def pause(self) -> None:
        """Be silent, and keep the place."""
        if self._paused or not (self._left or self._rendering):
            return
        self._paused = True
        if not self._left:
            return
        place = self._leg.stop_playing() / 1000
        if self._leg.state is LegState.ENDED:
            # It stopped with its caller and does not tell how much it had played.
            place = self._reactor.seconds() - self._began + self._from_s
        self._heard_to(place)

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        paused, self._paused = self._paused, False
        if paused and self._rendering is None:
            self._play_on()

    def _next(self, turn: int, sentences: list[str], done: Callable[[], None]) -> None:
        if turn != self._turn:
            return
        ready: list[tuple[str, Path]] = []
        while sentences and (file := self.prompts.get(sentences[0])) is not None:
            ready.append((sentences.pop(0), file))
        if ready:
            self._play(turn, ready, sentences, done)
        elif sentences:
            self._render(turn, sentences, done)
        else:
            done()

    def _play(
        self,
        turn: int,
        ready: list[tuple[str, Path]],
        rest: list[str],
        done: Callable[[], None],
    ) -> None:
        self._left = [Sentence(text, file, seconds(file)) for text, file in ready]
        if rest:
            # Rendered while the first sentences play, so that no gap is heard.
            self.prompts.want(rest[0]).addErrback(lambda failure: None)

        def played() -> None:
            if turn == self._turn:
                self._heard_to(sum(sentence.seconds for sentence in self._left))
                self._next(turn, rest, done)

        self._played = played
        if not self._paused:
            self._play_on()

    def _play_on(self) -> None:
        self._began = self._reactor.seconds()
        files = [sentence.file for sentence in self._left]
        self._leg.play(files, self._played, round(self._from_s * 1000))

    def _render(self, turn: int, sentences: list[str], done: Callable[[], None]) -> None:
        text = sentences[0]
        rendered: Deferred[Any] = self.prompts.want(text)
        rendered.addTimeout(RENDER_LIMIT_S, cast(Any, self._reactor))
        self._rendering = rendered

        def go_on(result: Path | Failure) -> None:
            if turn != self._turn:
                return
            self._rendering = None
            sentences.pop(0)
            if isinstance(result, Failure):
                self.log.error("cannot say {t!r}: {e}", t=text, e=result.getErrorMessage())
                self._next(turn, sentences, done)
            else:
                self._play(turn, [(text, result)], sentences, done)

        rendered.addBoth(go_on)

    def _heard_to(self, place: float) -> None:
        """Note and drop the sentences heard to their end; `place` (s) counts in what is left."""
        start = self._began - self._from_s
        while self._left and place >= self._left[0].seconds:
            sentence = self._left.pop(0)
            end = start + sentence.seconds
            self._on_said(sentence.text, start if self._cut_at is None else self._cut_at, end)
            place, start, self._cut_at = place - sentence.seconds, end, None
        if self._left and place > 0 and self._cut_at is None:
            self._cut_at = start
        self._from_s, self._stopped = (place if self._left else 0.0), start + place


@lru_cache(maxsize=4096)
def seconds(file: Path) -> float:
    """Return the length of a prompt in seconds; 0 for a file that is none.

    Remembered, since a prompt's file never changes: its name holds its text's hash. A-law files
    are one byte a sample, which the `wave` module refuses to read.
    """
    try:
        with wave.open(str(file)) as reader:
            return reader.getnframes() / reader.getframerate()
    except (wave.Error, EOFError):
        return max(0, file.stat().st_size - 58) / 8000 if file.exists() else 0.0
    except OSError:
        return 0.0
