"""Events that reach a call, effects that it asks for, and the working copy that one step edits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from telephony.caller import transaction
from telephony.caller.dialog import Call, Phase, build
from telephony.caller.message import Message
from telephony.caller.sdp import FarMedia
from telephony.caller.transaction import (
    Deliver,
    Expired,
    SetTimer,
    Stage,
    StopTimer,
    Timer,
    Transmit,
)

# ---- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dial:
    """Send the INVITE."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call: CANCEL before the answer, BYE after it."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A well-formed message came from `source`."""

    message: Message
    source: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer asked for by SetTimer ran out."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class PressInfo:
    """Send one digit as SIP INFO (application/dtmf-relay), `ms` long."""

    digit: str
    ms: int = 160


@dataclass(frozen=True, slots=True)
class Reoffer:
    """Send a re-INVITE with this direction: sendonly holds the far end, sendrecv resumes."""

    direction: str


Event = Dial | HangUp | Arrived | Fired | PressInfo | Reoffer

# ---- effects -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """A provisional response above 100 came, each code once."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Media:
    """Send and expect audio like this from now on."""

    far: FarMedia
    direction: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The 200 came and its ACK is sent."""

    response: Message


@dataclass(frozen=True, slots=True)
class InfoDone:
    """The far end's final answer to a PressInfo; 408 when none came."""

    code: int


@dataclass(frozen=True, slots=True)
class FarInfo:
    """The far end sent an INFO with this body."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Over:
    """The call has ended; sent exactly once. `by` is "us" or "far"; `code` the SIP code of it."""

    code: int
    reason: str
    by: str
    retry_after: str = ""


Effect = Transmit | SetTimer | StopTimer | Progress | Media | Answered | InfoDone | FarInfo | Over


@dataclass(slots=True)
class Turn:
    """One step under way: the call as it becomes, and the effects in order."""

    call: Call
    effects: list[Effect] = field(default_factory=list)
    inbox: list[Deliver | Expired] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        """Change fields of the call."""
        self.call = replace(self.call, **changes)

    def add(self, *effects: Effect) -> None:
        """Ask for effects."""
        self.effects += effects

    def send(
        self,
        method: str,
        extra: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        kind: str = "application/sdp",
    ) -> Message:
        """Build a request and start its transaction; returns the request."""
        self.call, message = build(self.call, method, extra, body, kind)
        self.start(message)
        return message

    def start(self, message: Message) -> None:
        """Start the transaction of a request that is already built."""
        tx, steps = transaction.begin(message)
        self.put(tx, steps)

    def put(self, tx: transaction.Transaction, steps: list[transaction.Step]) -> None:
        """Keep a transaction after one of its steps and carry the step's results on."""
        kept = dict(self.call.transactions)
        kept[tx.key] = tx
        if tx.stage is Stage.TERMINATED:
            del kept[tx.key]
        self.set(transactions=kept)
        for step in steps:
            if isinstance(step, Deliver | Expired):
                self.inbox.append(step)
            else:
                self.add(step)

    def over(self, code: int, reason: str, by: str, retry_after: str = "") -> None:
        """End the call, once."""
        if self.call.phase is Phase.ENDED:
            return
        self.set(phase=Phase.ENDED)
        for name in ("ok", "giveup", "refresh", "expire", "cancel"):
            self.add(StopTimer(("dialog", name)))
        self.add(Over(code, reason, by, retry_after))
