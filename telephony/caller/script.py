"""What a synthetic caller does and when, as a pure machine: speak, press keys, hang up.

A step is done when the far end has spoken and fallen silent, or after its own delay, or when the
far end keeps silent for so long that a person would speak anyway (`patience_s`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

OUTLASTS_S = 1.2


@dataclass(frozen=True, slots=True)
class Speak:
    """Send 8 kHz 16-bit samples. `text` is what they say, for the log.

    `after_s` None waits for the far end to fall silent; a number waits so many seconds after the
    step before (or the answer), whatever the far end does: that is how a barge-in is made.
    """

    pcm: bytes
    text: str = ""
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """Send digits: by RFC 4733, or by SIP INFO when `info` is true. `after_s` as for Speak."""

    digits: str
    info: bool = False
    after_s: float | None = None


Step = Speak | Press


class Cue(Enum):
    """What the script is told."""

    UP = "the call is answered"
    BEGAN = "the far end makes a sound"
    SILENT = "the far end fell silent"
    DONE = "the step under way is done"
    TICK = "time passed"


class Act(Enum):
    """What the script asks for besides its steps."""

    HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class Script:
    """Steps and where they are. Times in seconds of the clock that `step` is called with.

    With steps, the call is ended `linger_s` after the far end last fell silent; without any, only
    `hangup_after_s` (counted from the answer) ends it.
    """

    steps: tuple[Step, ...] = ()
    patience_s: float = 8.0
    linger_s: float = 4.0
    hangup_after_s: float | None = None
    up_at: float | None = None
    place: int = 0
    busy: bool = False
    since: float = 0.0
    heard: bool = False
    talking: bool = False
    over: bool = False


def advance(script: Script, cue: Cue, now: float) -> tuple[Script, Step | Act | None]:
    """Take one cue; returns the script and what to do now, if anything."""
    if cue is Cue.UP:
        return replace(script, up_at=now, since=now), None
    up_at, end = script.up_at, script.hangup_after_s
    if up_at is None or script.over:
        return script, None
    if cue is Cue.BEGAN:
        return replace(script, talking=True, heard=True), None
    if cue is Cue.DONE:
        return replace(script, busy=False, since=now, heard=False), None
    if cue is Cue.SILENT:
        # Speech that went on well after our own is meant for us, even if it began before.
        late = not script.busy and now - script.since >= OUTLASTS_S
        script = replace(script, talking=False, heard=script.heard or late)
        if script.place == len(script.steps) and script.heard and not script.busy:
            script = replace(script, since=now)
    if end is not None and now - up_at >= end:
        return replace(script, over=True), Act.HANG_UP
    if script.busy:
        return script, None
    if script.place < len(script.steps):
        return _next(script, cue, now)
    if script.steps and end is None and not script.talking:
        limit = script.linger_s if script.heard else script.patience_s
        if now - script.since >= limit:
            return replace(script, over=True), Act.HANG_UP
    return script, None


def _next(script: Script, cue: Cue, now: float) -> tuple[Script, Step | None]:
    step = script.steps[script.place]
    waited = now - script.since
    if step.after_s is not None:
        ready = waited >= step.after_s
    else:
        quiet = not script.talking
        ready = quiet and (script.heard or waited >= script.patience_s)
    if not ready:
        return script, None
    return replace(script, place=script.place + 1, busy=True), step
