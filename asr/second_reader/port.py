"""What the rest of the hotline knows of the second reader; implemented by Whisper and a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

RATE = 8_000
"""Hz of the samples that it takes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: simplified Chinese without spaces or punctuation, and confidence 0..1.

    An empty text means that nothing was said, or nothing that can be trusted; its confidence is 0.
    """

    text: str
    confidence: float


class SecondReader(Protocol):
    """One per process. All methods are called on the reactor thread and never block, but `stop`."""

    @property
    def ready(self) -> bool:
        """Whether an utterance given now would be read."""

    @property
    def fault(self) -> str:
        """One sentence on why it is not ready, else an empty string."""

    def when_settled(self) -> Deferred[None]:
        """Fires when it is ready for the first time or has failed to become so."""

    def read(self, pcm: bytes, deadline_s: float) -> Deferred[Reading | None]:
        """Read one utterance: 8 kHz, 16-bit little-endian mono; the last 20 s of a longer one.

        Fires on the reactor thread, at the latest `deadline_s` seconds from now, and never with an
        error: None means that the call goes on without. When it is not ready, too many wait, or
        the deadline cannot be met, None comes at once. Cancelling gives None and drops the work.
        """

    def stop(self) -> None:
        """Give None to all who wait and end process and thread; blocks for some 10 ms."""
