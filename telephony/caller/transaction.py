"""Client transactions over UDP, as pure machines (RFC 3261 sections 17.1.1 and 17.1.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from telephony.caller.message import Message, request

# RFC 3261 table 4, in seconds.
T1 = 0.5
T2 = 4.0
T4 = 5.0
TIMER_B = TIMER_F = 64 * T1
TIMER_D = 32.0


class Stage(Enum):
    """Where a transaction is. CALLING is the INVITE's name for TRYING."""

    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class TimerKind(Enum):
    """What a timer is for; the letters are those of RFC 3261 table 4."""

    RESEND = "A/E"
    GIVE_UP = "B/F"
    LINGER = "D/K"


Timer = tuple[str, str]
"""A timer's owner (a transaction's key, or a name of the dialogue's own) and its kind."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send this message to the next hop (or, with `to`, to that address)."""

    message: Message
    to: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Report `timer` after so many seconds, in place of an earlier one of the same name."""

    timer: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Deliver:
    """A response that the owner of the transaction has to act upon."""

    response: Message


@dataclass(frozen=True, slots=True)
class Expired:
    """No final response came in time: to be treated as a 408 (section 8.1.3.1)."""

    request: Message


Step = Transmit | SetTimer | StopTimer | Deliver | Expired


@dataclass(frozen=True, slots=True)
class Transaction:
    """One request on its way. `interval` is the present retransmission interval in seconds."""

    request: Message
    stage: Stage
    interval: float = T1

    @property
    def key(self) -> str:
        """What responses are matched by: branch and method (section 17.1.3)."""
        return key_of(self.request)

    def timer(self, kind: TimerKind) -> Timer:
        """The name of one of this transaction's timers."""
        return (self.key, kind.value)


def key_of(message: Message) -> str:
    """Branch and CSeq method of a request or response."""
    return f"{message.branch}/{message.cseq[1]}"


def begin(message: Message) -> tuple[Transaction, list[Step]]:
    """Start the transaction of a request: send it and set its two timers."""
    invite = message.method == "INVITE"
    made = Transaction(message, Stage.CALLING if invite else Stage.TRYING)
    return made, [
        Transmit(message),
        SetTimer(made.timer(TimerKind.RESEND), T1),
        SetTimer(made.timer(TimerKind.GIVE_UP), TIMER_B if invite else TIMER_F),
    ]


def fired(tx: Transaction, kind: str) -> tuple[Transaction, list[Step]]:
    """A timer of this transaction ran out."""
    if kind == TimerKind.LINGER.value:
        return replace(tx, stage=Stage.TERMINATED), []
    if kind == TimerKind.GIVE_UP.value:
        if tx.stage not in (Stage.CALLING, Stage.TRYING, Stage.PROCEEDING):
            return tx, []
        return replace(tx, stage=Stage.TERMINATED), [
            StopTimer(tx.timer(TimerKind.RESEND)),
            Expired(tx.request),
        ]
    if tx.stage is Stage.CALLING:
        interval = tx.interval * 2
    elif tx.stage is Stage.TRYING:
        interval = min(tx.interval * 2, T2)
    elif tx.stage is Stage.PROCEEDING and tx.request.method != "INVITE":
        interval = T2
    else:
        return tx, []
    again = replace(tx, interval=interval)
    return again, [Transmit(tx.request), SetTimer(tx.timer(TimerKind.RESEND), interval)]


def received(tx: Transaction, response: Message) -> tuple[Transaction, list[Step]]:
    """A response with this transaction's branch and method arrived."""
    if tx.request.method == "INVITE":
        return _invite_response(tx, response)
    if tx.stage not in (Stage.TRYING, Stage.PROCEEDING):
        return tx, []
    if response.status < 200:
        return replace(tx, stage=Stage.PROCEEDING), [Deliver(response)]
    return replace(tx, stage=Stage.COMPLETED), [
        *_stop(tx),
        SetTimer(tx.timer(TimerKind.LINGER), T4),
        Deliver(response),
    ]


def _invite_response(tx: Transaction, response: Message) -> tuple[Transaction, list[Step]]:
    waiting = tx.stage in (Stage.CALLING, Stage.PROCEEDING)
    if response.status >= 300 and tx.stage in (Stage.CALLING, Stage.PROCEEDING, Stage.COMPLETED):
        ack = Transmit(acknowledge(tx.request, response))
        if not waiting:
            return tx, [ack]
        linger = SetTimer(tx.timer(TimerKind.LINGER), TIMER_D)
        steps: list[Step] = [*_stop(tx), ack, linger, Deliver(response)]
        return replace(tx, stage=Stage.COMPLETED), steps
    if not waiting:
        return tx, []
    stage = Stage.PROCEEDING if response.status < 200 else Stage.TERMINATED
    return replace(tx, stage=stage), [*_stop(tx), Deliver(response)]


def _stop(tx: Transaction) -> list[Step]:
    return [StopTimer(tx.timer(TimerKind.RESEND)), StopTimer(tx.timer(TimerKind.GIVE_UP))]


def acknowledge(invite: Message, response: Message) -> Message:
    """The ACK for a final response >= 300: same branch, the response's To (section 17.1.1.3)."""
    kept = ("via", "from", "call-id", "max-forwards", "route")
    headers = [(k, v) for k, v in invite.headers if k.lower() in kept]
    headers += [("To", response.get("to")), ("CSeq", f"{invite.cseq[0]} ACK")]
    return request("ACK", invite.uri, headers)
