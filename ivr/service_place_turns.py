"""Tells service places at a node of a tree: leads `ivr.service_places` by what the caller does.

Functions of a `Turn`.
"""

from __future__ import annotations

from ivr import rereading, service_places
from ivr.events import FindServicePlaces, PlaceSeen, ServicePlacesFound
from ivr.matching import core_of
from ivr.nodes import ServicePlacesNode
from ivr.state import Phase
from ivr.turn import Turn, pieces


def heard(turn: Turn, node: ServicePlacesNode, text: str, again: bool, otherwise: str) -> None:
    """Take an utterance; `again` and `otherwise` as in `ivr.hearing.speech`."""
    if turn.state.saying and not core_of(text, turn.tree.backchannels):
        return
    plain = service_places.choices(turn.state.service)
    if not plain and rereading.wanted(turn, text, 0.0, again):
        return
    if text:
        _take(turn, node, service_places.Heard(text, otherwise))
    elif turn.state.cut:
        turn.ask_again()


def keyed(turn: Turn, node: ServicePlacesNode, key: str) -> bool:
    """Take a key; False when it means nothing here."""
    if all(choice.digit != key for choice in service_places.choices(turn.state.service)):
        return False
    _take(turn, node, service_places.Key(key))
    return True


def silence(turn: Turn, node: ServicePlacesNode) -> None:
    """Take that the caller did nothing for a while."""
    _take(turn, node, service_places.Silence())


def found(turn: Turn, node: ServicePlacesNode, event: ServicePlacesFound) -> None:
    """Take what was found."""
    if event.decision == "unavailable":
        turn.take(node.unavailable)
        return
    if event.kind_label:
        turn.note("topic", event.kind_label)
    _take(turn, node, event)


def _take(turn: Turn, node: ServicePlacesNode, event: service_places.Event) -> None:
    turn.hush()
    turn.set(cut=False, timer=0)
    asked = service_places.Asked(turn.texts(node), node.where)
    state, reply = service_places.step(asked, turn.state.service, event, turn.tree.courtesies)
    turn.set(service=state)
    match reply:
        case service_places.Say(texts):
            turn.set(phase=Phase.LISTENING)
            turn.say(pieces(texts))
        case service_places.Find(text, kind, where, otherwise):
            turn.set(phase=Phase.ASKING)
            if text:
                turn.note("question", text)
            turn.do(FindServicePlaces(text, otherwise, kind, where))
            turn.arm(node.wait_ms)
        case service_places.ShowTheWay(to, start):
            turn.note("disposition", "machine")
            if to.token:
                turn.show_the_way(node.directions, PlaceSeen(to.token, to.label), start)
            else:
                turn.set(question=to.label)
                turn.go(node.directions)
        case service_places.Nothing(why):
            turn.take(node.nothing, pieces(why))
        case service_places.Done():
            turn.note("disposition", "machine")
            turn.set(misses=0)
            turn.go(node.next)
        case service_places.Person():
            turn.go(node.otherwise)
