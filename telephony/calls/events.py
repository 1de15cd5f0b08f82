"""Events of one call and the effects its machine asks for, beside those of the dialogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ivr import events as ivr

# ---- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """The call's first record is durable: it may be answered."""


@dataclass(frozen=True, slots=True)
class CallerUp:
    """The caller hears us; `listening` is false when no recogniser is to be had.

    `known` is what the dialogue may know of the caller beforehand (`ivr.dialogue.Dialogue.start`).
    """

    listening: bool
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CallerEnded:
    """The caller's leg is over (SIP code and reason)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The dispatcher gave the call to an agent, whose browser rings now."""

    agent: str


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """The agent did not take it; the caller waits on, in the same place."""

    agent: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgentUp:
    """The agent's leg has audio."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentEnded:
    """The agent's leg is over; `lost` when the browser vanished rather than hung up."""

    agent: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Dialled:
    """An agent placed the call: the citizen has answered, and no tree leads it."""

    agent: str


@dataclass(frozen=True, slots=True)
class Handed:
    """The talk goes on with another agent; empty: with music, or with somebody `outside`."""

    agent: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Requeued:
    """The talk is over and the caller waits again; `skill` is for whom, None for as before."""

    reason: str
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The talk is over, and the call with it."""

    reason: str


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The dispatcher gives up: nobody, timeout or closed."""

    reason: str


@dataclass(frozen=True, slots=True)
class TransferUp:
    """The far end of a transfer answered."""


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The far end of a transfer is gone, or never answered (`failed`)."""

    failed: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """The service ends or a limit is reached: the call must end now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An event for the dialogue, as it came."""

    event: ivr.Event


Event = (
    Opened
    | CallerUp
    | CallerEnded
    | Offered
    | OfferFailed
    | AgentUp
    | AgentEnded
    | Dialled
    | Handed
    | Requeued
    | TalkEnded
    | WaitEnded
    | TransferUp
    | TransferEnded
    | Stop
    | Dialogue
)

# ---- effects -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerCaller:
    """Send 200."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record both directions from now on."""


@dataclass(frozen=True, slots=True)
class Write:
    """Journal a record of this kind."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Join:
    """Wait for a person: `texts` are said, then music plays.

    `front` keeps the place of a caller who was there before; `skill` is a language that the person
    must speak.
    """

    queue: str
    priority: str
    limit_ms: int
    front: bool = False
    texts: tuple[str, ...] = ()
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Wait no longer; an offer that rings is withdrawn."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Let caller and agent hear each other and follow what both say."""

    agent: str


@dataclass(frozen=True, slots=True)
class DropAgent:
    """End the agent's leg."""

    agent: str


@dataclass(frozen=True, slots=True)
class DropTransfer:
    """End the transfer's leg."""


@dataclass(frozen=True, slots=True)
class DropCaller:
    """End the caller's leg with BYE."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Close ears, recording, journal and ticket; the last effect of a call."""

    reason: str
    disposition: str


Effect = (
    AnswerCaller
    | StartRecording
    | Write
    | Join
    | Leave
    | Bridge
    | DropAgent
    | DropTransfer
    | DropCaller
    | Finish
    | ivr.Say
    | ivr.SayWaiting
    | ivr.Hush
    | ivr.Pause
    | ivr.Resume
    | ivr.Listen
    | ivr.Deafen
    | ivr.ElderBegins
    | ivr.SetTimer
    | ivr.Ask
    | ivr.FindPlace
    | ivr.FindWay
    | ivr.SendSms
    | ivr.CheckCase
    | ivr.Private
    | ivr.FindServicePlaces
    | ivr.Reread
    | ivr.BookCallBack
    | ivr.RecordMessage
    | ivr.Transfer
)
