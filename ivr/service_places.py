"""Asks what service place somebody looks for and where, and tells what there is one by one. Pure.

Led by `ivr.service_place_turns`. Places are found by whoever drives the dialogue: the machine asks
for them with `Find` and is told with an `ivr.events.ServicePlacesFound`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ivr import service_place_words as words
from ivr.direction_words import YES_OR_NO
from ivr.directions import NO, YES, Done, Heard, Key, Person, Say, Silence
from ivr.events import PlaceSeen, ServicePlaceSeen, ServicePlacesFound
from ivr.matching import best
from ivr.nodes import Choice, Texts
from ivr.which import which

TRIES = 2
"""So many misses in a row, or silences, lead to a person."""

ANSWER_MS = 8_000
TOLD_MS = 15_000

NEXT = Choice("next", "", "1", words.NEXT)
WAY = Choice("way", "", "3", words.WAY, ("怎么走", "怎么去"))
BACK = Choice("back", "", "7", words.BACK)
AGAIN = Choice("again", "", "8", words.AGAIN, ("再听一遍",))
STOP = Choice("stop", "", "9", words.STOP)
COMMANDS = (NEXT, WAY, BACK, AGAIN, STOP)


class Stage(Enum):
    """What is being asked or told."""

    READY = "ready"
    KIND = "kind"
    WHERE = "where"
    WHICH = "which"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class State:
    """Where the talk stands.

    `kind` and `where` are the driver's words for what is known of both. `choices` are what
    `Stage.WHICH` asks about; `places` are told up to `at`, from `start` on if the caller named a
    place.
    """

    stage: Stage = Stage.READY
    kind: str = ""
    where: str = ""
    choices: tuple[PlaceSeen, ...] = ()
    places: tuple[ServicePlaceSeen, ...] = ()
    start: PlaceSeen | None = None
    at: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the tree says: the two questions."""

    kind: Texts
    where: Texts


Event = Heard | Key | Silence | ServicePlacesFound


@dataclass(frozen=True, slots=True)
class Find:
    """Find places by what was said, or read instead, and what is known."""

    text: str
    kind: str = ""
    where: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class ShowTheWay:
    """The caller wants to go to a place; `start` is where they said they are."""

    to: ServicePlaceSeen
    start: PlaceSeen | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no such place; `why` says so."""

    why: Texts


Reply = Say | Find | ShowTheWay | Nothing | Done | Person
Step = tuple[State, Reply]


def step(asked: Asked, state: State, event: Event, fillers: Texts) -> Step:
    """Take an event; one that nobody waits for repeats what is asked. Never raises."""
    match event:
        case ServicePlacesFound():
            return _found(asked, state, event)
        case Silence():
            return _missed(asked, state)
        case Key(digit):
            meant = next((c.intent for c in choices(state) if digit and c.digit == digit), "")
            return _command(asked, state, meant) if meant else _missed(asked, state)
        case Heard():
            return _heard(asked, state, event, fillers)


def question(asked: Asked, state: State) -> Texts:
    """What is asked or told now, to be said again."""
    match state.stage:
        case Stage.WHERE:
            return asked.where
        case Stage.WHICH if len(state.choices) == 1:
            return (f"您说的是{state.choices[0].label}，对吗？", YES_OR_NO)
        case Stage.WHICH:
            return (f"您说的是{'，还是'.join(place.label for place in state.choices)}？",)
        case Stage.TOLD:
            return state.places[state.at].texts
    return asked.kind


def patience_ms(state: State) -> int:
    """How long the caller may be silent: longer after a place, which they may be writing down."""
    return TOLD_MS if state.stage is Stage.TOLD else ANSWER_MS


def choices(state: State) -> tuple[Choice, ...]:
    """The words and keys that mean something now."""
    if state.stage is Stage.WHICH and len(state.choices) == 1:
        return YES, NO
    return COMMANDS if state.stage is Stage.TOLD else ()


# ---- what was said -------------------------------------------------------------------------------


def _heard(asked: Asked, state: State, heard: Heard, fillers: Texts) -> Step:
    if not heard.text:
        return _missed(asked, state)
    command = best(heard.text, 0.0, choices(state), fillers)
    if command is not None:
        return _command(asked, state, command.intent)
    if state.stage is Stage.WHICH:
        chosen = which(heard.text, [place.label for place in state.choices])
        if chosen is not None:
            return state, Find("", state.kind, state.choices[chosen].token)
    # Whoever is told of one place may ask for another kind, or from somewhere else.
    return state, Find(heard.text, state.kind, state.where, heard.otherwise)


def _command(asked: Asked, state: State, meant: str) -> Step:
    if meant == "yes":
        return state, Find("", state.kind, state.choices[0].token)
    if meant == "no":
        return _missed(asked, replace(state, stage=Stage.WHERE, choices=()))
    if meant == "stop":
        return state, Done()
    if meant == "way":
        return state, ShowTheWay(state.places[state.at], state.start)
    at = state.at + {"next": 1, "back": -1, "again": 0}[meant]
    if at >= len(state.places):
        return state, Done()
    state = replace(state, at=max(0, at), tries=0)
    return state, Say((*question(asked, state), *(_how(state) if _is_last(state) else ())))


def _is_last(state: State) -> bool:
    return state.at == len(state.places) - 1


def _how(state: State) -> Texts:
    """How to go on from the place that was told."""
    return (words.THAT_IS_ALL, words.HOW_AGAIN) if _is_last(state) else (words.HOW_NEXT,)


# ---- what was found ------------------------------------------------------------------------------


def _found(asked: Asked, state: State, found: ServicePlacesFound) -> Step:
    first = state.stage is Stage.READY
    if state.stage is Stage.TOLD and found.decision not in ("found", "choose", "nothing"):
        # What was said named no place: what is being told stays.
        return _missed(asked, state)
    state = replace(state, kind=found.kind or state.kind, where=found.where)
    why = (found.why,) if found.why else ()
    match found.decision:
        case "found" if found.places:
            state = replace(
                state,
                stage=Stage.TOLD,
                places=found.places,
                start=found.start,
                choices=(),
                at=0,
                tries=0,
            )
            return state, Say((*why, *question(asked, state), *_how(state)))
        case "choose" if found.choices:
            state = replace(state, stage=Stage.WHICH, choices=found.choices)
            return state, Say(question(asked, state))
        case "nothing":
            return state, Nothing(why)
        case "kind" | "where":
            stage = Stage(found.decision)
            again = state.stage is stage or state.stage is Stage.WHICH
            state = replace(state, stage=stage, tries=state.tries if again else 0)
            if first or not again:
                # 附近的养老院 misses nothing: what is near is not known yet.
                return state, Say((*why, *question(asked, state)))
            return _missed(asked, state, why)
    return state, Person()


def _missed(asked: Asked, state: State, first: Texts = ()) -> Step:
    state = replace(state, tries=state.tries + 1)
    if state.stage is Stage.READY:
        return state, Person()
    if state.tries > TRIES:
        return state, Done() if state.stage is Stage.TOLD else Person()
    if state.stage is Stage.TOLD:
        return state, Say((*first, *_how(state)))
    return state, Say((*first, *question(asked, state)))
