"""When a caller's spoken message is over: pure, fed with sound or silence every 20 ms."""

from __future__ import annotations

from dataclasses import dataclass, replace

FRAME_MS = 20
SILENCE_MS = 4000  # old people pause long (docs/decisions.md)
NOTHING_MS = 8000


@dataclass(frozen=True, slots=True)
class MessageState:
    """How long it runs, how much of it was speech, and the silence at its end (ms)."""

    limit_ms: int
    at_ms: int = 0
    spoken_ms: int = 0
    silent_ms: int = 0

    @property
    def over(self) -> bool:
        """Whether the caller is done, said nothing, or reached the limit."""
        if self.at_ms >= self.limit_ms:
            return True
        if self.spoken_ms == 0:
            return self.silent_ms >= NOTHING_MS
        return self.silent_ms >= SILENCE_MS

    @property
    def seconds(self) -> float:
        """Length of what was said (s); 0 when nothing was."""
        return (self.at_ms - self.silent_ms) / 1000 if self.spoken_ms >= 300 else 0.0


def step(state: MessageState, sound: bool) -> MessageState:
    """Return the state after 20 ms of sound or silence."""
    return replace(
        state,
        at_ms=state.at_ms + FRAME_MS,
        spoken_ms=state.spoken_ms + (FRAME_MS if sound else 0),
        silent_ms=0 if sound else state.silent_ms + FRAME_MS,
    )
