"""Words of distress in a call: one is asked back, two different ones are an emergency at once.

A word counts when two hearings of an utterance agree on it, two partials or one and the whole, or
when the recogniser is sure of it in the whole: the end of a partial is a guess, and nine in ten of
the harmless sentences that were taken for a cry were no more than that.

Functions of a `Turn`. The question is put once in a call, wherever the caller is; anything but a
clear no, and silence, counts as yes. Whoever has raised an emergency is asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from ivr import case_status
from ivr.certainty import Words
from ivr.emergency import Word, fresh, same
from ivr.events import (
    Digit,
    Event,
    NoRecogniser,
    PersonCame,
    PersonLeft,
    QueueEnded,
    RecordMessage,
    Say,
    SayDone,
    SayWaiting,
    Speech,
    SpeechPartial,
    TimerFired,
    VoiceStarted,
)
from ivr.matching import best, core_of
from ivr.nodes import AnswerNode, AskBack, CaseStatusNode, ListenNode, MessageNode, QueueNode, Role
from ivr.state import Phase
from ivr.turn import Turn

ALARM = "alarm"
"""What is known beforehand: the call is of a pendant or a red key."""

KEYS = frozenset("0123456789*#")
SPEAKING_MS = 5_000
"""How long an answer that has begun may take."""


def heard(turn: Turn, text: str, unfinished: bool, words: Words = ()) -> bool:
    """Take words of distress in an utterance; True when there were new ones.

    `words` are those of a whole one, with the recogniser's confidence in each.
    """
    if turn.tree.choice(Role.EMERGENCY) is None or _in_hand(turn):
        return False
    new = fresh(_agreed(turn, text, unfinished, words), turn.state.distress)
    if not new:
        return False
    turn.set(distress=(*turn.state.distress, *new))
    ask_back = turn.tree.ask_back
    if ask_back is None or len(turn.state.distress) > 1:
        _raise(turn)
    else:
        _ask(turn, ask_back, unfinished)
    return True


def answered(turn: Turn, event: Event) -> None:
    """Take what happens while the caller is asked back."""
    state, ask_back = turn.state, turn.tree.ask_back
    assert ask_back is not None
    match event:
        case SayDone(tag) if tag == state.saying and tag:
            turn.set(saying=0)
            turn.arm(ask_back.silence_ms)
        case TimerFired(tag) if tag == state.timer and tag:
            _silence(turn, ask_back)
        case Digit(digit) if digit in KEYS and digit:
            _denied(turn, digit) if digit == ask_back.no.digit else _raise(turn)
        case VoiceStarted():
            _wait(turn, SPEAKING_MS)
        case SpeechPartial(text):
            _partial(turn, text)
        case Speech():
            _speech(turn, ask_back, event)
        case QueueEnded() | PersonLeft():
            _left_queue(turn, event)
        case PersonCame() if state.phase is Phase.QUEUED:
            turn.set(asked_back=False, crying=False, saying=0, timer=0)
        case NoRecogniser():
            turn.set(deaf=True)
        case _:
            pass  # a late answer or message: what it was for is begun again after a no


def _in_hand(turn: Turn) -> bool:
    node, queued = turn.node, turn.state.phase is Phase.QUEUED
    waits = queued and isinstance(node, QueueNode) and node.priority == "emergency"
    return turn.state.emergency or waits


def _agreed(turn: Turn, text: str, unfinished: bool, words: Words) -> tuple[Word, ...]:
    """The words that count; those of a partial are kept as witnesses for what is heard next."""
    spotter, core = turn.tree.distress, core_of(text, turn.tree.courtesies)
    found, known = spotter.spot(text, unfinished, core), turn.state.glimpsed
    turn.set(glimpsed=(*known, *fresh(found, known)) if unfinished else ())
    if found and not unfinished:
        known = (*known, *spotter.spot(text, False, core, words))
    return tuple(word for word in found if any(same(word, other) for other in known))


def _named(words: Iterable[Word]) -> str:
    return "、".join(word.phrase for word in words)


def _ask(turn: Turn, ask_back: AskBack, unfinished: bool) -> None:
    turn.note("asked_back", _named(turn.state.distress))
    # What is said to this question belongs on the record.
    turn.private(False)
    if turn.state.phase is not Phase.QUEUED:
        turn.hush()
    tag = turn.state.tag + 1
    waiting = turn.state.phase is Phase.QUEUED
    turn.do(SayWaiting(ask_back.texts, tag) if waiting else Say(ask_back.texts, tag))
    turn.set(tag=tag, saying=tag, asked_back=True, crying=unfinished, cut=False, paused=False)
    turn.guard(ask_back.texts)


def _raise(turn: Turn) -> None:
    """Make it an emergency, with the words that did."""
    choice = turn.tree.choice(Role.EMERGENCY)
    assert choice is not None
    turn.set(asked_back=False, crying=False, back="")
    turn.choose(choice, _named(turn.state.distress))


def _silence(turn: Turn, ask_back: AskBack) -> None:
    turn.set(timer=0)
    if turn.state.saying:
        # The question's end was never reported; it is given its silence all the same.
        turn.set(saying=0)
        turn.arm(ask_back.silence_ms)
    else:
        _raise(turn)


def _wait(turn: Turn, ms: int) -> None:
    if not turn.state.saying:
        turn.arm(ms)


def _partial(turn: Turn, text: str) -> None:
    if text and text != turn.state.partial:
        turn.set(partial=text)
        if not _cried(turn, text, unfinished=True):
            _wait(turn, SPEAKING_MS)


def _speech(turn: Turn, ask_back: AskBack, event: Speech) -> None:
    text = event.text
    turn.set(partial="")
    if _cried(turn, text, False, event.words):
        return
    first, fillers = turn.state.crying, turn.tree.courtesies
    turn.set(crying=False)
    if first or not text:
        _wait(turn, ask_back.silence_ms)
    elif best(text, event.confidence, (ask_back.no,), fillers) is not None:
        _denied(turn, text)
    else:
        _raise(turn)


def _cried(turn: Turn, text: str, unfinished: bool, words: Words = ()) -> bool:
    """Whether the caller cries again: any word, in the first utterance a different one."""
    again = _agreed(turn, text, unfinished, words)
    new = fresh(again, turn.state.distress)
    if not (new if turn.state.crying else again):
        return False
    turn.set(distress=(*turn.state.distress, *new))
    _raise(turn)
    return True


def _left_queue(turn: Turn, event: QueueEnded | PersonLeft) -> None:
    """Nobody is waited for any more: after a no the call goes on from there."""
    node = turn.node
    if turn.state.phase is not Phase.QUEUED or not isinstance(node, QueueNode):
        return
    if isinstance(event, QueueEnded):
        turn.set(back=node.closed if event.reason == "closed" else node.nobody)
    else:
        turn.set(back=node.nobody if event.failed else node.done)


def _denied(turn: Turn, reply: str) -> None:
    """Return to where the caller was."""
    turn.note("asked_back_no", reply)
    state, node = turn.state, turn.node
    waits = state.phase is Phase.QUEUED and not state.back
    if not waits:
        turn.hush()
    # Over the music the question is heard out: silencing it would silence the music.
    turn.set(asked_back=False, crying=False, saying=0, timer=0, back="")
    if state.back:
        turn.go(state.back)
    elif state.phase is Phase.SAYING:
        turn.say(state.texts)
    elif state.phase is Phase.ASKING and isinstance(node, AnswerNode):
        turn.ask_knowledge(node)
    elif state.phase is Phase.ASKING and isinstance(node, CaseStatusNode):
        case_status.ask_once_more(turn, node)
    elif state.phase is Phase.ASKING:
        # What was found meanwhile is gone: ask anew where to, or for what.
        turn.go(state.node)
    elif state.phase is Phase.RECORDING and isinstance(node, MessageNode):
        turn.do(RecordMessage(node.limit_ms))
    elif state.phase is Phase.LISTENING:
        _listen_again(turn)


def _listen_again(turn: Turn) -> None:
    node, deaf = turn.node, turn.state.deaf
    if deaf and isinstance(node, ListenNode) and node.without_speech:
        turn.go(node.without_speech)
    elif deaf and isinstance(node, AnswerNode):
        turn.missed(node.nothing)
    else:
        turn.ask_again()
