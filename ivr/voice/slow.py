"""The same prompts, slower, for calls in elder mode: stretched once in a thread, kept as files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from core.clock import stop_timer
from ivr.voice import sound
from ivr.voice.files import write_atomically
from ivr.voice.port import Prompts
from ivr.voice.spoken_digits import SpokenDigits, words_of
from ivr.voice.stretch import stretch

PATIENCE_S = 0.3
"""Who waits longer for a slow prompt hears it at the usual pace. Stretching a second of speech
takes some 4 ms of one core."""

MADE_BY = "1"
"""Part of the files' names: raised when the stretching changes."""


class SlowPrompts:
    """Implements `Prompts` over others. Everything but the stretching is on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        prompts: Prompts,
        folder: Path,
        pace: float,
        reactor: Any,
        run_in_thread: Callable[..., Deferred[Any]],
    ) -> None:
        """Prompts take `pace` times as long as those of `prompts`; their files go to `folder`."""
        self._prompts, self._folder, self._pace = prompts, folder, pace
        self._reactor, self._run = reactor, run_in_thread
        self._digits = SpokenDigits(folder / "digits", self._at_hand)
        self._making: dict[Path, list[Deferred[Path]]] = {}
        self._idle: list[str] = []
        self._warming = False
        self._stopped = False

    def get(self, text: str) -> Path | None:
        """The slow WAV file of a text if it is at hand now, else None."""
        if words_of(text):
            # Somebody's number: put together from slow digits, not kept as a prompt of its own.
            return self._digits.get(text) or self._prompts.get(text)
        return self._at_hand(text)

    def want(self, text: str) -> Deferred[Path]:
        """The slow WAV file of a text, made first if need be, or the usual one if that takes long.

        Fails with VoiceUnavailable.
        """
        return self._prompts.want(text).addCallback(lambda file: self._in_time(text, file))

    def split(self, text: str) -> list[str]:
        """Cut a long text into sentences as ever."""
        return self._prompts.split(text)

    def warm(self, texts: Iterable[str]) -> None:
        """Make slow files of what is at hand, one after the other, while nothing else is to do."""
        self._idle = [piece for text in texts for piece in self.split(text)]
        self._next()

    def stop(self) -> None:
        """Make no more."""
        self._stopped = True
        self._idle.clear()

    def _at_hand(self, text: str) -> Path | None:
        usual = self._prompts.get(text)
        if usual is None:
            return None
        slow = self._file(usual)
        return slow if slow is not None and slow.is_file() else None

    def _file(self, usual: Path) -> Path | None:
        try:
            stat = usual.stat()
            digest = _digest(usual, stat.st_mtime_ns, stat.st_size)
        except OSError:
            return None
        name = hashlib.sha256(f"{MADE_BY} {self._pace} {digest}".encode()).hexdigest()
        return self._folder / f"{name}.wav"

    def _in_time(self, text: str, usual: Path) -> Path | Deferred[Path]:
        if words_of(text):
            return self.get(text) or usual
        slow = self._file(usual)
        if slow is None:
            return usual
        if slow.is_file():
            return slow
        result: Deferred[Path] = Deferred(lambda cancelled: None)

        def ready(file: Path) -> None:
            stop_timer(late)
            if not result.called:
                result.callback(file)

        late = self._reactor.callLater(PATIENCE_S, ready, usual)
        self._make(usual, slow).addCallback(ready)
        return result

    def _make(self, usual: Path, slow: Path) -> Deferred[Path]:
        """Stretch a file once, however many want it; the usual one is given where that fails."""
        done: Deferred[Path] = Deferred()
        waiting = self._making.setdefault(slow, [])
        waiting.append(done)
        if len(waiting) > 1:
            return done

        def made(result: Path | Failure) -> None:
            if isinstance(result, Failure):
                self.log.error("{f} cannot be slowed: {e}", f=usual, e=result.getErrorMessage())
            for each in self._making.pop(slow):
                each.callback(result if isinstance(result, Path) else usual)

        self._run(slowed, usual, slow, self._pace).addBoth(made)
        return done

    def _next(self, _: object = None) -> None:
        if self._warming or self._stopped:
            return
        while self._idle:
            usual = self._prompts.get(self._idle.pop(0))
            slow = self._file(usual) if usual is not None else None
            if usual is not None and slow is not None and not slow.is_file():
                self._warming = True
                self._make(usual, slow).addBoth(self._warmed)
                return

    def _warmed(self, result: object) -> None:
        self._warming = False
        self._reactor.callLater(0, self._next)


def slowed(usual: Path, slow: Path, pace: float) -> Path:
    """Write a prompt's slow file. Blocking. Raises OSError, ValueError for no prompt."""
    samples = sound.from_pcm(sound.from_alaw(sound.read_wav(usual)))
    write_atomically(slow, sound.wav(sound.alaw(sound.to_pcm(stretch(samples, pace)))))
    return slow


@lru_cache(maxsize=4096)
def _digest(file: Path, changed_ns: int, size: int) -> str:
    """What a file holds; looked at again when it was changed."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
