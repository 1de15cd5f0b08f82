"""Puts groups of digits together from prompts of single digits, as numbers are read back.

A number has no prompt of its own: it is somebody's, it would be rendered while they wait, and it
can be said with no synthetic voice at all.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ivr.voice import sound
from ivr.voice.files import write_atomically
from ivr.voice.numbers import DIGIT_WORDS

EDGE_MS = 15
"""Silence kept at each end of a digit, of the `sound.PAD_MS` that every prompt has."""

PAUSE_MS = {"，": 300, "。": 200}
"""Silence after a group, so that it can be written down."""

KEPT = 500
"""Groups whose files are kept."""

_SILENCE = sound.alaw(bytes(2))


def words_of(text: str) -> list[str]:
    """Return the words of a group of digits that ends with a mark (幺三八，), else nothing."""
    words, rest = [], text[:-1]
    while rest:
        word = next((word for word in DIGIT_WORDS if rest.startswith(word)), "")
        if not word:
            return []
        words.append(word)
        rest = rest.removeprefix(word)
    return words if text[-1:] in PAUSE_MS else []


class SpokenDigits:
    """Makes and keeps the files of groups."""

    def __init__(self, folder: Path, prompt: Callable[[str], Path | None]) -> None:
        """`prompt` gives the file of a digit's word; the groups' files go to `folder`."""
        self._folder, self._prompt = folder, prompt
        self._files: deque[Path] = deque()

    def get(self, text: str) -> Path | None:
        """Return the file of a group of digits.

        None when it is none, when a digit has no prompt, or when the file cannot be written.
        """
        sources = [source for word in words_of(text) if (source := self._prompt(word))]
        if not sources or len(sources) < len(words_of(text)):
            return None
        name = hashlib.sha256("\n".join([text, *map(str, sources)]).encode()).hexdigest()
        file = self._folder / f"{name}.wav"
        if file not in self._files:
            octets = b"".join(map(_without_edges, sources)) + _silence(PAUSE_MS[text[-1]])
            try:
                write_atomically(file, sound.wav(octets))
                self._keep(file)
            except OSError:
                return None
        return file

    def _keep(self, file: Path) -> None:
        if not self._files:
            # What an earlier run made; nothing of it plays any more.
            for old in set(self._folder.glob("*.wav")) - {file}:
                old.unlink(missing_ok=True)
        self._files.append(file)
        if len(self._files) > KEPT:
            self._files.popleft().unlink(missing_ok=True)


def _without_edges(prompt: Path) -> bytes:
    octets = sound.read_wav(prompt)
    cut = (sound.PAD_MS - EDGE_MS) * sound.RATE // 1000
    return octets[cut : len(octets) - cut]


def _silence(ms: int) -> bytes:
    return _SILENCE * (ms * sound.RATE // 1000)
