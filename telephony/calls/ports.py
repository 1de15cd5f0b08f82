"""What a call needs from other rooms; `hotline.py` hands it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred, succeed

from asr.port import Recogniser
from asr.second_reader.port import SecondReader
from core.clock import Now, Timing
from core.record import Record
from core.sms.numbers import mobile
from core.sms.port import Told
from ivr import events as ivr
from ivr.voice.port import Prompts
from telephony.calls.machine import CallMachine
from telephony.calls.parking import Slots
from telephony.calls.recording import RecordingFolder
from telephony.sip.geolocation import position
from telephony.sip.outgoing import Outgoing
from telephony.sip.port import Invitation, Line


class Writer(Protocol):
    """The journal."""

    def write(self, record: Record) -> Deferred[None]:
        """Queue a record; fires once it is durable."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The knowledge room's reply and which version of the article it was."""

    answered: ivr.Answered
    version: int = 0


Sought = ivr.FindPlace | ivr.FindWay | ivr.FindServicePlaces
Showing = ivr.PlacesFound | ivr.WayFound | ivr.ServicePlacesFound


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who asks the way: the area of the call, the caller's number, and where their device is.

    The number is empty where it is withheld or not known, `position` latitude and longitude in
    degrees (WGS-84) where the device says them.
    """

    area: str = ""
    number: str = ""
    position: tuple[float, float] | None = None


def asker_of(invitation: Invitation, area: str) -> Seeker:
    """Return who asks when this call asks the way."""
    number = "" if invitation.withheld else invitation.caller
    return Seeker(area, number, position(invitation.geolocation))


Guide = Callable[[Sought, Seeker], Showing]
"""Finds places, a way or service places for a call. Blocking: for a thread."""


def no_guide(asked: Sought, asker: Seeker) -> Showing:
    """Find nothing: no places are loaded."""
    return ivr.PlacesFound("unavailable")


class Texts(Protocol):
    """Where a call has text messages sent."""

    @property
    def fault(self) -> str:
        """Why texts do not get through at present; empty when they do."""

    def text(self, call_id: str, number: str, text: str) -> Deferred[Told]:
        """Keep a text to a number and send it; fires with what the caller is told."""


class CaseAnswer(Protocol):
    """What a caller is told of a case: see `ivr.events.CaseSeen`."""

    @property
    def decision(self) -> str:
        """One of ready, told, refused, locked and unavailable."""

    @property
    def number(self) -> str:
        """The case's own number."""

    @property
    def matter(self) -> str:
        """What it is about."""

    @property
    def status(self) -> str:
        """Where it stands."""

    @property
    def more(self) -> tuple[str, ...]:
        """Sentences that say more."""


class CaseDesk(Protocol):
    """Looks up cases for callers. Its methods block: for a thread."""

    def ready(self, call: str, caller: str) -> CaseAnswer:
        """Say whether this caller can be told anything now."""

    def check(self, call: str, caller: str, digits: str, last_four: str, born: str) -> CaseAnswer:
        """Check who asks for the case with these digits, and tell."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call in the queue stands: how many are ahead, and the estimated wait (s)."""

    ahead: int
    wait_s: float | None = None


class CallQueue(Protocol):
    """The queue as calls, and what stands between them and the dispatcher, use it."""

    def join(
        self,
        waiting: Waiter,
        priority: str,
        limit_ms: int,
        front: bool,
        skill: str = "",
        *,
        queue: str = "",
        needs: tuple[str, ...] = (),
        ticket: str = "",
        last_agent: str = "",
    ) -> None:
        """Wait for a person, with a `skill` for one who has it.

        `priority` is alarm, emergency, elder, normal or callback; `queue` a queue of the queues
        file, empty for the general one; `needs` further skills, each `NAME` or `NAME:LEVEL`;
        `ticket` the number of the ticket that the talk is about, `last_agent` who spoke with this
        caller last: both are preferred where the queue says so, never waited for.

        The waiter's `offer` or `wait_ended` is called.
        """

    def leave(self, call_id: str) -> None:
        """Wait no longer."""

    def talking(self, agent: str, call_id: str) -> None:
        """The agent took the call."""

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        """The agent did not take it: rejected, no answer, or lost."""

    def done(self, agent: str, call_id: str) -> None:
        """The talk is over; the agent goes to wrap-up."""

    def reserve(self, agent: str, call_id: str, anyhow: bool = False) -> bool:
        """Keep an agent for a call that a person rings them for; says whether it is so.

        Only who is free now; `anyhow`, for who asked for it themselves, whoever is in no call.
        """

    def release(self, agent: str, call_id: str) -> None:
        """Undo `reserve`, rung or talking: the agent is as before, without wrap-up."""


class WaitingRoom(CallQueue, Protocol):
    """The queue, as a call sees it."""

    def standing(self, call_id: str) -> Standing | None:
        """Where a call stands; None: it does not wait, or a phone rings for it."""


class Waiter(Protocol):
    """A call that waits for a person."""

    @property
    def call_id(self) -> str:
        """Which call."""

    @property
    def area(self) -> str:
        """GB/T 2260 code of the call."""

    @property
    def number(self) -> str:
        """The caller's own number; empty where it is withheld or not known."""

    def offer(self, agent: str) -> None:
        """An agent is reserved: ring them."""

    def wait_ended(self, reason: str) -> None:
        """nobody, timeout or closed."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A call-back that a caller asks for: of which call, to which number, with which skill.

    `own` is the number that they phone from, empty where it is withheld.
    """

    call_id: str
    area: str
    number: str
    own: str = ""
    skill: str = ""


class CallBacks(Protocol):
    """Where calls book call-backs."""

    @property
    def able(self) -> bool:
        """Whether any can be made."""

    def book(self, wanted: Booking) -> Deferred[str]:
        """Book one in the place of its call; fires with a status of `ivr.events.CallBackBooked`."""


def known_of(invitation: Invitation) -> frozenset[str]:
    """Return what the dialogue may know of a caller from the INVITE.

    `number` unless it is withheld, `mobile` where it takes texts, `position` where the device says
    one.
    """
    known = {"position"} if position(invitation.geolocation) else set()
    if invitation.caller and not invitation.withheld:
        known |= {"number", "mobile"} if mobile(invitation.caller) else {"number"}
    return frozenset(known)


def nothing_recalled(invitation: Invitation) -> Deferred[frozenset[str]]:
    """Return the record of nobody."""
    return succeed(frozenset())


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a call works with; one set per node."""

    machine: CallMachine
    line: Line
    journal: Writer
    prompts: Prompts
    recogniser: Recogniser
    ask: Callable[[ivr.Ask, str], Reply]
    """Answers a question (without `otherwise`) of a call from an area."""
    people: WaitingRoom
    recordings: RecordingFolder
    publish: Callable[[str, dict[str, Any]], None]
    reactor: Timing
    now: Now
    run_in_thread: Callable[..., Deferred[Any]]
    to_zone: Callable[[datetime], datetime]
    hold_music: Path
    beep: Path
    transfer_targets: frozenset[str]
    transcribe: Callable[[], bool]
    """Whether one more stream may be recognised now, beyond those that lead dialogues."""
    guide: Guide = no_guide
    cases: CaseDesk | None = None
    """Without it a person looks cases up."""
    second: SecondReader | None = None
    """Reads utterances again that the recogniser was unsure of."""
    known: Callable[[Invitation], frozenset[str]] = known_of
    """What is known of a caller when the call begins (`ivr.dialogue.Dialogue.start`)."""
    recall: Callable[[Invitation], Deferred[frozenset[str]]] = nothing_recalled
    """What the caller's record adds to it; the call does not wait for a record that is slow."""
    texts: Texts | None = None
    """Sends text messages; without it the line offers none."""
    call_backs: CallBacks | None = None
    """Calls callers back; without it the line offers it to nobody."""
    slow: Prompts | None = None
    """The prompts of elder mode; without them it speaks at the usual pace."""
    ringback: Path = field(kw_only=True)
    """What an agent hears while somebody is rung for them."""
    outgoing: Outgoing = field(kw_only=True)
    """Dials numbers."""
    slots: Slots = field(default_factory=Slots)
    """Where callers are parked."""
    desk_phones: Mapping[str, str] = field(default_factory=dict)
    """SIP URIs of agents who have a telephone instead of the browser."""
    park_limit_s: float = 180.0
    show_listeners: bool = True
    """Whether agents see who listens to their call."""
    is_alarm: Callable[[Invitation], bool] = lambda invitation: False
    """Whether a call is an alarm's voice leg or of a red key: no limit, no notice, no menu."""
    signal_of: Callable[[Invitation], str] = lambda invitation: ""
    """Connects a call to its alarm; what its record says of device and signal."""
