"""Keeps the last seconds of a leg's audio, so that an utterance can be read a second time."""

from __future__ import annotations

RATE = 8_000
_BYTES_PER_MS = RATE * 2 // 1000
KEPT_MS = 20_000


class RecentAudio:
    """The last `kept_ms` of what was fed; times are in ms from the first sample, as in `Final`.

    20 s are 320 kB; a twentieth more is held for a moment. Feed it what the recogniser is fed.
    """

    def __init__(self, kept_ms: int = KEPT_MS) -> None:
        """Start empty."""
        self._most = kept_ms * _BYTES_PER_MS
        self._spare = max(self._most // 20, _BYTES_PER_MS)
        self._audio = bytearray()
        self._dropped = 0

    @property
    def end_ms(self) -> int:
        """How much was fed so far, in whole ms."""
        return (self._dropped + len(self._audio)) // _BYTES_PER_MS

    @property
    def start_ms(self) -> int:
        """The time of the oldest sample that can be cut."""
        old = max(self._dropped, self._dropped + len(self._audio) - self._most)
        return -(-old // _BYTES_PER_MS)

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz, 16-bit little-endian mono samples of any length."""
        self._audio += pcm
        if len(self._audio) > self._most + self._spare:
            # In large steps: moving 320 kB with every packet of 20 ms would be the dearest part.
            over = len(self._audio) - self._most
            del self._audio[:over]
            self._dropped += over

    def cut(self, start_ms: int, end_ms: int) -> bytes:
        """The samples from `start_ms` to before `end_ms`, as far as they are kept; else empty."""
        first = max(start_ms, self.start_ms) * _BYTES_PER_MS - self._dropped
        last = max(0, end_ms) * _BYTES_PER_MS - self._dropped
        return bytes(self._audio[first : min(last, len(self._audio))]) if last > first else b""
