"""Speaks to one leg: texts become prompt files played without a gap; what was said is noted."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
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


class Saying:
    """One voice to one leg; a new `say` replaces the old."""

    log = Logger()

    def __init__(self, leg: Leg, prompts: Prompts, reactor: Timing, on_said: Said) -> None:
        """`on_said(text, start, end)` gets each sentence with reactor seconds, cut ones too."""
        self._leg, self._prompts, self._reactor, self._on_said = (
            leg,
            prompts,
            reactor,
            on_said,
        )
        self._turn = 0
        self._playing: list[tuple[str, float]] = []
        self._rendering: Deferred[Any] | None = None
        self._began = 0.0

    def say(self, texts: Sequence[str], done: Callable[[], None]) -> None:
        """Speak texts in order and call `done` once at the end; not after `hush`."""
        self.hush()
        self._turn += 1
        sentences = [part for text in texts for part in self._prompts.split(text)]
        self._next(self._turn, sentences, done)

    def hush(self) -> None:
        """Be silent at once; what was cut off is noted up to where it was heard."""
        self._turn += 1
        rendering, self._rendering = self._rendering, None
        if rendering is not None:
            rendering.cancel()
        if self._playing:
            heard_s = self._leg.stop_playing() / 1000
            if self._leg.state is LegState.ENDED:
                # It stopped with its caller and does not tell how much it had played.
                heard_s = self._reactor.seconds() - self._began
            self._note(heard_s)

    def _next(self, turn: int, sentences: list[str], done: Callable[[], None]) -> None:
        if turn != self._turn:
            return
        ready: list[tuple[str, Path]] = []
        while sentences and (file := self._prompts.get(sentences[0])) is not None:
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
        self._playing = [(text, seconds(file)) for text, file in ready]
        self._began = self._reactor.seconds()
        if rest:
            # Rendered while the first sentences play, so that no gap is heard.
            self._prompts.want(rest[0]).addErrback(lambda failure: None)

        def played() -> None:
            if turn == self._turn:
                self._note(float("inf"))
                self._next(turn, rest, done)

        self._leg.play([file for _, file in ready], played)

    def _render(self, turn: int, sentences: list[str], done: Callable[[], None]) -> None:
        text = sentences[0]
        rendered: Deferred[Any] = self._prompts.want(text)
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

    def _note(self, heard_s: float) -> None:
        at = 0.0
        playing, self._playing = self._playing, []
        for text, length in playing:
            if at >= heard_s:
                return
            end = min(at + length, heard_s)
            self._on_said(text, self._began + at, self._began + end)
            at += length


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
