"""Collects a number that a caller says in pieces or keys in, and reads it back: a pure machine.

`step(state, event) -> (state, reply)` for one `Wanted` kind of number. Each piece is repeated as it
comes; a number that is whole is read back in groups and taken only after a yes. 不对 starts again,
不对，是八零零一 replaces as many digits at the end, or all of it. Too many misses lead to a person.
Of the keys, `#` ends a number and `*` starts it again; a number read back is right with 1 or `#`,
wrong with 2 or `*`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from core import chinese_ids
from core.sms import numbers
from ivr.digit_words import understood
from ivr.sentences import split
from ivr.voice.numbers import DIGIT_WORDS, groups
from ivr.voice.numbers import digits as in_words

TRIES = 3

READ_BACK, RIGHT, RIGHT_BY_KEY = "您说的是：", "对吗？", "对请按1，不对请按2。"
GO_ON = "请接着说。"
AGAIN = "请从头再说一遍{name}，也可以用按键输入，按井号键结束。"
NOT_HEARD = "对不起，没有听清。"
TOO_SHORT = "号码还没有说完。"
TOO_LONG = "号码的位数多了。"
IMPLAUSIBLE = "这个{name}好像不对。"
WRONG_CHECK = "这个{name}核对不上，可能有一位说错了。"
YES_OR_NO = "对的话请说对，或者按1；不对请说不对，或者按2。"

YES_KEYS, NO_KEYS = ("1", "#"), ("2", "*")

LONGEST = 18
"""The most digits of a number of a given length; an identity number has as many."""

FEWEST = 6
"""The fewest of a case number."""

CASE_NUMBER = "办件编号"


class Phase(Enum):
    """Where the machine stands."""

    COLLECTING = "collecting"
    CONFIRMING = "confirming"
    DONE = "done"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of number: its name for the caller, the most characters it has, and its rules.

    `fault` says what is wrong with a number (empty: nothing; `length`: too short), `complete`
    whether nothing can follow it. `checked`: its last character shows a slip (fault `check`). After
    `tries` misses the caller gets a person.
    """

    name: str
    most: int
    fault: Callable[[str], str]
    complete: Callable[[str], bool]
    normal: Callable[[str], str] = str
    tries: int = TRIES
    checked: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What has been collected; `misses` only grows. `keyed`: its last digit came by key."""

    digits: str = ""
    phase: Phase = Phase.COLLECTING
    misses: int = 0
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance of the caller."""

    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key: 0-9, `#` (the end, yes) or `*` (no, from the beginning); 1 and 2 are yes and no."""

    key: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller said and keyed nothing for a while."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say `texts`, each a prompt of its own, then wait on; none: just wait on."""

    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The caller confirmed `value`."""

    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Too many misses: connect a person. `value` is what there was."""

    value: str


Event = Heard | Key | Silence
Reply = Say | Done | Person


def telephone() -> Wanted:
    """Return what a telephone number must be."""
    return Wanted(
        "电话号码", 16, chinese_ids.phone_fault, chinese_ids.phone_complete, chinese_ids.phone
    )


def mobile() -> Wanted:
    """Return what a number that texts are sent to must be."""

    def fault(number: str) -> str:
        wrong = chinese_ids.phone_fault(number)
        return wrong if wrong or numbers.mobile(number) else "form"

    return Wanted("手机号码", 16, fault, chinese_ids.phone_complete, chinese_ids.phone)


def identity(today: date) -> Wanted:
    """Return what an identity number must be on the day of the call."""
    return Wanted(
        "身份证号码",
        18,
        lambda number: chinese_ids.identity_fault(number, today),
        lambda number: len(number) == 18,
        checked=True,
    )


def counted(length: int, name: str) -> Wanted:
    """Return what a number of exactly `length` digits must be, called `name` to the caller."""
    return Wanted(
        name,
        length,
        lambda number: "" if len(number) == length else "length",
        lambda number: len(number) == length,
    )


def case_number(length: int = 0) -> Wanted:
    """Return what a case number must be: of `length` digits, or (0) of 6 to 18."""
    if length:
        return counted(length, CASE_NUMBER)
    return Wanted(
        CASE_NUMBER,
        LONGEST,
        lambda number: "length" if len(number) < FEWEST else "",
        lambda number: len(number) == LONGEST,
    )


def step(wanted: Wanted, state: State, event: Event) -> tuple[State, Reply]:
    """Return the next state and what to do. Never raises; after the end nothing changes."""
    if state.phase is Phase.DONE:
        return state, Done(state.digits)
    if state.phase is Phase.GIVEN_UP:
        return state, Person(state.digits)
    match event:
        case Heard(text):
            return _heard(wanted, state, text)
        case Key(key):
            return _keyed(wanted, state, key)
        case Silence():
            if state.phase is Phase.COLLECTING and state.digits:
                return _ended(wanted, state)
            return _missed(wanted, state, "")


def read_back(value: str) -> tuple[str, ...]:
    """Return the groups of a number as texts to say, one prompt a group, digits for dialling."""
    parts = groups(value)
    return tuple(
        in_words(part, dial=True) + ("。" if part is parts[-1] else "，") for part in parts
    )


def question(state: State, opening: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts that put the question which stands; `opening` asks for the whole number."""
    if state.phase is Phase.CONFIRMING:
        return _confirm(state)
    return (*read_back(state.digits), GO_ON) if state.digits else opening


def texts(wanted: Wanted) -> tuple[str, ...]:
    """Return all that is said while such a number is collected; the digits each alone."""
    named = (AGAIN, IMPLAUSIBLE, WRONG_CHECK) if wanted.checked else (AGAIN, IMPLAUSIBLE)
    asked = tuple(text.format(name=wanted.name) for text in named)
    fixed = (READ_BACK, RIGHT, RIGHT_BY_KEY, GO_ON, NOT_HEARD, TOO_SHORT, TOO_LONG, YES_OR_NO)
    return tuple(piece for text in (*asked, *fixed) for piece in split(text)) + DIGIT_WORDS


# ---- events ------------------------------------------------------------------------------------


def _heard(wanted: Wanted, state: State, text: str) -> tuple[State, Reply]:
    said = understood(text)
    if state.phase is Phase.CONFIRMING:
        agrees = said.verdict != "no" and state.digits.endswith(said.digits)
        if said.digits and not agrees:
            return _corrected(wanted, state, said.digits)
        if said.digits or said.verdict == "yes":
            return replace(state, phase=Phase.DONE), Done(state.digits)
        if said.verdict == "no":
            return _missed(wanted, State(misses=state.misses), "")
        return _missed(wanted, state, NOT_HEARD)
    if said.digits:
        # 三个零不对，是零幺三 takes back what was said in the same breath, not what came before.
        earlier = state.digits.endswith(said.taken_back)
        again = said.verdict == "no" and state.digits and earlier
        return (_corrected if again else _added)(wanted, state, said.digits)
    if said.verdict == "no" and state.digits:
        return _missed(wanted, State(misses=state.misses), "")
    if said.verdict in ("yes", "end") and state.digits:
        return _ended(wanted, state)
    return _missed(wanted, state, NOT_HEARD)


def _keyed(wanted: Wanted, state: State, key: str) -> tuple[State, Reply]:
    if key == "*" or (state.phase is Phase.CONFIRMING and key in NO_KEYS):
        return _missed(wanted, State(misses=state.misses), "")
    if state.phase is Phase.CONFIRMING and key in YES_KEYS:
        return replace(state, phase=Phase.DONE), Done(state.digits)
    if key == "#":
        return _ended(wanted, state) if state.digits else _missed(wanted, state, "")
    if len(key) != 1 or key not in "0123456789":
        return state, Say()
    if state.phase is Phase.CONFIRMING:
        # Who keys another digit instead of answering starts again.
        again, reply = _missed(wanted, State(misses=state.misses), "")
        return (
            (again, reply)
            if isinstance(reply, Person)
            else (
                replace(again, digits=key, keyed=True),
                Say(),
            )
        )
    state = replace(state, digits=state.digits + key, keyed=True)
    if wanted.complete(wanted.normal(state.digits)) or len(state.digits) >= wanted.most:
        return _ended(wanted, state)
    return state, Say()


# ---- what becomes of it ------------------------------------------------------------------------


def _added(wanted: Wanted, state: State, piece: str) -> tuple[State, Reply]:
    """A further piece, or the whole number said again."""
    whole = wanted.complete(wanted.normal(piece)) and not wanted.fault(wanted.normal(piece))
    total = piece if whole else state.digits + piece
    if len(total) > wanted.most:
        return _missed(wanted, State(misses=state.misses), TOO_LONG)
    state = replace(state, digits=total, keyed=False)
    if wanted.complete(wanted.normal(total)) or len(total) == wanted.most:
        return _ended(wanted, state)
    return state, Say((*read_back(piece), GO_ON))


def _corrected(wanted: Wanted, state: State, piece: str) -> tuple[State, Reply]:
    """As many digits at the end are replaced, or all of them by a number that is whole."""
    alone = not wanted.fault(wanted.normal(piece)) and len(piece) >= len(state.digits) - 1
    kept = "" if alone else state.digits[: max(0, len(state.digits) - len(piece))]
    misses = State(misses=state.misses + 1)
    if misses.misses >= wanted.tries:
        return replace(state, phase=Phase.GIVEN_UP, misses=misses.misses), Person(state.digits)
    return _added(wanted, replace(misses, digits=kept), piece)


def _ended(wanted: Wanted, state: State) -> tuple[State, Reply]:
    """The caller is through, or no more can follow."""
    value = wanted.normal(state.digits)
    fault = wanted.fault(value)
    if not fault:
        asked = replace(state, digits=value, phase=Phase.CONFIRMING)
        return asked, Say(_confirm(asked))
    if fault == "length" and len(value) < wanted.most:
        return _missed(wanted, state, TOO_SHORT)
    why = WRONG_CHECK if fault == "check" else IMPLAUSIBLE
    return _missed(wanted, State(misses=state.misses), why)


def _missed(wanted: Wanted, state: State, why: str) -> tuple[State, Reply]:
    """Count a miss, say why and ask again, or give up."""
    misses = state.misses + 1
    if misses >= wanted.tries:
        return replace(state, phase=Phase.GIVEN_UP, misses=misses), Person(state.digits)
    if state.phase is Phase.CONFIRMING:
        asked: tuple[str, ...] = (READ_BACK, *read_back(state.digits), YES_OR_NO)
    else:
        asked = question(state, (AGAIN,))
    said = tuple(text.format(name=wanted.name) for text in (why, *asked) if text)
    return replace(state, misses=misses), Say(said)


def _confirm(state: State) -> tuple[str, ...]:
    right = RIGHT_BY_KEY if state.keyed else RIGHT
    return (READ_BACK, *read_back(state.digits), right)
