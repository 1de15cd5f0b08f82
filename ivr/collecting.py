"""Collects a number at a digits node of a tree: leads `ivr.digits` by what the caller does.

Functions of a `Turn`. Here every key belongs to the number: 0 is a digit, `#` ends it, `*` starts
again; a person is reached by saying so.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ivr import digits, rereading
from ivr.digit_words import understood
from ivr.matching import core_of
from ivr.nodes import DigitsNode, number_of
from ivr.turn import Turn

KEYS = frozenset("0123456789#*")


def heard(turn: Turn, node: DigitsNode, text: str, again: bool, otherwise: str) -> None:
    """Take an utterance; `again` and `otherwise` as in `ivr.hearing.speech`.

    A digit heard wrong costs the caller more than a second: all but a plain yes or no is read
    again. A nod while something is said answers nothing.
    """
    if turn.state.saying and not core_of(text, turn.tree.backchannels):
        return
    said = understood(text)
    plain = bool(said.verdict) and not said.digits
    if not plain and rereading.wanted(turn, text, 0.0, again):
        return
    if otherwise and not plain and _better(turn, node, otherwise, text):
        text = otherwise
    if text:
        _take(turn, node, digits.Heard(text))
    elif turn.state.cut:
        turn.ask_again()


def keyed(turn: Turn, node: DigitsNode, key: str) -> None:
    """Take a key; one that no telephone has changes nothing."""
    if key in KEYS:
        turn.set(held=None)
        _take(turn, node, digits.Key(key))


def silence(turn: Turn, node: DigitsNode) -> None:
    """Take that the caller did nothing for a while."""
    _take(turn, node, digits.Silence())


def _better(turn: Turn, node: DigitsNode, other: str, text: str) -> bool:
    """Whether of two readings the other one makes a number right, or is the only one with any."""
    wanted, kept = _wanted(turn, node), turn.state.number.digits
    one, two = understood(text).digits, understood(other).digits
    if not one or not two:
        return not one and bool(two)
    return bool(wanted.fault(wanted.normal(kept + one))) and not wanted.fault(
        wanted.normal(kept + two)
    )


def _wanted(turn: Turn, node: DigitsNode) -> digits.Wanted:
    return number_of(node, turn.now.astimezone(ZoneInfo(turn.calendar.zone)).date())


def _take(turn: Turn, node: DigitsNode, event: digits.Event) -> None:
    turn.hush()
    turn.set(cut=False)
    number, reply = digits.step(_wanted(turn, node), turn.state.number, event)
    turn.set(number=number)
    match reply:
        case digits.Say(()):
            turn.arm(turn.patience())
        case digits.Say(texts):
            turn.say(texts)
        case digits.Done(value):
            if node.note:
                turn.note(node.note, value)
            turn.set(misses=0)
            turn.go(node.done)
        case digits.Person(value):
            never = isinstance(event, digits.Silence) and not value and node.no_input.next
            turn.go(node.no_input.next if never else node.otherwise)
