"""The parties of a talk and who hears whom: the state of `telephony.calls.talk` and its matrix.

Pure. docs/call-control.md has the matrix as a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CALLER, AGENT, THIRD = "caller", "agent", "third"
Pair = tuple[str, str]
"""(listener, speaker)"""


class Kind(Enum):
    """What a transfer or consultation goes to."""

    AGENT = "agent"
    QUEUE = "queue"
    NUMBER = "number"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ring: `name` is an agent, a skill, or what is shown of a number or agency.

    `address` is the number (E.164) or SIP URI of a number or agency.
    """

    kind: Kind
    name: str
    address: str = ""


class Stage(Enum):
    """How far a third party has come: CONSULT talks with the agent alone, JOINED with everybody."""

    RINGING = "ringing"
    CONSULT = "consult"
    JOINED = "joined"


class Then(Enum):
    """What follows when a third party that rings answers."""

    CONSULT = "consult"
    TRANSFER = "transfer"
    RETRIEVE = "retrieve"


class Mode(Enum):
    """How a supervisor takes part."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKEOVER = "takeover"


@dataclass(frozen=True, slots=True)
class Third:
    """A third party; `asked` is the id of the command that rang them."""

    target: Target
    then: Then
    asked: str = ""
    stage: Stage = Stage.RINGING


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A supervisor; not `up` while their browser rings."""

    name: str
    mode: Mode
    asked: str = ""
    up: bool = False

    @property
    def party(self) -> str:
        """Their party's id."""
        return f"supervisor:{self.name}"


@dataclass(frozen=True, slots=True)
class Talk:
    """Who is in a talk. `agent` leads it; without one the third party does, or it is `parked`.

    `parked` is the slot, empty when it is not. A talk that is `over` has no parties left.
    """

    agent: str = ""
    held: bool = False
    muted: bool = False
    parked: str = ""
    third: Third | None = None
    supervisors: tuple[Supervisor, ...] = ()
    over: bool = False

    def third_is(self, *stages: Stage) -> bool:
        """Whether there is a third party at one of these stages."""
        return self.third is not None and self.third.stage in stages

    @property
    def barging(self) -> tuple[Supervisor, ...]:
        """Supervisors who talk with everybody."""
        return tuple(s for s in self.supervisors if s.up and s.mode is Mode.BARGE)

    def supervisor(self, name: str) -> Supervisor | None:
        """The supervisor of that name, if they take part."""
        return next((s for s in self.supervisors if s.name == name), None)


def on_music(talk: Talk) -> bool:
    """Whether the caller hears music: on hold, parked, or while nobody talks with them."""
    if talk.over:
        return False
    return talk.held or talk.third_is(Stage.RINGING, Stage.CONSULT) or not _people(talk)


def hears_ringing(talk: Talk) -> bool:
    """Whether the agent hears that somebody is rung for them."""
    return bool(talk.agent) and talk.third_is(Stage.RINGING)


def hears(talk: Talk) -> frozenset[Pair]:
    """Return who hears whom. The caller on music hears nobody and is heard by nobody."""
    if talk.over:
        return frozenset()
    together = _people(talk)
    if not on_music(talk):
        together = [*together, CALLER]
    pairs = {(a, b) for a in together for b in together if a != b}
    consult = bool(talk.agent) and talk.third_is(Stage.CONSULT)
    if consult:
        pairs |= {(AGENT, THIRD), (THIRD, AGENT)}
    for one in talk.supervisors:
        if not one.up:
            continue
        if one.mode is not Mode.BARGE:
            pairs |= {(one.party, other) for other in together}
        if consult:
            pairs.add((one.party, THIRD))
        if one.mode is Mode.WHISPER and talk.agent:
            pairs.add((AGENT, one.party))
    return frozenset(pair for pair in pairs if not (talk.muted and pair[1] == AGENT))


def _people(talk: Talk) -> list[str]:
    """Who, beside the caller, talks with everybody."""
    people = [AGENT] if talk.agent else []
    if talk.third_is(Stage.JOINED):
        people.append(THIRD)
    return people + [s.party for s in talk.barging]


def shown(talk: Talk, listening: bool) -> dict[str, str]:
    """Return the fields of the live row; silent listeners only where `listening` says so."""
    third = talk.third
    consult = "" if third is None or third.stage is Stage.JOINED else third.target.name
    stage = "ringing" if talk.third_is(Stage.RINGING) else "talking"
    joined = [third.target.name] if third is not None and third.stage is Stage.JOINED else []
    watching = [
        s.name for s in talk.supervisors if s.up and (listening or s.mode is not Mode.LISTEN)
    ]
    return {
        "held": "yes" if talk.held else "",
        "muted": "yes" if talk.muted else "",
        "consult": consult,
        "consult_state": stage if consult else "",
        "conference": " ".join([*joined, *(s.name for s in talk.barging)]),
        "supervised_by": " ".join(watching),
        "parked": talk.parked,
    }
