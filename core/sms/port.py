"""The port through which text messages (短信) leave the house, and what a call is told of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from twisted.internet.defer import Deferred


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text message: `id` is its idempotency key, `number` E.164, `parts` what it is billed as.

    However often the same `id` is handed over, it is sent once.
    """

    id: str
    number: str
    text: str
    parts: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is on its way; `reference` is the gateway's own name for it."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be sent: the same message again would be refused again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody knows, or not now: try again, after `retry_s` at the earliest."""

    reason: str
    retry_s: float = 0.0


Outcome = Accepted | Refused | Unavailable


class Sms(Protocol):
    """A way to send text messages."""

    def send(self, message: Outgoing) -> Deferred[Outcome]:
        """Hand a message over. The Deferred always fires with an outcome, on the reactor thread."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a call hears of a text that it asked for.

    `sent`: the gateway has it. `queued`: it is kept and will be sent. `capped`: the number has had
    its `cap` of today. `refused`: this number gets none. `unavailable`: it cannot be kept now.
    """

    status: Literal["sent", "queued", "capped", "refused", "unavailable"]
    cap: int = 0
