"""A call-back as telephony and tickets hand it on: who waits for it, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a call-back stands; the first two are outstanding."""

    WAITING = "waiting"
    DIALLING = "dialling"
    DONE = "done"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


OUTSTANDING = (State.WAITING, State.DIALLING)


@dataclass(frozen=True, slots=True)
class CallBack:
    """One call-back, asked for in the call `call_id`; `number` is whom to ring (E.164).

    `since` is since when the caller has waited, which is their place. `next_at`: not before.
    """

    id: str
    call_id: str
    area: str
    number: str
    asked_at: datetime
    since: datetime
    skill: str = ""
    state: State = State.WAITING
    attempts: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `number`-th attempt of a call-back, for an agent who was reserved.

    `result` is empty while it runs; `code` is SIP's; `call_id` is the call that came of it.
    """

    call_back: str
    number: int
    agent: str
    at: datetime
    result: str = ""
    code: int = 0
    call_id: str = ""
