"""What a call needs from other rooms; `hotline.py` hands it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred, succeed

from asr.port import Recogniser
from asr.second_reader.port import SecondReader
from core.clock import Now, Timing
from core.record import Record
from ivr import events as ivr
from ivr.voice.port import Prompts
from telephony.calls.machine import CallMachine
from telephony.calls.recording import RecordingFolder
from telephony.sip.geolocation import position
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


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks the way: the area of the call, the caller's number, and where their device is.

    The number is empty where it is withheld or not known, `position` latitude and longitude in
    degrees (WGS-84) where the device says them.
    """

    area: str = ""
    number: str = ""
    position: tuple[float, float] | None = None


def asker_of(invitation: Invitation, area: str) -> Asker:
    """Return who asks when this call asks the way."""
    number = "" if invitation.withheld else invitation.caller
    return Asker(area, number, position(invitation.geolocation))


Guide = Callable[[ivr.FindPlace | ivr.FindWay, Asker], ivr.PlacesFound | ivr.WayFound]
"""Finds a place or a way for a call. Blocking: for a thread."""


def no_guide(asked: ivr.FindPlace | ivr.FindWay, asker: Asker) -> ivr.PlacesFound | ivr.WayFound:
    """Find nothing: no places are loaded."""
    return ivr.PlacesFound("unavailable")


class WaitingRoom(Protocol):
    """The queue, as a call sees it."""

    def join(
        self, waiting: Waiter, priority: str, limit_ms: int, front: bool, skill: str = ""
    ) -> None:
        """Wait for a person, with a `skill` for one who has it.

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


class Waiter(Protocol):
    """A call that waits for a person."""

    @property
    def call_id(self) -> str:
        """Which call."""

    @property
    def area(self) -> str:
        """GB/T 2260 code of the call."""

    def offer(self, agent: str) -> None:
        """An agent is reserved: ring them."""

    def wait_ended(self, reason: str) -> None:
        """nobody, timeout or closed."""


def known_of(invitation: Invitation) -> frozenset[str]:
    """Return what the dialogue may know of a caller from the INVITE: `number`, `position`.

    The number unless it is withheld, the position where the device says one.
    """
    known = {"number"} if invitation.caller and not invitation.withheld else set()
    return frozenset(known | ({"position"} if position(invitation.geolocation) else set()))


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
    ask: Callable[[str, str], Reply]
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
    second: SecondReader | None = None
    """Reads utterances again that the recogniser was unsure of."""
    known: Callable[[Invitation], frozenset[str]] = known_of
    """What is known of a caller when the call begins (`ivr.dialogue.Dialogue.start`)."""
    recall: Callable[[Invitation], Deferred[frozenset[str]]] = nothing_recalled
    """What the caller's record adds to it; the call does not wait for a record that is slow."""
    slow: Prompts | None = None
    """The prompts of elder mode; without them it speaks at the usual pace."""
