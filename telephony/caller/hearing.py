"""When the far end speaks and falls silent, from the level of each 20 ms, as a pure machine.

A burst begins with three loud frames of five, so that a click is no speech; it is over after
400 ms below the threshold, and the far end counts as silent after `silence_ms` (700).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

THRESHOLD_DB = -45.0
BURST_GAP_MS = 400.0
SILENCE_MS = 700.0
_WINDOW = 5
_NEEDED = 3


@dataclass(frozen=True, slots=True)
class Began:
    """A burst of sound began at `at_ms`; `speech` when the far end had been silent before."""

    at_ms: float
    speech: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The far end is silent; it spoke from `start_ms` to `end_ms` at `level_db` on average."""

    start_ms: float
    end_ms: float
    level_db: float


@dataclass(frozen=True, slots=True)
class Ear:
    """State: the last frames, the burst and the speech under way. Times in ms of the call."""

    threshold_db: float = THRESHOLD_DB
    silence_ms: float = SILENCE_MS
    recent: tuple[float | None, ...] = ()
    in_burst: bool = False
    speaking: bool = False
    speech_start: float = 0.0
    last_loud: float = -1e9
    level_sum: float = 0.0
    loud_frames: int = 0


def frame(
    ear: Ear, at_ms: float, level_db: float, length_ms: float = 20.0
) -> tuple[Ear, list[Began | Ended]]:
    """Take the level of one frame that arrived at `at_ms`."""
    ear, events = quiet(ear, at_ms)
    loud = level_db >= ear.threshold_db
    recent = (*ear.recent, at_ms if loud else None)[-_WINDOW:]
    ear = replace(ear, recent=recent)
    if not loud:
        return ear, events
    loud_times = [time for time in recent if time is not None]
    if ear.in_burst or len(loud_times) >= _NEEDED:
        ear = replace(
            ear,
            last_loud=at_ms + length_ms,
            level_sum=ear.level_sum + level_db,
            loud_frames=ear.loud_frames + 1,
        )
    if not ear.in_burst and len(loud_times) >= _NEEDED:
        start = loud_times[0]
        speech = not ear.speaking
        ear = replace(ear, in_burst=True)
        if speech:
            ear = replace(ear, speaking=True, speech_start=start, level_sum=level_db, loud_frames=1)
        events.append(Began(start, speech))
    return ear, events


def quiet(ear: Ear, at_ms: float) -> tuple[Ear, list[Began | Ended]]:
    """Let time pass: also to be called when no packets come at all."""
    since = at_ms - ear.last_loud
    if ear.in_burst and since >= BURST_GAP_MS:
        ear = replace(ear, in_burst=False, recent=())
    if ear.speaking and since >= ear.silence_ms:
        level = ear.level_sum / max(1, ear.loud_frames)
        ended = Ended(ear.speech_start, ear.last_loud, round(level, 1))
        return replace(ear, speaking=False, level_sum=0.0, loud_frames=0), [ended]
    return ear, []
