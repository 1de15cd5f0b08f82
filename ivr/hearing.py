"""What the caller's voice means at each moment: interruption, alarm, answer or question.

Functions of a `Turn`; `ivr.dialogue` calls them. Nothing here keeps anything.
"""

from __future__ import annotations

from ivr import (
    alarm,
    asking,
    case_status,
    collecting,
    elder,
    guiding,
    rereading,
    service_place_turns,
    waiting,
)
from ivr.certainty import Words
from ivr.matching import best, core_of, syllables
from ivr.nodes import (
    AnswerNode,
    CallBackNode,
    CaseStatusNode,
    Choice,
    DigitsNode,
    DirectionsNode,
    ListenNode,
    MoreNode,
    Role,
    SayNode,
    ServicePlacesNode,
    SmsNode,
)
from ivr.state import Held, Phase
from ivr.turn import TRIES, Turn

INTERRUPTING_SYLLABLES = 2
QUESTION_SYLLABLES = 2
AFTER_INTERRUPTION_MS = 5_000
MOST_FALSE_STARTS = 2

NUMBERED = DigitsNode | CaseStatusNode
"""Nodes at which a number comes in pieces."""


def said(turn: Turn) -> None:
    """The text was heard to its end, or its end was never reported."""
    turn.set(saying=0, timer=0, paused=False)
    phase, early = turn.state.phase, turn.state.early
    if phase is Phase.SAYING:
        turn.carry_on()
        _use_early(turn)
    elif phase is Phase.LISTENING and not rereading.told(turn):
        turn.arm(turn.patience())
        elder.asked(turn)
        if early:
            _use_early(turn)


def _use_early(turn: Turn) -> None:
    """Take what was said before the question as its answer."""
    early = turn.state.early
    if early and turn.state.phase is Phase.LISTENING:
        turn.set(early="")
        _understand(turn, early, 0.0)


def say_again(turn: Turn) -> None:
    """Say again what was broken into by a sound that turned out to be nothing."""
    tries = turn.state.tries + 1
    turn.set(tries=tries)
    if tries > TRIES:
        said(turn)
    else:
        turn.say(turn.state.texts)


def voice(turn: Turn) -> None:
    """Stand still for a sound: words will interrupt, anything else lets the text go on.

    Words are known only half a second into speech, and nobody should talk against the machine for
    so long. A line on which sounds kept turning out to be nothing (an echo, a television) waits
    for words.
    """
    elder.voiced(turn)
    state = turn.state
    if not state.saying or state.paused or state.false_starts >= MOST_FALSE_STARTS:
        return
    if state.phase in (Phase.SAYING, Phase.LISTENING) and _may_interrupt(turn):
        turn.pause()


def partial(turn: Turn, text: str) -> None:
    """Take an unfinished utterance: it may raise an alarm or interrupt what is being said."""
    if not text or text == turn.state.partial:
        return
    turn.set(partial=text)
    elder.voiced(turn)
    if alarm.heard(turn, text, unfinished=True):
        return
    state = turn.state
    if state.phase not in (Phase.SAYING, Phase.LISTENING):
        return
    if state.saying:
        spoken = syllables(core_of(text, turn.tree.courtesies))
        if not _may_interrupt(turn) or spoken < INTERRUPTING_SYLLABLES:
            return
        turn.hush()
        turn.set(cut=True)
    elif state.phase is Phase.SAYING and not state.cut:
        return
    if isinstance(turn.node, ListenNode):
        rereading.goes_on(turn)
    elif syllables(text) >= INTERRUPTING_SYLLABLES and not isinstance(turn.node, NUMBERED):
        turn.set(held=None)
    turn.arm(max(turn.patience(), AFTER_INTERRUPTION_MS))


def speech(
    turn: Turn,
    text: str,
    confidence: float,
    again: bool = False,
    otherwise: str = "",
    words: Words = (),
    searched: bool = False,
) -> None:
    """Take a finished utterance: alarm, choice of anywhere, answer, or words spoken over ours.

    `again`: it can be read a second time. `otherwise`: what it may have been instead. `words`: as
    in `ivr.events.Speech`. `searched`: words of distress were looked for in it when it was said.
    """
    held = turn.state.held
    if held is None or text:
        if held is not None and isinstance(turn.node, NUMBERED):
            # The next piece of a number came before the last one was read again: both count.
            text, again = held.text + text, False
        turn.set(held=None)
        turn.set(partial="")
        if searched or not alarm.heard(turn, text, False, words):
            _take(turn, text, confidence, again, otherwise, held)
    else:
        _nothing_more(turn)
    if turn.state.paused:
        turn.resume()


def _nothing_more(turn: Turn) -> None:
    """A sound that seemed to go on with a request was nothing: take the reading that waits."""
    held, waiting = turn.state.held, rereading.nothing_more(turn)
    if held is None or waiting is None:
        return
    turn.set(held=None)
    speech(
        turn,
        waiting.text,
        waiting.confidence,
        otherwise=waiting.otherwise,
        searched=waiting.text == held.text,
    )


def _take(
    turn: Turn,
    text: str,
    confidence: float,
    again: bool,
    otherwise: str,
    before: Held | None = None,
) -> None:
    if turn.state.phase is Phase.RECORDING or waiting.heard(turn, text, confidence):
        return
    elder.answered(turn, bool(text))
    asking.overheard(turn, text)
    nothing_else = elder.heard(turn, text, confidence)
    anywhere = best(text, confidence, turn.tree.anywhere, turn.tree.courtesies) if text else None
    alarm_again = anywhere is not None and anywhere.role is Role.EMERGENCY and turn.state.emergency
    if anywhere is not None and not alarm_again:
        choose(turn, anywhere, text)
    elif nothing_else and not asking.answers(turn, text):
        elder.repeat(turn)
    elif turn.state.phase is Phase.LISTENING:
        if turn.state.saying and not _may_interrupt(turn):
            turn.set(early=text)
        else:
            _understand(turn, text, confidence, again, otherwise, before)
    elif turn.state.phase is Phase.SAYING:
        _spoken_over(turn, text)


def choose(turn: Turn, choice: Choice, heard: str) -> None:
    """Follow a choice, except that who waits for a person leaves the queue for an alarm only."""
    waiting = turn.state.phase is Phase.QUEUED
    if waiting and (choice.role is not Role.EMERGENCY or turn.state.emergency):
        return
    turn.choose(choice, heard)


def _may_interrupt(turn: Turn) -> bool:
    node = turn.node
    if turn.state.then:
        return True
    own = SayNode | ListenNode | AnswerNode | MoreNode | NUMBERED | DirectionsNode | SmsNode
    return isinstance(node, own | ServicePlacesNode | CallBackNode) and node.barge_in


def _spoken_over(turn: Turn, text: str) -> None:
    """The caller spoke while the machine did: keep it for the next question."""
    node = turn.node
    enough = syllables(core_of(text, turn.tree.courtesies)) >= INTERRUPTING_SYLLABLES
    if not enough:
        if turn.state.cut:
            say_again(turn)
    elif _may_interrupt(turn):
        turn.hush()
        turn.set(early=text)
        said(turn)
    elif isinstance(node, SayNode):
        turn.set(early=text)


def _understand(
    turn: Turn,
    text: str,
    confidence: float,
    again: bool = False,
    otherwise: str = "",
    before: Held | None = None,
) -> None:
    """Take an utterance as the answer to the question that stands."""
    node, state = turn.node, turn.state
    if isinstance(node, DigitsNode):
        collecting.heard(turn, node, text, again, otherwise)
        return
    if isinstance(node, DirectionsNode):
        guiding.heard(turn, node, text, again, otherwise)
        return
    if isinstance(node, AnswerNode) and state.asking is not None:
        asking.heard(turn, node, text, confidence, again, otherwise)
        return
    if isinstance(node, CaseStatusNode):
        case_status.heard(turn, node, text, again, otherwise)
        return
    if isinstance(node, ServicePlacesNode):
        service_place_turns.heard(turn, node, text, again, otherwise)
        return
    core = core_of(text, turn.tree.courtesies)
    brief = state.saying and syllables(core) < INTERRUPTING_SYLLABLES
    if brief and not _short_answer(turn, text, confidence):
        return
    if isinstance(node, AnswerNode):
        _confirm(turn, node, text, confidence)
        return
    if not isinstance(node, ListenNode):
        return
    choice = best(text, confidence, node.choices, turn.tree.courtesies)
    if choice is None and otherwise:
        choice = best(otherwise, confidence, node.choices, turn.tree.courtesies)
    if choice is not None:
        turn.choose(choice, text)
    elif (core or not state.saying) and rereading.wanted(turn, text, confidence, again, before):
        return
    elif not core:
        if state.cut:
            turn.ask_again()
    elif node.questions and syllables(core) >= QUESTION_SYLLABLES:
        _ask(turn, node.questions, text, otherwise)
    else:
        turn.missed(node.no_match)


def _short_answer(turn: Turn, text: str, confidence: float) -> bool:
    """Whether a syllable or two said over the question answer it (是); a 嗯 or 好 does not."""
    node = turn.node
    choices: tuple[Choice, ...] = ()
    if isinstance(node, ListenNode):
        choices = node.choices
    elif isinstance(node, AnswerNode):
        choices = (node.yes, node.no)
    if not core_of(text, turn.tree.backchannels):
        return False
    return best(text, confidence, choices, turn.tree.backchannels) is not None


def _ask(turn: Turn, node: str, question: str, otherwise: str = "") -> None:
    turn.hush()
    turn.note("question", question)
    turn.set(question=question, otherwise=otherwise)
    turn.go(node)


def _confirm(turn: Turn, node: AnswerNode, text: str, confidence: float) -> None:
    fillers = turn.tree.courtesies
    choice = best(text, confidence, (node.yes, node.no), fillers)
    if choice is not None:
        confirmed(turn, node, choice is node.yes)
    elif not core_of(text, fillers):
        if turn.state.cut:
            turn.ask_again()
    else:
        _asked_otherwise(turn, node, text)


def confirmed(turn: Turn, node: AnswerNode, yes: bool) -> None:
    """Take a yes or no to the unsure find."""
    unsure = turn.state.unsure
    if yes and unsure is not None and asking.wanted(turn, node, unsure):
        turn.set(about=unsure.article)
        asking.begin(turn, unsure)
    elif yes and unsure is not None:
        turn.tell(node, unsure)
    else:
        turn.note("unanswered", turn.state.question)
        turn.missed(node.rejected)


def _asked_otherwise(turn: Turn, node: AnswerNode, text: str) -> None:
    """Neither yes nor no: the question in other words, and one misunderstanding."""
    misses = turn.state.misses + 1
    if misses >= turn.misunderstandings:
        turn.missed(node.rejected)
    else:
        turn.set(misses=misses)
        _ask(turn, node.name, text)
