"""What the rest of the hotline knows of the synthetic voice."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from twisted.internet.defer import Deferred


class VoiceUnavailable(Exception):
    """No synthetic voice is installed or the text cannot be spoken; the message says what to do."""


class Speaker(Protocol):
    """Turns text into telephone audio. Slow: runs outside the reactor thread."""

    @property
    def name(self) -> str:
        """Voice and model, part of the prompt cache's key."""

    def render(self, text: str, speed: float = 1.0) -> bytes:
        """Return 8 kHz 16-bit mono little-endian samples, peak about -3 dBFS.

        Blocking; call it in a thread or worker. Raises VoiceUnavailable.
        """


class Prompts(Protocol):
    """Files with spoken text, rendered once and cached by text and voice."""

    def get(self, text: str) -> Path | None:
        """The WAV file (8 kHz mono, A-law or 16-bit) of a text if it is at hand now, else None."""

    def want(self, text: str) -> Deferred[Path]:
        """The WAV file of a text, rendered first if need be. Fails with VoiceUnavailable."""

    def split(self, text: str) -> list[str]:
        """Cut a long text into sentences that are cached and played one by one."""
