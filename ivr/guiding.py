"""Tells the way at a directions node of a tree: leads `ivr.directions` by what the caller does.

Functions of a `Turn`.
"""

from __future__ import annotations

from ivr import direction_words as words
from ivr import directions, rereading, texting
from ivr.events import FindPlace, FindWay, PlacesFound, WayFound
from ivr.matching import core_of
from ivr.nodes import DirectionsNode, Texts
from ivr.state import Phase
from ivr.turn import Turn, pieces
from ivr.writing import of_way


def heard(turn: Turn, node: DirectionsNode, text: str, again: bool, otherwise: str) -> None:
    """Take an utterance; `again` and `otherwise` as in `ivr.hearing.speech`."""
    if turn.state.saying and not core_of(text, turn.tree.backchannels):
        return
    way = turn.state.way
    understood = directions.meant(way, text, turn.tree.courtesies)
    asks = directions.names_expected(way) and not understood
    if asks and rereading.wanted(turn, text, 0.0, again):
        return
    if text:
        _take(turn, node, directions.Heard(text, otherwise))
    elif turn.state.cut:
        turn.ask_again()


def keyed(turn: Turn, node: DirectionsNode, key: str) -> bool:
    """Take a key; False when it means nothing here."""
    if all(choice.digit != key for choice in directions.choices(turn.state.way)):
        return False
    _take(turn, node, directions.Key(key))
    return True


def silence(turn: Turn, node: DirectionsNode) -> None:
    """Take that the caller did nothing for a while."""
    _take(turn, node, directions.Silence())


def found(turn: Turn, node: DirectionsNode, event: PlacesFound | WayFound) -> None:
    """Take what was found."""
    if isinstance(event, WayFound):
        steps = tuple(event.steps)
        _take(turn, node, directions.Way(event.summary, steps, event.why))
    elif event.decision == "unavailable":
        turn.take(node.unavailable)
    else:
        _take(turn, node, directions.Found(event.decision, event.places, event.why))


def late(turn: Turn, node: DirectionsNode) -> None:
    """Nothing was found in time."""
    turn.take(node.unavailable)


def _take(turn: Turn, node: DirectionsNode, event: directions.Event) -> None:
    turn.hush()
    turn.set(cut=False, timer=0)
    asked = directions.Asked(turn.texts(node), node.origin)
    way, reply = directions.step(asked, turn.state.way, event, turn.tree.courtesies)
    if way.to and way.start and way.stage is directions.Stage.ROUTE:
        turn.note("topic", f"从{way.start.label}到{way.to.label}")
    turn.set(way=way)
    if isinstance(event, directions.Way) and isinstance(reply, directions.Say) and event.steps:
        reply = directions.Say((*reply.texts, *_in_writing(turn, event)))
    _do(turn, node, reply)


def _in_writing(turn: Turn, told: directions.Way) -> Texts:
    """Keep the way that is told now for a text, and return how that is offered."""
    way = turn.state.way
    if way.start is None or way.to is None or way.stage is not directions.Stage.STEPS:
        return ()
    written = of_way(way.start.label, way.to.label, told.summary, told.steps)
    turn.set(written=written)
    return texting.offer(turn)


def _do(turn: Turn, node: DirectionsNode, reply: directions.Reply) -> None:
    match reply:
        case directions.Say(texts):
            turn.set(phase=Phase.LISTENING)
            turn.say(pieces(texts))
        case directions.Find(text, near, otherwise, here):
            turn.set(phase=Phase.ASKING)
            if text and text != words.HERE:
                turn.note("question", text)
            turn.do(FindPlace(text, near, otherwise, here))
            turn.arm(node.wait_ms)
        case directions.Route(start, end, mode):
            turn.set(phase=Phase.ASKING)
            turn.do(FindWay(start, end, mode))
            turn.arm(node.wait_ms)
        case directions.Done():
            turn.note("disposition", "machine")
            turn.set(misses=0)
            turn.go(node.next)
        case directions.Person():
            turn.go(node.otherwise)
