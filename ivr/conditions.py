"""Asks a caller for the condition that an answer depends on: area, age or household. Pure.

`step(asked, state, event) -> (state, reply)`, led by `ivr.asking`. What is not understood in TRIES
tries is asked in vain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.area import serves
from core.area_names import named
from core.asker import AGE, AREA, HOUSEHOLD, Asker
from ivr import condition_words as words
from ivr.ages import OLDEST, age_answered, age_of_somebody, own_age
from ivr.matching import best
from ivr.nodes import Choice, Texts

TRIES = 2
"""So many replies that are not understood, or silences, are enough."""

LOCAL, OTHER = "local", "other"


@dataclass(frozen=True, slots=True)
class State:
    """What is asked for; `keys` are the figures of an age keyed so far."""

    condition: str
    tries: int = 0
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is asked and what counts: `first` and, after a miss, `again`; yes and no.

    `near` is the area that is known already, `anywhere` are the keys that mean something at every
    moment.
    """

    first: Texts
    again: Texts
    yes: Choice
    no: Choice
    near: str = ""
    anywhere: frozenset[str] = frozenset()


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


Event = Heard | Key | Silence


@dataclass(frozen=True, slots=True)
class Say:
    """Say this, then wait on."""

    texts: Texts


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for the next figure."""


@dataclass(frozen=True, slots=True)
class Known:
    """The caller said it: a GB/T 2260 code, years, or local or other."""

    value: str


@dataclass(frozen=True, slots=True)
class Vain:
    """It is not to be had."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The key means what it means at every other question."""

    digit: str


Reply = Say | Wait | Known | Vain | Elsewhere
Step = tuple[State, Reply]


def step(asked: Asked, state: State, event: Event, fillers: Texts) -> Step:
    """Take what the caller did. Never raises."""
    match event:
        case Heard(text, otherwise):
            value = understood(asked, state.condition, text, fillers)
            value = value or understood(asked, state.condition, otherwise, fillers)
            return (state, Known(value)) if value else _missed(asked, state)
        case Key(digit):
            return _keyed(asked, state, digit)
        case Silence():
            return _ended(asked, state) if state.keys else _missed(asked, state)


def question(asked: Asked, state: State) -> Texts:
    """How it is asked now."""
    return asked.again if state.tries else asked.first


def understood(asked: Asked, condition: str, text: str, fillers: Texts) -> str:
    """The value that an utterance gives a condition; '' when none is understood.

    An area that says no more than what is known is none.
    """
    if not text:
        return ""
    if condition == AREA:
        found = named(text, asked.near)
        return "" if not found or serves(found, asked.near) else found
    if condition == AGE:
        age = age_answered(text)
        return "" if age is None else str(age)
    yes = replace(asked.yes, says=(*asked.yes.says, *words.LOCAL), mentions=words.LOCAL[2:])
    no = replace(asked.no, says=(*asked.no.says, *words.OTHER), mentions=words.OTHER[2:])
    choice = best(text, 0.0, (yes, no), fillers)
    return "" if choice is None else LOCAL if choice is yes else OTHER


def with_value(asker: Asker, condition: str, value: str) -> Asker:
    """What is known once a condition was answered; it is not asked for again."""
    settled = asker.settled | {condition}
    if condition == AREA:
        return replace(asker, area=value, settled=settled)
    if condition == AGE:
        return replace(asker, age=int(value), settled=settled)
    return replace(asker, household=value, settled=settled)


def learnt(asker: Asker, text: str) -> Asker:
    """What is known for the rest of the call after an utterance in which speakers say their age."""
    age = own_age(text)
    return asker if age is None else replace(asker, age=age)


def about(asker: Asker, question: str) -> Asker:
    """Whom a question is about: it may name somebody else's age (我妈八十二岁)."""
    age = age_of_somebody(question)
    return asker if age is None else replace(asker, age=age)


def _keyed(asked: Asked, state: State, digit: str) -> Step:
    if state.condition == HOUSEHOLD and digit and digit in (asked.yes.digit, asked.no.digit):
        return state, Known(LOCAL if digit == asked.yes.digit else OTHER)
    if state.condition != AGE or digit == "*":
        return replace(state, keys=""), Elsewhere(digit)
    if digit == "#":
        return _taken(asked, state) if state.keys else (state, Elsewhere(digit))
    if not digit.isdecimal() or not (state.keys or digit != "0"):
        return state, Elsewhere(digit)
    state = replace(state, keys=state.keys + digit)
    # 10, 11 and 12 may go on to an age above a hundred.
    whole = len(state.keys) == 3 or (len(state.keys) == 2 and state.keys > "12")
    return _taken(asked, state) if whole else (state, Wait())


def _ended(asked: Asked, state: State) -> Step:
    """No figure follows. One alone means what that key means everywhere: 2 calls for help."""
    if state.keys in asked.anywhere:
        return replace(state, keys=""), Elsewhere(state.keys)
    return _taken(asked, state)


def _taken(asked: Asked, state: State) -> Step:
    age = int(state.keys)
    state = replace(state, keys="")
    return (state, Known(str(age))) if age <= OLDEST else _missed(asked, state)


def _missed(asked: Asked, state: State) -> Step:
    state = replace(state, tries=state.tries + 1, keys="")
    if state.tries >= TRIES:
        return state, Vain()
    return state, Say(question(asked, state))
