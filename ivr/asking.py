"""Asks at an answer node for what an answer depends on: leads `ivr.conditions`.

Functions of a `Turn`. What the caller says is known for the rest of the call.
"""

from __future__ import annotations

from dataclasses import replace

from core.asker import AGE, AREA
from ivr import conditions, rereading
from ivr.events import Answered
from ivr.matching import core_of
from ivr.nodes import AnswerNode, DigitsNode
from ivr.state import Phase
from ivr.turn import Turn

KEY_MS = 3_000
"""So long after a figure that is keyed another one may follow."""


def overheard(turn: Turn, text: str) -> None:
    """Keep the age that callers say of themselves; inside a number that is collected it is none."""
    asker = conditions.learnt(turn.state.asker, text)
    if asker != turn.state.asker and not isinstance(turn.node, DigitsNode):
        turn.set(asker=asker)
        turn.note("age", str(asker.age))


def wanted(turn: Turn, node: AnswerNode, answer: Answered) -> bool:
    """Whether an answer depends on something that can still be asked for."""
    heard = not (turn.state.deaf and answer.asks == AREA)
    settled = turn.state.asker.settled
    return heard and answer.asks not in settled and bool(node.conditions.first.get(answer.asks))


def begin(turn: Turn, answer: Answered) -> None:
    """Ask for the condition of an answer; who can only key is told at once how."""
    asking = conditions.State(answer.asks, tries=1 if turn.state.deaf else 0)
    turn.note("asked", answer.asks)
    turn.set(asking=asking, found=answer, unsure=None, tries=0)
    turn.ask_again()


def answers(turn: Turn, text: str) -> bool:
    """Whether an utterance is what is being asked for."""
    asking, node = turn.state.asking, turn.node
    if (
        asking is None
        or not isinstance(node, AnswerNode)
        or turn.state.phase is not Phase.LISTENING
    ):
        return False
    asked, fillers = turn.condition(node), turn.tree.courtesies
    return bool(conditions.understood(asked, asking.condition, text, fillers))


def heard(
    turn: Turn, node: AnswerNode, text: str, confidence: float, again: bool, otherwise: str
) -> None:
    """Take an utterance; `again` and `otherwise` as in `ivr.hearing.speech`.

    An age that was half understood is read again even if it is one: money may hang on a figure.
    """
    asking = turn.state.asking
    if turn.state.saying and not core_of(text, turn.tree.backchannels):
        return
    plain = answers(turn, text) and asking is not None and asking.condition != AGE
    if not plain and rereading.wanted(turn, text, confidence, again):
        return
    if text:
        _take(turn, node, conditions.Heard(text, otherwise))
    elif turn.state.cut:
        turn.ask_again()


def keyed(turn: Turn, node: AnswerNode, key: str) -> bool:
    """Take a key; False when it means here what it means everywhere."""
    return not _take(turn, node, conditions.Key(key))


def silence(turn: Turn, node: AnswerNode) -> str:
    """Take that the caller did nothing for a while; returns the key that was all they pressed."""
    return _take(turn, node, conditions.Silence())


def deaf(turn: Turn, node: AnswerNode) -> None:
    """No recogniser is to be had any more: what is asked for can be keyed, but for an area."""
    asking = turn.state.asking
    assert asking is not None
    if asking.condition == AREA:
        # The question that is being said must not end later and stop the clock of the answer.
        turn.hush()
        turn.set(cut=False, timer=0, held=None)
        _settle(turn, node, "")
    else:
        turn.set(asking=replace(asking, tries=1))
        turn.ask_again()


def nothing(turn: Turn, node: AnswerNode) -> None:
    """There is nothing to tell to who could not be understood: offer a person, and go on."""
    turn.set(phase=Phase.SAYING, then=node.next)
    turn.say(node.conditions.unknown)


def _take(turn: Turn, node: AnswerNode, event: conditions.Event) -> str:
    asking = turn.state.asking
    assert asking is not None
    asked = turn.condition(node)
    asking, reply = conditions.step(asked, asking, event, turn.tree.courtesies)
    turn.set(asking=asking)
    if isinstance(reply, conditions.Elsewhere):
        return reply.digit
    turn.hush()
    turn.set(cut=False, timer=0, held=None)
    match reply:
        case conditions.Say(texts):
            turn.say(texts)
        case conditions.Wait():
            turn.arm(KEY_MS)
        case conditions.Known(value):
            _settle(turn, node, value)
        case conditions.Vain():
            _settle(turn, node, "")
    return ""


def _settle(turn: Turn, node: AnswerNode, value: str) -> None:
    """Ask the knowledge room again, with the value or, where there is none, without."""
    asking, asker = turn.state.asking, turn.state.asker
    assert asking is not None
    turn.note(asking.condition, value)
    if value:
        asker = conditions.with_value(asker, asking.condition, value)
    else:
        asker = replace(asker, settled=asker.settled | {asking.condition})
        turn.set(vain=True)
    turn.set(asker=asker, asking=None)
    turn.ask_knowledge(node)
