"""Asks for a case number and for what proves who asks, and has both checked. Pure.

Led by `ivr.case_status`. The number is read back (`ivr.digits`); the last four characters of the
identity number and the date of birth never are: nothing that is said or noted holds them. Whoever
drives the dialogue looks the case up: the machine asks with `Ready` and `Check` and is told with
`Seen`. At most `TRIES` checks in a call of this node, then a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from core import chinese_ids, spoken_numbers
from ivr import case_words as words
from ivr import digits
from ivr.digit_words import understood
from ivr.matching import best
from ivr.nodes import Choice, Texts

TRIES = 3
"""Checks in all."""

MISSES = 4
"""So many answers not understood, silences and changes of the number lead to a person."""

PIECES = 3
"""A date of birth may be said in so many pieces."""

NONE = Choice("none", "", "", words.NONE)
CHANGE = Choice("change", "", "", words.CHANGE)

_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_COUNTED = re.compile(r"(?:最?后面?|末尾?|尾)?[四4]位(?:数字?|号码)?(?:是)?")


class Stage(Enum):
    """What is being asked, or waited for."""

    READY = "ready"
    NUMBER = "number"
    LAST_FOUR = "last four"
    BORN = "born"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class State:
    """Where the talk stands.

    `number` collects the case number, `case` is the one that was confirmed. `last_four` and
    `born`, what was said of them so far, are shown nowhere. `tries` counts checks that failed,
    `misses` only grows. `none`: the caller has said that there is no number.
    """

    stage: Stage = Stage.READY
    number: digits.State = field(default_factory=digits.State)
    case: str = ""
    last_four: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    pieces: int = 0
    tries: int = 0
    misses: int = 0
    none: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the tree says: the three questions; `length` is of all case numbers, 0: any."""

    number: Texts
    last_four: Texts
    born: Texts
    length: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A key: 0-9, `#` (the end) or `*` (X after three characters, else from the beginning)."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller did nothing for a while."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a `Ready` or `Check` with this `tag`.

    `decision` is ready, told, refused (the same whatever does not fit), locked or unavailable.
    """

    tag: int
    decision: str


Event = Heard | Key | Silence | Seen


@dataclass(frozen=True, slots=True)
class Say:
    """Say this, then listen; nothing: just wait on."""

    texts: Texts = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """Ask whether this caller can be told anything now."""


@dataclass(frozen=True, slots=True)
class Check:
    """Look the case up; `born` is YYYYMMDD."""

    tag: int
    case: str
    last_four: str = field(repr=False)
    born: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tell:
    """The check passed."""


@dataclass(frozen=True, slots=True)
class Person:
    """Say this, then connect a person."""

    texts: Texts = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nothing can be looked up now."""


Reply = Say | Ready | Check | Tell | Person | Unavailable
Step = tuple[State, Reply]


def step(asked: Asked, state: State, event: Event, fillers: Texts, today: date) -> Step:
    """Take an event on the day of the call; one that nobody waits for changes nothing."""
    match event:
        case Seen():
            return _seen(asked, state, event)
        case _ if state.stage in (Stage.READY, Stage.CHECKING):
            return state, Say()
        case _ if state.stage is Stage.NUMBER:
            return _number(asked, state, event, fillers)
        case Silence():
            return _missed(asked, _emptied(state), ())
        case Key(key):
            return _keyed(asked, state, key, today)
        case Heard(text):
            return _heard(asked, state, text, fillers, today)


def private(state: State) -> bool:
    """Whether what the caller says or keys now may be kept nowhere."""
    return state.stage in (Stage.LAST_FOUR, Stage.BORN, Stage.CHECKING)


def question(asked: Asked, state: State) -> Texts:
    """What is asked now, to be said again."""
    match state.stage:
        case Stage.LAST_FOUR:
            return asked.last_four
        case Stage.BORN:
            return asked.born
    return digits.question(state.number, asked.number)


def answers(state: State, text: str, today: date) -> bool:
    """Whether an utterance answers the question that stands, as far as its form tells."""
    match state.stage:
        case Stage.LAST_FOUR:
            return bool(_FOUR.fullmatch(state.last_four + four_of(text)))
        case Stage.BORN:
            return bool(day_of(state.born + text, today))
    return bool(understood(text).digits)


def day_of(said: str, today: date) -> str:
    """Return the date of birth in what was said or keyed, as YYYYMMDD; '' when there is none.

    Eight digits or a spoken date with its year; none in the future or more than 130 years ago.
    """
    parts = spoken_numbers.date(said, today.year)
    if parts and parts.year and parts.month and parts.day:
        found = f"{parts.year:04}{parts.month:02}{parts.day:02}"
    else:
        found = spoken_numbers.digits(said, loose=True)
    whole = re.fullmatch(r"[0-9]{8}", found)
    return found if whole and chinese_ids.birthday(found, today) else ""


def four_of(said: str) -> str:
    """Return the characters of an identity number's end that were said: of a whole one its end."""
    found = understood(_COUNTED.sub("，", said)).digits
    return found[-4:] if _IDENTITY.fullmatch(found) else found


# ---- the case number -----------------------------------------------------------------------------


def _number(asked: Asked, state: State, event: Event, fillers: Texts) -> Step:
    if not state.number.digits and _has_none(event, fillers):
        if state.none:
            return state, Person((words.WITHOUT_NUMBER,))
        return replace(state, none=True), Say((words.WHERE_IT_IS, words.OR_PERSON))
    number, reply = digits.step(digits.case_number(asked.length), state.number, _for_digits(event))
    state = replace(state, number=number)
    match reply:
        case digits.Say(texts):
            return state, Say(texts)
        case digits.Person():
            return state, Person((words.TO_PERSON,))
        case digits.Done(value):
            state = replace(state, stage=Stage.LAST_FOUR, case=value)
            return _emptied(state), Say(asked.last_four)


def _has_none(event: Event, fillers: Texts) -> bool:
    match event:
        case Key(key):
            return key == "#"
        case Heard(text):
            return best(text, 0.0, (NONE,), fillers) is not None
    return False


def _for_digits(event: Event) -> digits.Event:
    match event:
        case Heard(text):
            return digits.Heard(text)
        case Key(key):
            return digits.Key(key)
    return digits.Silence()


# ---- who asks ------------------------------------------------------------------------------------


def _heard(asked: Asked, state: State, text: str, fillers: Texts, today: date) -> Step:
    if best(text, 0.0, (CHANGE,), fillers) is not None:
        return _change(asked, state)
    said = understood(text)
    if said.verdict == "no" and not said.digits:
        return _missed(asked, _emptied(replace(state, stage=Stage.LAST_FOUR)), ())
    if state.stage is Stage.BORN:
        return _day(asked, state, text, today)
    piece = four_of(text)
    if not piece:
        return _missed(asked, _emptied(state), (words.NOT_HEARD,))
    return _four(asked, state, state.last_four + piece)


def _keyed(asked: Asked, state: State, key: str, today: date) -> Step:
    if state.stage is Stage.LAST_FOUR:
        if key == "*" and len(state.last_four) == 3:
            return _four(asked, state, state.last_four + "X")
        if key.isdecimal():
            return _four(asked, state, state.last_four + key, keyed=True)
    elif key.isdecimal():
        state = replace(state, born=state.born + key)
        return _day(asked, replace(state, born=""), state.born, today, keyed=True)
    if key == "*":
        return _emptied(state), Say(question(asked, state))
    return _missed(asked, _emptied(state), (words.NOT_HEARD,)) if key == "#" else (state, Say())


def _four(asked: Asked, state: State, found: str, keyed: bool = False) -> Step:
    if _FOUR.fullmatch(found):
        return replace(state, stage=Stage.BORN, last_four=found, born="", pieces=0), Say(asked.born)
    if len(found) >= 4 or "X" in found:
        return _missed(asked, _emptied(state), (words.NOT_HEARD,))
    return replace(state, last_four=found), Say(() if keyed else (words.GO_ON,))


def _day(asked: Asked, state: State, said: str, today: date, keyed: bool = False) -> Step:
    """Take a date of birth or a piece of it."""
    said = state.born + said
    found = day_of(said, today)
    if found:
        state = replace(state, stage=Stage.CHECKING, born=found)
        return state, Check(state.tries + 1, state.case, state.last_four, found)
    if keyed and len(said) < 8:
        return replace(state, born=said), Say()
    some = bool(re.search("[年月]", said) or spoken_numbers.digits(said))
    if some and not keyed and state.pieces + 1 < PIECES:
        return replace(state, born=said, pieces=state.pieces + 1), Say((words.GO_ON,))
    return _missed(asked, _emptied(state), (words.WRONG_DAY,))


def _change(asked: Asked, state: State) -> Step:
    """Ask for the case number again."""
    state = replace(_emptied(state), stage=Stage.NUMBER, number=digits.State(), case="")
    return _missed(asked, state, ())


def _emptied(state: State) -> State:
    """Forget what was begun of this question's answer."""
    if state.stage is Stage.LAST_FOUR:
        return replace(state, last_four="", born="", pieces=0)
    return replace(state, born="", pieces=0)


def _missed(asked: Asked, state: State, first: Texts) -> Step:
    state = replace(state, misses=state.misses + 1)
    if state.misses >= MISSES:
        return state, Person((words.TO_PERSON,))
    return state, Say((*first, *question(asked, state)))


# ---- what came of it -----------------------------------------------------------------------------


def _seen(asked: Asked, state: State, seen: Seen) -> Step:
    waited_for = {Stage.READY: 0, Stage.CHECKING: state.tries + 1}
    if waited_for.get(state.stage) != seen.tag:
        return state, Say()
    match seen.decision:
        case "ready" if state.stage is Stage.READY:
            return replace(state, stage=Stage.NUMBER), Say(asked.number)
        case "told" if state.stage is Stage.CHECKING:
            return state, Tell()
        case "refused" if state.stage is Stage.CHECKING:
            return _refused(asked, state)
        case "locked":
            return state, Person((words.LOCKED,))
    return state, Unavailable()


def _refused(asked: Asked, state: State) -> Step:
    state = replace(state, stage=Stage.LAST_FOUR, last_four="", born="", tries=state.tries + 1)
    if state.tries >= TRIES:
        return state, Person((words.NOTHING_FITS, words.TO_PERSON))
    return state, Say((words.NOTHING_FITS, words.ONCE_MORE, *asked.last_four))
