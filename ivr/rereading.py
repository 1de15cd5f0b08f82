"""A second, slower reading of what the first recogniser was unsure of; functions of a `Turn`.

The caller waits for it in silence, or is asked to wait where it takes longer. Whatever happens
meanwhile (new words, a key, an emergency) goes before it, and without a reply in time the first
reading stands.
"""

from __future__ import annotations

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


def wanted(turn: Turn, text: str, confidence: float, again: bool) -> bool:
    """Ask for a second reading of an utterance that may be an answer, if it needs one."""
    if not again or (text and confidence >= UNSURE) or turn.state.held is not None:
        return False
    turn.hush()
    turn.do(Reread())
    turn.set(held=Held(text, confidence), cut=False)
    turn.arm(SILENT_MS)
    return True


def waited(turn: Turn) -> ReadAgain | None:
    """Take a timer that ran out: ask to wait, then return the first reading to go on with."""
    held = turn.state.held
    assert held is not None
    if held.told or not held.text or not turn.tree.wait_texts:
        return ReadAgain(held.text, held.confidence)
    turn.say(turn.tree.wait_texts)
    turn.set(held=Held(held.text, held.confidence, told=True))
    return None


def told(turn: Turn) -> bool:
    """Take the end of the request to wait; False when nothing is being read."""
    if turn.state.held is None:
        return False
    turn.arm(LIMIT_MS)
    return True
