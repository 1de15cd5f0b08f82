"""Tells how a case stands at a case_status node: leads `ivr.case_check` by what the caller does.

Functions of a `Turn`. Here every key belongs to a number, as at a digits node; a person is reached
by saying so. While the caller proves who they are the call is private (`ivr.events.Private`).
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from ivr import case_check, rereading
from ivr.collecting import KEYS
from ivr.digit_words import understood
from ivr.events import Answered, CaseSeen, CheckCase
from ivr.matching import core_of
from ivr.nodes import CaseStatusNode, Way
from ivr.state import Phase
from ivr.turn import Turn, pieces


def heard(turn: Turn, node: CaseStatusNode, text: str, again: bool, otherwise: str) -> None:
    """Take an utterance; `again` and `otherwise` as in `ivr.hearing.speech`."""
    if turn.state.saying and not core_of(text, turn.tree.backchannels):
        return
    said = understood(text)
    plain = bool(said.verdict) and not said.digits
    if not plain and rereading.wanted(turn, text, 0.0, again):
        return
    case, today = turn.state.case, _today(turn)
    if case_check.answers(case, otherwise, today) and not case_check.answers(case, text, today):
        text = otherwise
    if text:
        _take(turn, node, case_check.Heard(text))
    elif turn.state.cut:
        turn.ask_again()


def keyed(turn: Turn, node: CaseStatusNode, key: str) -> None:
    """Take a key; one that no telephone has changes nothing."""
    if key in KEYS:
        turn.set(held=None)
        _take(turn, node, case_check.Key(key))


def silence(turn: Turn, node: CaseStatusNode) -> None:
    """Take that the caller did nothing for a while."""
    _take(turn, node, case_check.Silence())


def late(turn: Turn, node: CaseStatusNode) -> None:
    """Nothing came in time."""
    turn.private(False)
    turn.take(node.unavailable)


def ask_once_more(turn: Turn, node: CaseStatusNode) -> None:
    """Ask again what was being looked up when something else came between."""
    state = turn.state.case
    if state.stage is case_check.Stage.READY:
        turn.do(CheckCase(0))
    else:
        turn.private(True)
        turn.do(CheckCase(state.tries + 1, state.case, state.last_four, state.born))
    turn.arm(node.wait_ms)


def seen(turn: Turn, node: CaseStatusNode, event: CaseSeen) -> None:
    """Take what was found."""
    case, reply = _step(turn, node, case_check.Seen(event.tag, event.decision))
    if isinstance(reply, case_check.Say) and not reply.texts:
        return  # a reply that nobody waits for any more
    if turn.state.case.stage is case_check.Stage.CHECKING:
        turn.note("case_check", event.decision)
    turn.set(case=case, timer=0)
    if isinstance(reply, case_check.Tell):
        _tell(turn, node, event)
    else:
        _do(turn, node, reply)


def _take(turn: Turn, node: CaseStatusNode, event: case_check.Event) -> None:
    turn.hush()
    turn.set(cut=False)
    before = turn.state.case
    case, reply = _step(turn, node, event)
    turn.set(case=case)
    if case.case and case.case != before.case:
        turn.note("case_asked", case.case)
    _do(turn, node, reply)


def _step(turn: Turn, node: CaseStatusNode, event: case_check.Event) -> case_check.Step:
    asked = case_check.Asked(turn.texts(node), node.last_four, node.born, node.length)
    return case_check.step(asked, turn.state.case, event, turn.tree.courtesies, _today(turn))


def _today(turn: Turn) -> date:
    return turn.now.astimezone(ZoneInfo(turn.calendar.zone)).date()


def _do(turn: Turn, node: CaseStatusNode, reply: case_check.Reply) -> None:
    turn.private(case_check.private(turn.state.case))
    match reply:
        case case_check.Say(()):
            turn.arm(turn.patience())
        case case_check.Say(texts):
            turn.set(phase=Phase.LISTENING)
            turn.say(pieces(texts))
        case case_check.Check(tag, case, last_four, born):
            turn.set(phase=Phase.ASKING)
            turn.do(CheckCase(tag, case, last_four, born))
            turn.arm(node.wait_ms)
        case case_check.Person(texts):
            turn.private(False)
            turn.take(Way(node.otherwise, pieces(texts)))
        case case_check.Unavailable():
            late(turn, node)


def _tell(turn: Turn, node: CaseStatusNode, found: CaseSeen) -> None:
    """Say how the case stands; 再听一遍 afterwards says it again (`ivr.nodes.MoreNode`)."""
    # The status comes first: it is at hand, and the rest is rendered while it is said.
    texts = pieces((*node.statuses.get(found.status, ()), *found.more))
    turn.private(False)
    turn.note("case", found.number)
    turn.note("topic", found.matter)
    turn.note("disposition", "machine")
    told = Answered("answer", title=found.matter, spoken="".join(texts))
    turn.set(misses=0, told=told, then=node.next, phase=Phase.SAYING)
    turn.say(texts)
