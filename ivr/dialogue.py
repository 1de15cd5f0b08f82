"""The interpreter of trees: a pure machine that turns what the caller does into what to do next.

It holds no call: `start` and `step` take a state and return the next one with the effects that
the driver carries out in order. The same state, event and moment always give the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from ivr import (
    alarm,
    asking,
    case_status,
    collecting,
    elder,
    guiding,
    hearing,
    rereading,
    service_place_turns,
    texting,
    waiting,
)
from ivr.events import (
    Answered,
    CallBackBooked,
    CaseSeen,
    Digit,
    Effect,
    Event,
    Listen,
    MessageDone,
    NoRecogniser,
    PersonCame,
    PersonLeft,
    PlacesFound,
    QueueEnded,
    QueueStanding,
    ReadAgain,
    SayDone,
    ServicePlacesFound,
    SmsDone,
    Speech,
    SpeechPartial,
    Started,
    TimerFired,
    VoiceStarted,
    WayFound,
)
from ivr.hours import Calendar
from ivr.nodes import (
    AnswerNode,
    CallBackNode,
    CaseStatusNode,
    Choice,
    DigitsNode,
    DirectionsNode,
    ListenNode,
    MessageNode,
    QueueNode,
    Role,
    ServicePlacesNode,
    SmsNode,
    TransferNode,
    Tree,
)
from ivr.state import Phase, State
from ivr.turn import TRIES, Turn, filled

INTERRUPTING_SYLLABLES = 2
QUESTION_SYLLABLES = 2
MESSAGE_SECONDS = 1.0
AFTER_INTERRUPTION_MS = 5_000

Step = tuple[State, tuple[Effect, ...]]


class Dialogue:
    """Runs one tree for any number of calls."""

    def __init__(self, tree: Tree, calendar: Calendar | None = None) -> None:
        """Take a checked tree and the calendar of its hours nodes (default: office hours)."""
        self.tree = tree
        self.calendar = calendar or Calendar()

    def start(self, now: datetime, known: frozenset[str] = frozenset()) -> Step:
        """Return the first state and effects of a call answered at `now` (aware).

        `known` is what is known of the caller beforehand: `number` when they can be called back,
        `position` when their device says where they are,
        `elder` when an earlier call of theirs was in elder mode by their own word, `call_backs`
        when callers can be called back, `called_back` when the line called them, `alarm` when a
        pendant or red key calls: such a call begins at the emergency.
        """
        turn = Turn(self.tree, self.calendar, State(known=known), now)
        turn.do(Listen())
        if elder.KNOWN in known:
            elder.begin(turn, elder.RECORD)
        back = self.tree.call_back if waiting.CALLED_BACK in known else None
        danger = self.tree.choice(Role.EMERGENCY) if alarm.ALARM in known else None
        if danger is not None:
            turn.choose(danger, alarm.ALARM)
            return turn.state, tuple(turn.effects)
        turn.go(back.answered if back is not None else self.tree.start)
        return turn.state, tuple(turn.effects)

    def step(self, state: State, event: Event, now: datetime) -> Step:
        """Return the next state and the effects of one event at `now` (aware). Never raises.

        Events that come too late (an old tag, an answer nobody waits for, anything after the end)
        change nothing.
        """
        if state.phase is Phase.ENDED:
            return state, ()
        if state.phase is Phase.TRANSFERRED and not isinstance(event, PersonLeft):
            return state, ()
        turn = Turn(self.tree, self.calendar, state, now)
        if state.asked_back:
            alarm.answered(turn, event)
            return turn.state, tuple(turn.effects)
        match event:
            case Started():
                pass
            case PersonCame():
                waiting.person_came(turn)
            case SayDone(tag):
                if tag == state.saying and tag:
                    hearing.said(turn)
            case TimerFired(tag):
                if tag == state.timer and tag:
                    self._timer(turn)
            case Digit(digit):
                self._digit(turn, digit)
            case VoiceStarted():
                hearing.voice(turn)
            case SpeechPartial(text):
                hearing.partial(turn, text)
            case Speech(text, confidence, again, words):
                hearing.speech(turn, text, confidence, again, words=words)
            case ReadAgain():
                self._read_again(turn, event)
            case Answered():
                self._answered(turn, event)
            case PlacesFound() | WayFound():
                if state.phase is Phase.ASKING and isinstance(turn.node, DirectionsNode):
                    guiding.found(turn, turn.node, event)
                elif state.phase is Phase.ASKING and isinstance(turn.node, ServicePlacesNode):
                    turn.take(turn.node.unavailable)  # finding failed
            case ServicePlacesFound():
                if state.phase is Phase.ASKING and isinstance(turn.node, ServicePlacesNode):
                    service_place_turns.found(turn, turn.node, event)
            case SmsDone():
                if state.phase is Phase.ASKING and isinstance(turn.node, SmsNode):
                    texting.done(turn, turn.node, event)
            case CaseSeen():
                if state.phase is Phase.ASKING and isinstance(turn.node, CaseStatusNode):
                    case_status.seen(turn, turn.node, event)
            case CallBackBooked():
                if state.phase is Phase.ASKING and isinstance(turn.node, CallBackNode):
                    waiting.booked(turn, turn.node, event)
            case QueueStanding():
                waiting.standing(turn, event)
            case QueueEnded(reason):
                self._queue_ended(turn, reason)
            case PersonLeft(failed):
                self._person_left(turn, failed)
            case MessageDone(seconds):
                self._message_done(turn, seconds)
            case NoRecogniser():
                self._no_recogniser(turn)
            case _:
                assert_never(event)
        return turn.state, tuple(turn.effects)

    # ---- time ----------------------------------------------------------------------------------

    def _timer(self, turn: Turn) -> None:
        turn.set(timer=0)
        state, node = turn.state, turn.node
        if state.held is not None:
            self._read_again(turn, rereading.waited(turn))
        elif state.paused:
            turn.resume()
        elif state.saying:
            turn.hush()
            hearing.said(turn)
        elif state.phase is Phase.SAYING:
            hearing.say_again(turn)
        elif state.phase is Phase.ASKING and isinstance(node, AnswerNode):
            turn.missed(node.nothing)
        elif state.phase is Phase.ASKING and isinstance(node, DirectionsNode):
            guiding.late(turn, node)
        elif state.phase is Phase.ASKING and isinstance(node, SmsNode):
            texting.late(turn, node)
        elif state.phase is Phase.ASKING and isinstance(node, CallBackNode):
            waiting.late(turn, node)
        elif state.phase is Phase.ASKING and isinstance(node, CaseStatusNode):
            case_status.late(turn, node)
        elif state.phase is Phase.ASKING and isinstance(node, ServicePlacesNode):
            turn.take(node.unavailable)
        elif state.phase is Phase.LISTENING:
            self._silence(turn)

    def _read_again(self, turn: Turn, reading: ReadAgain | None) -> None:
        held = turn.state.held
        if reading is not None and held is not None and rereading.ready(turn, reading):
            turn.hush()
            turn.set(held=None)
            text, confidence, otherwise = reading.text, reading.confidence, reading.otherwise
            searched = text == held.text
            hearing.speech(turn, text, confidence, otherwise=otherwise, searched=searched)
            if turn.state.phase is Phase.LISTENING and not turn.state.timer:
                turn.arm(turn.patience())

    def _silence(self, turn: Turn) -> None:
        node = turn.node
        tries = turn.state.tries + 1
        turn.set(tries=tries)
        elder.silent(turn)
        if isinstance(node, AnswerNode) and turn.state.asking is not None:
            pressed = asking.silence(turn, node)
            if pressed:
                self._key(turn, pressed, ())
        elif isinstance(node, ListenNode):
            turn.go(node.otherwise) if tries >= node.tries else turn.take(node.no_input)
        elif isinstance(node, AnswerNode):
            turn.take(node.nothing) if tries >= TRIES else turn.ask_again()
        elif isinstance(node, DigitsNode):
            collecting.silence(turn, node)
        elif isinstance(node, DirectionsNode):
            guiding.silence(turn, node)
        elif isinstance(node, CaseStatusNode):
            case_status.silence(turn, node)
        elif isinstance(node, ServicePlacesNode):
            service_place_turns.silence(turn, node)

    # ---- keys ----------------------------------------------------------------------------------

    def _digit(self, turn: Turn, digit: str) -> None:
        node, listening = turn.node, turn.state.phase is Phase.LISTENING
        local: tuple[Choice, ...] = ()
        if listening and isinstance(node, DigitsNode):
            collecting.keyed(turn, node, digit)
            return
        if listening and isinstance(node, CaseStatusNode):
            case_status.keyed(turn, node, digit)
            return
        if waiting.keyed(turn, digit):
            return
        elder.voiced(turn)
        elder.answered(turn, words=True)
        if listening and isinstance(node, AnswerNode) and turn.state.asking is not None:
            if asking.keyed(turn, node, digit):
                return
        elif listening and isinstance(node, AnswerNode):
            local = (node.yes, node.no)
        elif listening and isinstance(node, ListenNode):
            local = node.choices
        elif listening and _keyed(turn, digit):
            return
        self._key(turn, digit, local)

    def _key(self, turn: Turn, digit: str, local: tuple[Choice, ...]) -> None:
        """Take a key that means one of `local`, or what it means everywhere."""
        node, listening = turn.node, turn.state.phase is Phase.LISTENING
        choice = _by_digit(digit, (*local, *self.tree.anywhere))
        if choice is not None and isinstance(node, AnswerNode) and choice in local:
            hearing.confirmed(turn, node, choice is node.yes)
        elif choice is not None:
            hearing.choose(turn, choice, digit)
        elif elder.keyed(turn, digit):
            pass
        elif listening and digit == "*":
            turn.ask_again()
        elif listening and digit.isdigit():
            if isinstance(node, ListenNode):
                turn.missed(node.no_match)
            elif isinstance(node, AnswerNode):
                turn.ask_again()

    # ---- answers -------------------------------------------------------------------------------

    def _answered(self, turn: Turn, answer: Answered) -> None:
        node = turn.node
        if turn.state.phase is not Phase.ASKING or not isinstance(node, AnswerNode):
            return
        turn.set(timer=0)
        sayable = filled(("{spoken}",), answer) and answer.title
        if answer.decision == "ask" and asking.wanted(turn, node, answer):
            asking.begin(turn, answer)
        elif answer.decision == "answer" and sayable:
            turn.tell(node, answer)
        elif answer.decision == "unsure" and sayable and not turn.state.deaf:
            turn.set(unsure=answer, tries=0)
            turn.ask_again()
        elif turn.state.vain and node.conditions.unknown:
            asking.nothing(turn, node)
        else:
            turn.note("unanswered", turn.state.question)
            turn.missed(node.nothing)

    # ---- people --------------------------------------------------------------------------------

    def _queue_ended(self, turn: Turn, reason: str) -> None:
        node = turn.node
        if turn.state.phase is Phase.QUEUED and isinstance(node, QueueNode):
            turn.go(node.closed if reason == "closed" else node.nobody)
        else:
            waiting.ended(turn, reason)

    def _person_left(self, turn: Turn, failed: bool) -> None:
        node, phase = turn.node, turn.state.phase
        if phase is Phase.QUEUED and isinstance(node, QueueNode):
            if not failed:
                turn.note("disposition", "connected")
            turn.go(node.nobody if failed else node.done)
        elif phase is Phase.TRANSFERRED and isinstance(node, TransferNode):
            if not failed:
                turn.note("disposition", "connected")
            turn.go(node.failed if failed else node.done)

    def _message_done(self, turn: Turn, seconds: float) -> None:
        node = turn.node
        if turn.state.phase is not Phase.RECORDING or not isinstance(node, MessageNode):
            return
        if seconds >= MESSAGE_SECONDS:
            turn.note("disposition", "message")
            turn.go(node.done)
        else:
            turn.go(node.empty)

    def _no_recogniser(self, turn: Turn) -> None:
        turn.set(deaf=True)
        if turn.state.phase is not Phase.LISTENING:
            return
        node = turn.node
        if isinstance(node, ListenNode) and node.without_speech:
            turn.go(node.without_speech)
        elif isinstance(node, AnswerNode) and turn.state.asking is not None:
            asking.deaf(turn, node)
        elif isinstance(node, AnswerNode):
            turn.missed(node.nothing)
        elif isinstance(node, DirectionsNode):
            guiding.late(turn, node)
        elif isinstance(node, ServicePlacesNode):
            turn.take(node.unavailable)


def _by_digit(digit: str, choices: Iterable[Choice]) -> Choice | None:
    return next((choice for choice in choices if digit and choice.digit == digit), None)


def _keyed(turn: Turn, digit: str) -> bool:
    """Whether a key means something to the talk that a node leads."""
    node = turn.node
    if isinstance(node, DirectionsNode):
        return guiding.keyed(turn, node, digit)
    return isinstance(node, ServicePlacesNode) and service_place_turns.keyed(turn, node, digit)
