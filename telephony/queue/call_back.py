"""One call-back as a pure machine: an agent is reserved, the citizen is rung, at most three times.

```
waiting → dialling → done | waiting (again) | unreached      either → cancelled
```
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.call_back import OUTSTANDING, CallBack, State

MOST_ATTEMPTS = 3

ANSWERED, BUSY, NO_ANSWER, DECLINED = "answered", "busy", "no_answer", "declined"
UNREACHABLE, FORBIDDEN, INTERRUPTED = "unreachable", "forbidden", "interrupted"
CANCELLED = "cancelled"

RESULTS = {486: BUSY, 600: BUSY, 408: NO_ANSWER, 480: NO_ANSWER, 487: NO_ANSWER, 603: DECLINED,
           607: DECLINED, 403: FORBIDDEN}  # fmt: skip
"""What a SIP code means (RFC 3261, 21; 607 Unwanted: RFC 8197); any other one: UNREACHABLE."""

AGAIN_AFTER = {
    BUSY: timedelta(minutes=2),
    NO_ANSWER: timedelta(minutes=5),
    DECLINED: timedelta(minutes=10),
    UNREACHABLE: timedelta(minutes=5),
    INTERRUPTED: timedelta(minutes=1),
}
"""How long after an attempt the next one may come; a result that is not here ends it."""

FROM_HOUR, TO_HOUR = 8, 21
EXPECTED = timedelta(hours=1)
"""Outside these hours nobody's telephone rings but that of who asked so shortly before."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """The place has come to the head, and an agent is reserved."""

    agent: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The citizen took the call."""


@dataclass(frozen=True, slots=True)
class Failed:
    """They did not (SIP code)."""

    code: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """The service came back, and nobody knows what became of an attempt."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The caller waits on the line again, talks with somebody, or wants another number."""


Event = Reserved | Answered | Failed | Restarted | Cancel


@dataclass(frozen=True, slots=True)
class Dial:
    """Write that the attempt begins, then ring the citizen."""

    agent: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write what the running attempt came to."""

    result: str
    code: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """Let the reserved agent go, without blame."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Stop ringing."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Give the place in the queue up, for now or for good."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Join the queue again, in the old place, once `next_at` has come."""


Effect = Dial | Note | Release | HangUp | Leave | Wait


def step(back: CallBack, event: Event, now: datetime) -> tuple[CallBack, tuple[Effect, ...]]:
    """Return the call-back after an event and what to do, in order."""
    match event:
        case Reserved(agent) if back.state is State.WAITING:
            dialling = replace(back, state=State.DIALLING, attempts=back.attempts + 1, next_at=None)
            return dialling, (Dial(agent),)
        case Reserved():
            return back, (Release(), Leave())
        case Answered() if back.state is State.DIALLING:
            return replace(back, state=State.DONE), (Note(ANSWERED, 200),)
        case Answered():
            return back, (HangUp(),)
        case Failed(code) if back.state is State.DIALLING:
            result = RESULTS.get(code, UNREACHABLE)
            after, effects = _again(back, result, now)
            return after, (Note(result, code), Release(), Leave(), *effects)
        case Restarted() if back.state is State.DIALLING:
            after, effects = _again(back, INTERRUPTED, now)
            return after, (Note(INTERRUPTED), *effects)
        case Restarted() if back.state is State.WAITING:
            return back, (Wait(),)
        case Cancel() if back.state is State.DIALLING:
            gone = replace(back, state=State.CANCELLED)
            return gone, (HangUp(), Note(CANCELLED), Release(), Leave())
        case Cancel() if back.state is State.WAITING:
            return replace(back, state=State.CANCELLED), (Leave(),)
    return back, ()


def outstanding(back: CallBack) -> bool:
    """Whether the citizen is still to be rung."""
    return back.state in OUTSTANDING


def may_ring(asked_at: datetime, now: datetime) -> bool:
    """Whether it is a decent hour to ring who asked at `asked_at`; both in the authority's zone."""
    return FROM_HOUR <= now.hour < TO_HOUR or now - asked_at <= EXPECTED


def _again(back: CallBack, result: str, now: datetime) -> tuple[CallBack, tuple[Effect, ...]]:
    if result not in AGAIN_AFTER or back.attempts >= MOST_ATTEMPTS:
        return replace(back, state=State.UNREACHED), ()
    return replace(back, state=State.WAITING, next_at=now + AGAIN_AFTER[result]), (Wait(),)
