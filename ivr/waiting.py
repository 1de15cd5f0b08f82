"""Callers who wait for a person: their place is told, a call-back is booked, the machine is asked.

Who waits can do something else meanwhile (`QueueNode.meanwhile`): the place is kept, the dialogue
goes on elsewhere, and where it would end the call it comes back to the queue. Functions of a
`Turn`; what is said of the place is decided in `ivr.standing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr import digits
from ivr.events import (
    BookCallBack,
    CallBackBooked,
    Hush,
    KeepPlace,
    QueueStanding,
    SayWaiting,
)
from ivr.matching import best
from ivr.nodes import (
    CallBackNode,
    Choice,
    HangupNode,
    Meanwhile,
    MessageNode,
    QueueNode,
    Texts,
    TransferNode,
)
from ivr.standing import announce
from ivr.state import Phase

if TYPE_CHECKING:
    # `ivr.turn` enters nodes with the functions of this file.
    from ivr.turn import Turn

CALL_BACKS = "call_backs"
"""What is known beforehand: that callers can be called back."""

CALLED_BACK = "called_back"
"""What is known beforehand: that this is such a call, and the caller has answered it."""

OFFERED_EVERY = 3
"""What can be done meanwhile is said with the first announcement and every third one after it."""


# ---- in the queue ------------------------------------------------------------------------------


def standing(turn: Turn, event: QueueStanding) -> None:
    """Tell who waits of their place, over the music."""
    node = turn.node
    if turn.state.phase is not Phase.QUEUED or turn.state.emergency:
        return
    if not isinstance(node, QueueNode) or not node.standing:
        return
    before = turn.state.announced
    after, texts = announce(before, event.ahead, event.wait_s, turn.now)
    if not texts:
        return
    if before.times % OFFERED_EVERY == 0:
        texts += tuple(text for each in _open(turn, node) for text in each.offer)
    tag = turn.state.tag + 1
    turn.do(SayWaiting(texts, tag))
    turn.set(tag=tag, announced=after)


def keyed(turn: Turn, digit: str) -> bool:
    """Take a key of somebody who waits; False when it means nothing to them."""
    node = turn.node
    if turn.state.phase is not Phase.QUEUED or not isinstance(node, QueueNode):
        return False
    choices = _choices(turn, node)
    choice = next((each for each in choices if digit and each.digit == digit), None)
    return _meanwhile(turn, node, choice)


def heard(turn: Turn, text: str, confidence: float) -> bool:
    """Take words of somebody who waits; False when they mean nothing to them."""
    node = turn.node
    if turn.state.phase is not Phase.QUEUED or not isinstance(node, QueueNode):
        return False
    return _meanwhile(
        turn, node, best(text, confidence, _choices(turn, node), turn.tree.courtesies)
    )


def _meanwhile(turn: Turn, node: QueueNode, choice: Choice | None) -> bool:
    if choice is None:
        return False
    if choice.intent:
        turn.note("intent", choice.intent)
    turn.do(Hush(), KeepPlace(True))
    turn.set(holding=node.name, misses=0, early="")
    turn.go(choice.next)
    return True


def _open(turn: Turn, node: QueueNode) -> tuple[Meanwhile, ...]:
    """What can be done meanwhile: no call-back where none can be made or one is booked."""
    able = CALL_BACKS in turn.state.known and not turn.state.booked
    return tuple(
        each
        for each in node.meanwhile
        if able or not isinstance(turn.tree.nodes[each.choice.next], CallBackNode)
    )


def _choices(turn: Turn, node: QueueNode) -> tuple[Choice, ...]:
    return tuple(each.choice for each in _open(turn, node))


# ---- while the place is kept -------------------------------------------------------------------


def instead(turn: Turn, name: str) -> str:
    """Return where a call goes instead of `name`: who keeps a place is not hung up on."""
    node = turn.tree.nodes[name]
    if not turn.state.holding:
        return name
    if isinstance(node, HangupNode):
        return turn.state.holding
    if isinstance(node, MessageNode | TransferNode):
        # Both leave the queue for good.
        turn.set(holding="")
    return name


def queue_texts(turn: Turn, node: QueueNode) -> Texts:
    """Return what is said as a queue is entered; who kept the place is told that they have it."""
    back, said = turn.state.holding == node.name, turn.texts(node)
    turn.set(holding="")
    return node.back if back and node.back else said


def ended(turn: Turn, reason: str) -> bool:
    """Take the end of the wait while the caller is elsewhere; False when none is going on."""
    node = turn.tree.nodes.get(turn.state.holding)
    if not isinstance(node, QueueNode):
        return False
    turn.set(holding="")
    turn.go(node.closed if reason == "closed" else node.nobody)
    return True


def person_came(turn: Turn) -> None:
    """A person talks with the caller now: the dialogue waits where the place was kept."""
    turn.private(False)
    if turn.state.holding:
        turn.set(
            node=turn.state.holding, holding="", phase=Phase.QUEUED, saying=0, timer=0, then="",
            held=None, asking=None, unsure=None, paused=False,
        )  # fmt: skip


# ---- a call-back -------------------------------------------------------------------------------


def enter(turn: Turn, node: CallBackNode, came: str) -> None:
    """Book a call-back, or ask for a number first; `came` is the node that led here."""
    number = turn.state.number
    if came == node.number and number.phase is digits.Phase.DONE:
        _book(turn, node, number.digits)
    elif came != node.number and "number" in turn.state.known:
        _book(turn, node, "")
    else:
        turn.go(node.number)


def booked(turn: Turn, node: CallBackNode, reply: CallBackBooked) -> None:
    """Say what became of it; who is called back waits no longer on the line."""
    status = reply.status if reply.status in node.said else "unavailable"
    turn.note("call_back", status)
    then = turn.state.holding or node.done
    if status in ("kept", "again"):
        turn.set(holding="", booked=True)
        turn.do(KeepPlace(False))
        then = node.next if status == "kept" and not reply.given else node.done
    elif status == "refused":
        then = node.number
    turn.set(phase=Phase.SAYING, then=then, timer=0)
    turn.say(node.said[status])


def late(turn: Turn, node: CallBackNode) -> None:
    """Nobody said in time what became of it."""
    booked(turn, node, CallBackBooked("unavailable"))


def _book(turn: Turn, node: CallBackNode, number: str) -> None:
    turn.set(phase=Phase.ASKING)
    turn.do(BookCallBack(number))
    turn.arm(node.wait_ms)
