"""What becomes of a text message: a pure machine over attempts and receipts.

```
queued → sent → delivered | failed        a receipt may overtake the answer to its attempt
   ↘ refused, failed
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.sms.port import Accepted, Outcome, Refused, Unavailable


class Status(StrEnum):
    """Where a text message is."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"


NOT_MOBILE, CAPPED = "number", "cap"
"""Our own reasons to refuse a text; `tickets.labels` has their words."""

BACKOFF_S = (5, 15, 60, 300, 900, 3600, 3600)
"""How long after each attempt the next one is made; after one more the text has failed."""

LONGEST_WAIT_S = 3600


@dataclass(frozen=True, slots=True)
class State:
    """What a decision depends on; `attempts` includes the one that has just been made."""

    status: Status
    attempts: int = 0
    reason: str = ""
    reference: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway's word on whether a text reached its phone."""

    delivered: bool
    reason: str = ""


def step(state: State, event: Outcome | Receipt, now: datetime) -> State:
    """Return the state after the outcome of an attempt, or a receipt. Never raises."""
    match event:
        case Receipt(delivered, reason):
            return _receipt(state, delivered, reason)
        case Accepted(reference):
            # After a receipt only the reference is news.
            late = state.status is not Status.QUEUED
            status = state.status if late else Status.SENT
            return State(status, state.attempts, state.reason if late else "", reference)
        case _ if state.status is not Status.QUEUED:
            return state
        case Refused(reason):
            return State(Status.REFUSED, state.attempts, reason, state.reference)
        case Unavailable(reason, retry_s):
            if state.attempts > len(BACKOFF_S):
                return State(Status.FAILED, state.attempts, reason, state.reference)
            wait_s = max(BACKOFF_S[max(0, state.attempts - 1)], min(retry_s, LONGEST_WAIT_S))
            due_at = now + timedelta(seconds=wait_s)
            return State(Status.QUEUED, state.attempts, reason, state.reference, due_at)


def _receipt(state: State, delivered: bool, reason: str) -> State:
    """One that says delivered is believed whatever came before; a failure only before it."""
    if delivered:
        return State(Status.DELIVERED, state.attempts, "", state.reference)
    if state.status in (Status.DELIVERED, Status.REFUSED):
        return state
    return State(Status.FAILED, state.attempts, reason, state.reference)
