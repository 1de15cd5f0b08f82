"""A second, slower reading of what the first recogniser was unsure of; functions of a `Turn`.

The caller waits for it in silence, or is asked to wait where it takes longer. Whatever happens
meanwhile (new words, a key, an emergency) goes before it, and without a reply in time the first
reading stands. New words of which the recogniser is unsure too are the rest of a request in which
the caller paused: both are read as one, since half a request is seldom understood.
"""

from __future__ import annotations

from dataclasses import replace

from ivr.events import ReadAgain, Reread
from ivr.state import Held
from ivr.turn import Turn

UNSURE = 0.85
"""First readings of less confidence are read again: of the requests of unseen voices in quiet some
are below it, of people's open speech most (docs/models.md)."""

SILENT_MS = 900
"""After so long without a reply the caller is asked to wait."""

LIMIT_MS = 3_000
"""The reader keeps a deadline of its own; this one is for a reply that is lost."""

MOST_AS_ONE = 5
"""Utterances: a reading of more would be late."""


def wanted(
    turn: Turn, text: str, confidence: float, again: bool, before: Held | None = None
) -> bool:
    """Ask for a second reading of an utterance that may be an answer, if it needs one.

    `before` is what was to be read when the caller went on: it is read again with this, which may
    be too short to be read alone.
    """
    joined = before is not None and before.text and text and before.utterances < MOST_AS_ONE
    sure = text and confidence >= UNSURE
    if not (again or joined) or sure or turn.state.held is not None:
        return False
    utterances = 1
    if joined and before is not None:
        utterances += before.utterances
        text, confidence = before.text + text, min(before.confidence, confidence)
    turn.hush()
    turn.do(Reread(utterances))
    turn.set(held=Held(text, confidence, utterances=utterances), cut=False)
    turn.arm(SILENT_MS)
    return True


def goes_on(turn: Turn) -> None:
    """The caller speaks while an utterance is being read: that is perhaps not all of it."""
    held = turn.state.held
    if held is not None:
        turn.set(held=replace(held, goes_on=True))


def ready(turn: Turn, reading: ReadAgain) -> bool:
    """Whether a reading that came is to be taken now; else it is kept until the caller is heard."""
    held = turn.state.held
    if held is None or not held.goes_on:
        return held is not None
    turn.set(held=replace(held, reading=reading))
    return False


def nothing_more(turn: Turn) -> ReadAgain | None:
    """What the caller seemed to go on with was nothing: return the reading that waited for it."""
    held = turn.state.held
    if held is None or not held.goes_on:
        return None
    turn.set(held=replace(held, goes_on=False, reading=None))
    return held.reading


def waited(turn: Turn) -> ReadAgain | None:
    """Take a timer that ran out: ask to wait, then return the first reading to go on with."""
    held = turn.state.held
    assert held is not None
    if held.told or held.goes_on or not held.text or not turn.tree.wait_texts:
        turn.set(held=replace(held, goes_on=False))
        return held.reading or ReadAgain(held.text, held.confidence)
    turn.say(turn.tree.wait_texts)
    turn.set(held=replace(held, told=True))
    return None


def told(turn: Turn) -> bool:
    """Take the end of the request to wait; False when nothing is being read."""
    if turn.state.held is None:
        return False
    turn.arm(LIMIT_MS)
    return True
