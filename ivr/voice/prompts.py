"""Files with spoken text: the committed ones, then a cache that the voice fills."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twisted.internet import threads
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from ivr import sentences
from ivr.voice import sound
from ivr.voice.files import write_atomically
from ivr.voice.lexicon import said
from ivr.voice.port import Speaker, VoiceUnavailable
from ivr.voice.spoken_digits import SpokenDigits

INDEX = "index.json"

HOPELESS = 3
"""Failures in a row after which texts that nobody waits for are given up."""


class PromptStore:
    """Implements `Prompts`. Everything but the rendering happens on the reactor thread."""

    log = Logger()

    def __init__(self, committed: Path, cache: Path, speaker: Speaker | None, reactor: Any) -> None:
        """Read the index of `committed`; new files go to `cache`.

        With no `speaker` only what is at hand can be said. Committed prompts in another voice or
        at another rate than the speaker's serve until their text is rendered anew.
        """
        self._committed = read_index(committed)
        name = speaker.name if speaker is not None else ""
        known = voice_of(committed)
        self._own = self._committed if not name or known in ("", name) else {}
        self._cache = cache
        self._digits = SpokenDigits(cache / "digits", self._at_hand)
        self._speaker = speaker
        self._reactor = reactor
        self._waiting: dict[str, list[Deferred[Path]]] = {}
        self._urgent: deque[str] = deque()
        self._idle: deque[str] = deque()
        self._rendering = ""
        self._pool: ThreadPool | None = None
        self._failures = 0
        self._stopped = False

    def get(self, text: str) -> Path | None:
        """The WAV file of a text if it is at hand now, else None."""
        return self._at_hand(text) or self._digits.get(text)

    def want(self, text: str) -> Deferred[Path]:
        """The WAV file of a text, rendered first if need be. Fails with VoiceUnavailable.

        Several who want the same text share one rendering; one of them may cancel.
        """
        file = self.get(text)
        result: Deferred[Path] = Deferred(lambda cancelled: self._forget(text, cancelled))
        if file is not None:
            result.callback(file)
        elif self._speaker is None or self._stopped:
            result.errback(VoiceUnavailable("no synthetic voice is installed; run `make setup`"))
        else:
            self._waiting.setdefault(text, []).append(result)
            if text != self._rendering and text not in self._urgent:
                self._urgent.append(text)
            self._next()
        return result

    def split(self, text: str) -> list[str]:
        """Cut a long text into sentences that are cached and played one by one."""
        return sentences.split(text)

    def warm(self, texts: Iterable[str]) -> int:
        """Render texts when nobody waits for another one; returns how many are still to do."""
        missing = [piece for text in texts for piece in self.split(text)]
        missing = [piece for piece in missing if not self._own_file(piece)]
        if self._speaker is None or self._stopped:
            return len(missing)
        self._idle.extend(dict.fromkeys(missing))
        self._next()
        return len(missing)

    def stop(self) -> None:
        """Render nothing more; who still waits gets VoiceUnavailable.

        Blocks until the rendering at work is over: stop the speaker first.
        """
        self._stopped = True
        self._idle.clear()
        self._urgent.clear()
        waiting, self._waiting = self._waiting, {}
        for results in waiting.values():
            for result in results:
                result.errback(VoiceUnavailable("the service is stopping"))
        if self._pool is not None:
            self._pool.stop()

    # ---- rendering -----------------------------------------------------------------------------

    def _at_hand(self, text: str) -> Path | None:
        return self._own_file(text) or self._committed.get(text)

    def _own_file(self, text: str) -> Path | None:
        """The WAV file of a text in the speaker's voice if it is at hand now."""
        if text in self._own:
            return self._own[text]
        file = self._file(text)
        return file if file is not None and file.is_file() else None

    def _file(self, text: str) -> Path | None:
        if self._speaker is None:
            return None
        return self._cache / f"{key(text, self._speaker.name)}.wav"

    def _next(self) -> None:
        """Render one text at a time: whoever waits comes first."""
        if self._rendering or self._stopped:
            return
        text = ""
        while (self._urgent or self._idle) and not text:
            text = self._urgent.popleft() if self._urgent else self._idle.popleft()
            if text not in self._waiting and self._own_file(text):
                text = ""
        if not text:
            return
        self._rendering = text
        if self._pool is None:
            self._pool = ThreadPool(0, 1, name="voice")
            self._pool.start()
        done = threads.deferToThreadPool(self._reactor, self._pool, self._render, text)
        done.addBoth(self._rendered, text)

    def _render(self, text: str) -> Path:
        file = self._file(text)
        assert file is not None and self._speaker is not None
        octets = sound.alaw(self._speaker.render(text))
        try:
            write_atomically(file, sound.wav(octets))
        except OSError as error:
            raise VoiceUnavailable(f"the prompt cannot be kept: {error}") from error
        return file

    def _rendered(self, result: Path | Failure, text: str) -> None:
        self._rendering = ""
        for waiting in self._waiting.pop(text, []):
            if isinstance(result, Failure):
                waiting.errback(result)
            else:
                waiting.callback(result)
        if isinstance(result, Failure):
            self._failed(text, result)
        else:
            self._failures = 0
        self._next()

    def _failed(self, text: str, why: Failure) -> None:
        if self._stopped:
            return
        self.log.error("{text!r} cannot be spoken: {why}", text=text, why=why.getErrorMessage())
        self._failures += 1
        if self._failures >= HOPELESS:
            self._idle.clear()

    def _forget(self, text: str, cancelled: Deferred[Path]) -> None:
        waiting = self._waiting.get(text, [])
        if cancelled in waiting:
            waiting.remove(cancelled)
        if not waiting:
            self._waiting.pop(text, None)


def key(text: str, voice: str) -> str:
    """Return the name under which the cache keeps a text in a voice (with its rate and pauses).

    It holds what is said, not what is written: a reading that is mended is rendered anew.
    """
    return hashlib.sha256(f"{voice}\n{said(text)}".encode()).hexdigest()


def voice_of(folder: Path) -> str:
    """Return the name of the voice that speaks the committed prompts, empty when unknown."""
    try:
        return str(json.loads((folder / INDEX).read_text(encoding="utf-8"))["voice"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def read_index(folder: Path) -> dict[str, Path]:
    """Return the committed texts with their files; what is listed but not there is left out."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        entries = {text: folder / entry["file"] for text, entry in index["prompts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {text: file for text, file in entries.items() if file.is_file()}
