"""Asks where somebody wants to go and where they are, and tells the way step by step. Pure.

Led by `ivr.guiding`. Places and ways are found by whoever drives the dialogue: the machine asks
for them with `Find` and `Route` and is told with `Found` and `Way`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from ivr import direction_words as words
from ivr.events import PlaceSeen
from ivr.matching import best
from ivr.nodes import Choice, Texts
from ivr.which import which

TRIES = 2
"""So many misses in a row, or silences, lead to a person."""

ANSWER_MS = 8_000
STEP_MS = 15_000

YES = Choice("yes", "", "1", words.YES)
NO = Choice("no", "", "9", words.NO)
NONE = Choice("no", "", "9", words.NONE)
NEXT = Choice("next", "", "1", words.NEXT, ("下一步",))
BACK = Choice("back", "", "7", words.BACK, ("上一步",))
AGAIN = Choice("again", "", "6", words.AGAIN, ("再听一遍",))
STOP = Choice("stop", "", "9", words.STOP)

_BOTH = re.compile(
    r"从(?P<start>.{2,}?)(?:开车|驾车|走路|步行|坐车)?(?:怎么|要|想)?(?:到|去|走到)(?P<end>.{2,})"
)


class Stage(Enum):
    """What is being asked or told."""

    READY = "ready"
    TO = "to"
    FROM = "from"
    WHICH = "which"
    NEARBY = "nearby"
    CONFIRM = "confirm"
    ROUTE = "route"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class State:
    """Where the talk stands.

    `first` is what the caller had said before the first question, `origin` the start that was
    named with it. `to` and `start` are settled; `choices` are what `Stage.WHICH` asks about, for
    the start when `to` is settled, and `rest` what it asks about when it is none of them. `looked`
    is what was looked for last; `pending` a question about what is near, which waits for the start.
    `told` says that a question about places was answered, `located` that the caller's device says
    where they are. `mode` is how they go, `failed` the ends of a way that there was not. `steps`
    are told up to `at`. `before` is said before the next text.
    """

    stage: Stage = Stage.READY
    first: str = ""
    origin: str = ""
    to: PlaceSeen | None = None
    start: PlaceSeen | None = None
    choices: tuple[PlaceSeen, ...] = ()
    rest: tuple[PlaceSeen, ...] = ()
    looked: str = ""
    pending: str = ""
    told: bool = False
    located: bool = False
    mode: str = "walk"
    failed: tuple[PlaceSeen, PlaceSeen] | None = None
    steps: Texts = ()
    at: int = 0
    tries: int = 0
    before: Texts = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the tree says: the two questions."""

    to: Texts
    start: Texts


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, and what it may have been instead."""

    text: str
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller did nothing for a while."""


@dataclass(frozen=True, slots=True)
class Found:
    """Places; `decision` and `why` as in `ivr.events.PlacesFound`."""

    decision: str
    places: tuple[PlaceSeen, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way, or the sentence why there is none."""

    summary: str = ""
    steps: Texts = ()
    why: str = ""


Event = Heard | Key | Silence | Found | Way


@dataclass(frozen=True, slots=True)
class Say:
    """Say this, then listen."""

    texts: Texts


@dataclass(frozen=True, slots=True)
class Find:
    """Find a place; `near` is the token of a place beside it, `here` of where the caller is."""

    text: str
    near: str = ""
    otherwise: str = ""
    here: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Find the way between two tokens."""

    start: str
    end: str
    mode: str = "walk"


@dataclass(frozen=True, slots=True)
class Done:
    """The caller heard enough, or all."""


@dataclass(frozen=True, slots=True)
class Person:
    """It does not work out without a person."""


Reply = Say | Find | Route | Done | Person
Step = tuple[State, Reply]


def step(asked: Asked, state: State, event: Event, fillers: Texts) -> Step:
    """Take an event; one that nobody waits for repeats what is asked. Never raises."""
    state, reply = _step(asked, state, event, fillers)
    if state.before and isinstance(reply, Say):
        return replace(state, before=()), Say((*state.before, *reply.texts))
    return state, reply


def _step(asked: Asked, state: State, event: Event, fillers: Texts) -> Step:
    match event:
        case Found():
            return _found(asked, state, event)
        case Way():
            return _way(asked, state, event)
        case Silence():
            silent = state.told and state.stage in (Stage.TO, Stage.NEARBY)
            return (state, Done()) if silent else _missed(asked, state, ())
        case Key(digit):
            return _answered(asked, state, _keyed(state, digit), Heard(""))
        case Heard(text):
            return _answered(asked, state, meant(state, text, fillers), event)


def question(asked: Asked, state: State) -> Texts:
    """What is asked or told now, to be said again."""
    match state.stage:
        case Stage.FROM:
            return asked.start
        case Stage.WHICH if len(state.choices) == 1:
            return (f"您说的是{state.choices[0].label}，对吗？", words.YES_OR_NO)
        case Stage.WHICH:
            which = f"您说的是{'，还是'.join(place.label for place in state.choices)}？"
            return (which, words.OR_NONE) if state.rest else (which,)
        case Stage.NEARBY:
            return (words.WHICH_ONE,)
        case Stage.TO if state.told:
            return (words.ELSE,)
        case Stage.CONFIRM:
            start, to = (place.label if place else "" for place in (state.start, state.to))
            return (f"从{start}到{to}，对吗？", words.YES_OR_NO)
        case Stage.STEPS:
            return (state.steps[state.at],)
    return asked.to


def patience_ms(state: State) -> int:
    """How long the caller may be silent: longer between steps, which they may be writing down."""
    return STEP_MS if state.stage is Stage.STEPS else ANSWER_MS


def choices(state: State) -> tuple[Choice, ...]:
    """The words and keys that mean something now."""
    if state.stage is Stage.CONFIRM or (state.stage is Stage.WHICH and len(state.choices) == 1):
        return YES, NO
    if state.stage is Stage.STEPS:
        return NEXT, BACK, AGAIN, STOP
    if state.stage is Stage.WHICH:
        return (NONE,)
    return (STOP,) if state.stage in (Stage.TO, Stage.FROM, Stage.NEARBY) else ()


def names_expected(state: State) -> bool:
    """Whether a name is asked for, so that what was heard badly is worth a second reading."""
    asks = state.stage in (Stage.TO, Stage.FROM, Stage.NEARBY)
    return asks or (state.stage is Stage.WHICH and len(state.choices) > 1)


# ---- what was said -------------------------------------------------------------------------------


def meant(state: State, text: str, fillers: Texts) -> str:
    """The intent of an utterance here, the number of one of the places, or nothing."""
    found = best(text, 0.0, choices(state), fillers)
    if found is not None:
        return found.intent
    several = state.stage is Stage.WHICH and len(state.choices) > 1
    if text and (several or state.stage is Stage.NEARBY):
        chosen = which(text, [place.label for place in state.choices + state.rest])
        if chosen is not None:
            return str(chosen)
    return ""


def _keyed(state: State, digit: str) -> str:
    return next((c.intent for c in choices(state) if digit and c.digit == digit), "")


def _answered(asked: Asked, state: State, meant: str, heard: Heard) -> Step:
    match state.stage:
        case Stage.TO | Stage.FROM | Stage.NEARBY if meant == "stop":
            return state, Done()
        case Stage.TO if state.failed and words.only_mode(heard.text):
            return _other_mode(state, words.mode_of(heard.text))
        case Stage.TO | Stage.FROM if heard.text:
            return _look(state, heard)
        case Stage.WHICH | Stage.NEARBY if meant.isdigit():
            return _settle(asked, state, (state.choices + state.rest)[int(meant)])
        case Stage.WHICH if meant == "yes":
            return _settle(asked, state, state.choices[0])
        case Stage.WHICH | Stage.NEARBY if heard.text and meant != "no":
            return _look(replace(state, stage=_asking(state)), heard)
        case Stage.WHICH if meant == "no" and state.rest:
            state = replace(state, choices=state.rest[:3], rest=state.rest[3:])
            return state, Say(question(asked, state))
        case Stage.WHICH if meant == "no":
            return _missed(asked, replace(state, stage=_asking(state)), ())
        case Stage.CONFIRM if meant == "yes" and state.start and state.to:
            return _route(state, state.start, state.to)
        case Stage.CONFIRM if meant == "no":
            return _missed(asked, State(Stage.TO, tries=state.tries), ())
        case Stage.STEPS if meant:
            return _walk(state, meant)
    return _missed(asked, state, ())


def _asking(state: State) -> Stage:
    return Stage.FROM if state.to or state.pending else Stage.TO


def _look(state: State, heard: Heard) -> Step:
    mode = words.mode_of(heard.text)
    if mode == "bus":
        mode, state = "walk", replace(state, before=(words.NO_BUS,))
    state = replace(state, mode=mode or state.mode, looked=heard.text)
    both = _BOTH.search(heard.text) if state.stage is Stage.TO else None
    if both:
        return replace(state, start=None, origin=both["start"]), Find(both["end"])
    near, here = (place.token if place else "" for place in (state.to, state.start))
    return state, Find(heard.text, near, heard.otherwise, here)


def _route(state: State, start: PlaceSeen, to: PlaceSeen) -> Step:
    return replace(state, stage=Stage.ROUTE), Route(start.token, to.token, state.mode)


def _other_mode(state: State, mode: str) -> Step:
    """Try again, in another way of going, the way that there was not."""
    assert state.failed
    start, to = state.failed
    before = (words.NO_BUS,) if mode == "bus" else ()
    mode = "walk" if mode == "bus" else mode
    return _route(replace(state, start=start, to=to, mode=mode, before=before), start, to)


def _walk(state: State, meant: str) -> Step:
    if meant == "stop":
        return state, Done()
    at = state.at + {"next": 1, "back": -1, "again": 0}[meant]
    if at >= len(state.steps):
        return state, Done()
    state = replace(state, at=max(0, at), tries=0)
    last = (words.THERE,) if state.at == len(state.steps) - 1 else ()
    return state, Say((state.steps[state.at], *last))


# ---- what was found ------------------------------------------------------------------------------


def _found(asked: Asked, state: State, found: Found) -> Step:
    if state.stage is Stage.READY:
        state = replace(state, stage=Stage.TO)
        if found.decision != "ready":
            return state, Person()
        if state.to:
            # Who was told of a place and wants to go there has named it.
            state = replace(state, stage=Stage.CONFIRM if state.start else Stage.FROM)
            return state, Say(question(asked, state))
        return _look(state, Heard(state.first)) if state.first else (state, Say(asked.to))
    if state.stage not in (Stage.TO, Stage.FROM):
        return state, Say(question(asked, state))
    first, state = state.first, replace(state, first="")
    if found.decision == "sure" and found.places:
        remark = (found.why,) if found.why else ()
        return _settle(asked, replace(state, before=state.before + remark), found.places[0])
    if found.decision == "choose" and found.places:
        places = found.places
        state = replace(state, stage=Stage.WHICH, choices=places[:3], rest=places[3:])
        return state, Say(question(asked, state))
    if found.decision == "where":
        return replace(state, stage=Stage.FROM, pending=state.looked), Say(asked.start)
    if found.decision == "told":
        state = replace(state, told=True)
        return state, Say((found.why, *question(asked, state)))
    if found.decision == "nearby":
        state = replace(state, stage=Stage.NEARBY, told=True, to=None, choices=found.places)
        return state, Say((found.why, words.WHICH_ONE))
    if first:
        # What led here named no place (我要问路): nothing was misunderstood.
        return state, Say(asked.to)
    return _missed(asked, state, (found.why,) if found.why else ())


def _settle(asked: Asked, state: State, place: PlaceSeen) -> Step:
    state = replace(state, choices=(), rest=(), tries=0)
    if state.pending:
        pending = state.pending
        state = replace(state, start=place, pending="", stage=Stage.TO)
        return state, Find(pending, here=place.token)
    if state.to is None:
        state = replace(state, to=place, stage=Stage.FROM)
        if state.origin:
            return replace(state, origin=""), Find(state.origin, place.token)
        if state.start is None and state.located:
            return state, Find(words.HERE, place.token)
        if state.start is None:
            return state, Say(asked.start)
    state = replace(state, start=state.start or place, stage=Stage.CONFIRM)
    return state, Say(question(asked, state))


def _way(asked: Asked, state: State, way: Way) -> Step:
    if state.stage is not Stage.ROUTE:
        return state, Say(question(asked, state))
    if not way.steps:
        ends = (state.start, state.to) if state.start and state.to else None
        state = State(Stage.TO, tries=state.tries, failed=ends, located=state.located)
        return _missed(asked, state, (way.why,) if way.why else ())
    state = replace(state, stage=Stage.STEPS, steps=way.steps, at=0, tries=0)
    more = (words.HOW_NEXT,) if len(way.steps) > 1 else (words.THERE,)
    return state, Say((way.summary, way.steps[0], *more))


def _missed(asked: Asked, state: State, first: Texts) -> Step:
    state = replace(state, tries=state.tries + 1)
    if state.stage in (Stage.READY, Stage.ROUTE):
        return state, Person()
    if state.tries > TRIES:
        return state, Done() if state.stage is Stage.STEPS else Person()
    asked_again = (words.HOW_NEXT,) if state.stage is Stage.STEPS else question(asked, state)
    return state, Say((*first, *asked_again))
