"""Elder mode: slower, shorter, more patient, a person sooner, for who needs it.

It begins by what is known of the caller, by an age said, by slow answers, or when asked for, by
word or key; from then on it holds for the call. Functions of a `Turn`; the rules stand in the tree
(`ElderMode`).
"""

from __future__ import annotations

from datetime import timedelta

from ivr.ages import age_said
from ivr.events import ElderBegins
from ivr.matching import best, core_of, syllables
from ivr.nodes import (
    AnswerNode,
    CaseStatusNode,
    DigitsNode,
    ElderMode,
    HangupNode,
    ListenNode,
    SayNode,
)
from ivr.state import Phase
from ivr.turn import Turn

RECORD, AGE, SLOW, ASKED = "record", "age", "slow", "asked"
"""Why a call is in elder mode; the values of the note `elder`."""

KNOWN = "elder"
"""What is known beforehand of a caller who was in elder mode by their own word."""

MORE_SYLLABLES = 3
"""So much beside the statement or request means something of its own, and is answered."""

# ---- what makes a call one ---------------------------------------------------------------------


def begin(turn: Turn, why: str) -> None:
    """Be in elder mode from now on; `why` is one of the reasons above. A second time does nothing.

    A tree without elder mode has none.
    """
    mode = turn.tree.elder
    if mode is None or turn.state.elder:
        return
    turn.set(elder=why)
    turn.note("elder", why)
    turn.do(ElderBegins(mode.pace, mode.end_of_speech_ms))


def heard(turn: Turn, text: str, confidence: float) -> bool:
    """Take an age or a request in an utterance; True when it said nothing else.

    Inside a number that is collected an age is none.
    """
    mode = turn.tree.elder
    if mode is None or not text:
        return False
    fillers = turn.tree.courtesies
    if best(text, confidence, (mode.asked,), fillers) is not None:
        begin(turn, ASKED)
        others = [text.replace(phrase, "") for phrase in (*mode.asked.says, *mode.asked.mentions)]
        return not _more(turn, min(others, key=len))
    if isinstance(turn.node, DigitsNode | CaseStatusNode):
        return False
    age, rest = age_said(text)
    if age >= mode.age:
        begin(turn, AGE)
        return not _more(turn, rest)
    if best(text, confidence, (mode.old,), fillers) is not None:
        begin(turn, AGE)
        others = [text.replace(phrase, "") for phrase in (*mode.old.says, *mode.old.mentions)]
        return not _more(turn, min(others, key=len))
    return False


def _more(turn: Turn, rest: str) -> bool:
    """Whether what was said beside it is worth an answer; what only sounds like it is not cut."""
    return syllables(core_of(rest, turn.tree.courtesies)) >= MORE_SYLLABLES and not (
        turn.tree.elder is not None
        and best(rest, 0.0, (turn.tree.elder.asked, turn.tree.elder.old), turn.tree.courtesies)
    )


def keyed(turn: Turn, digit: str) -> bool:
    """Take the key that asks for it; True when it was that."""
    mode = turn.tree.elder
    if mode is None or not digit or digit != mode.asked.digit:
        return False
    begin(turn, ASKED)
    repeat(turn)
    return True


def repeat(turn: Turn) -> None:
    """Say again, in the words of elder mode where there are some, what was said last."""
    mode, state, node = turn.tree.elder, turn.state, turn.node
    assert mode is not None
    if state.phase is Phase.LISTENING:
        turn.ask_again(mode.told)
    elif state.phase is Phase.SAYING and (state.saying or state.cut) and _may_stop(turn):
        shorter = state.texts == getattr(node, "texts", ()) and turn.texts(node)
        turn.say(shorter or state.texts)


def _may_stop(turn: Turn) -> bool:
    node = turn.node
    return bool(turn.state.then) or not isinstance(node, SayNode) or node.barge_in


# ---- slow answers ------------------------------------------------------------------------------


def asked(turn: Turn) -> None:
    """The question was heard to its end: the caller's time runs from here."""
    turn.set(asked_at=turn.now, voiced_at=None)


def voiced(turn: Turn) -> None:
    """The caller begins to make a sound."""
    state = turn.state
    if state.asked_at is not None and state.voiced_at is None:
        turn.set(voiced_at=turn.now)


def answered(turn: Turn, words: bool) -> None:
    """The sound is over; with `words` it was the answer, and slow if it began late."""
    state, mode = turn.state, turn.tree.elder
    if not words:
        turn.set(voiced_at=None)
        return
    turn.set(asked_at=None, voiced_at=None)
    if mode is not None and state.asked_at is not None and state.voiced_at is not None:
        late = state.voiced_at - state.asked_at
        if late >= timedelta(milliseconds=mode.slow_ms) and _counts(turn):
            _slow(turn, mode)


def silent(turn: Turn) -> None:
    """The caller said nothing at all; who just leaves after the last question is not slow."""
    node, mode = turn.node, turn.tree.elder
    turn.set(asked_at=None, voiced_at=None)
    leaves = isinstance(node, ListenNode) and isinstance(
        turn.tree.nodes.get(node.no_input.next), HangupNode
    )
    if mode is not None and _counts(turn) and not leaves:
        _slow(turn, mode)


def _counts(turn: Turn) -> bool:
    # Whoever looks for a card with a number on it needs time at any age.
    return isinstance(turn.node, ListenNode | AnswerNode)


def _slow(turn: Turn, mode: ElderMode) -> None:
    turn.set(slow=turn.state.slow + 1)
    if turn.state.slow >= mode.slow_answers:
        begin(turn, SLOW)
