"""Sends what was told as a text message, at an sms node of a tree. Functions of a `Turn`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr import digits, directions
from ivr.direction_words import HOW_NEXT
from ivr.events import SendSms, SmsDone, Visit
from ivr.nodes import DirectionsNode, SmsNode, Texts
from ivr.state import Phase

if TYPE_CHECKING:
    # `ivr.turn` enters nodes with the functions of this file.
    from ivr.turn import Turn

GATEWAY, MOBILE = "sms", "mobile"
"""What is known beforehand: that texts can be sent, and that the caller's phone takes them."""


def enter(turn: Turn, node: SmsNode, came: str) -> None:
    """Send, or ask for a number first; `came` is the node that led here."""
    if came == node.number:
        _numbered(turn, node)
        return
    before = turn.tree.nodes[came]
    if isinstance(before, DirectionsNode) and turn.state.way.stage is directions.Stage.STEPS:
        turn.set(tell_on=came)
    if GATEWAY not in turn.state.known:
        _tell(turn, node, "none")
    elif not turn.state.written:
        _tell(turn, node, "empty")
    elif MOBILE in turn.state.known:
        _send(turn, node)
    else:
        turn.go(node.number)


def offer(turn: Turn) -> Texts:
    """Return how a text is offered: once in a call, and to nobody who hears less at a time."""
    node = turn.tree.sms
    if node is None or turn.elder or turn.state.offered or GATEWAY not in turn.state.known:
        return ()
    turn.set(offered=True)
    return node.offer


def done(turn: Turn, node: SmsNode, reply: SmsDone) -> None:
    """Say what became of it."""
    _tell(turn, node, reply.status if reply.status in node.said else "unavailable", reply.cap)


def late(turn: Turn, node: SmsNode) -> None:
    """Nobody said in time what became of it."""
    _tell(turn, node, "unavailable")


def leave(turn: Turn, node: SmsNode) -> None:
    """Go on when that has been said: back to the way that was being told, else to `next`."""
    back = turn.state.tell_on
    if not back:
        turn.go(node.next)
        return
    turn.set(node=back, tell_on="", tries=0, phase=Phase.LISTENING)
    turn.do(Visit(back))
    turn.say((HOW_NEXT,))


def belongs(node: SmsNode | None, name: str) -> bool:
    """Whether a node is part of sending a text."""
    return node is not None and name in (node.name, node.number)


def _numbered(turn: Turn, node: SmsNode) -> None:
    number = turn.state.number
    if number.phase is digits.Phase.DONE:
        _send(turn, node, number.digits)
    else:
        _tell(turn, node, "no_number")


def _send(turn: Turn, node: SmsNode, number: str = "") -> None:
    turn.set(phase=Phase.ASKING)
    turn.do(SendSms(turn.state.written, number))
    turn.arm(node.wait_ms)


def _tell(turn: Turn, node: SmsNode, status: str, cap: int = 0) -> None:
    turn.note("sms", status)
    turn.set(phase=Phase.SAYING, timer=0)
    turn.say(node.telling(status, cap))
