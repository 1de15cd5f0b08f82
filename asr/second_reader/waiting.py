"""Who is read next, who is not read at all, and when a dead process is tried again.

Pure: `step(state, event, now) -> (state, effects)`; `now` in seconds of a clock that only goes up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from asr.second_reader.config import SecondReaderSettings


class Worker(Enum):
    """What the process is doing."""

    LOADING = "loading"
    IDLE = "idle"
    BUSY = "busy"
    RESTING = "resting"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Job:
    """An utterance that waits; after `deadline` nobody wants its reading."""

    number: int
    deadline: float


@dataclass(frozen=True, slots=True)
class State:
    """`pace` is how long a reading takes (s); `running` was sent at `since`."""

    worker: Worker
    pace: float
    fault: str = ""
    waiting: tuple[Job, ...] = ()
    running: Job | None = None
    since: float = 0.0
    failures: int = 0


# ---- events


@dataclass(frozen=True, slots=True)
class Asked:
    """An utterance is to be read."""

    job: Job


@dataclass(frozen=True, slots=True)
class Expired:
    """The job's deadline has come, or its caller does not want it any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The process has loaded the model."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The process has read what it was sent."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The process died, hung or could not load."""

    why: str


@dataclass(frozen=True, slots=True)
class Rested:
    """The rest after a failure is over."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The service ends."""


Event = Asked | Expired | Loaded | Answered | Failed | Rested | Stopped

# ---- effects


@dataclass(frozen=True, slots=True)
class Load:
    """Start the process."""


@dataclass(frozen=True, slots=True)
class Send:
    """Give the job's audio to the process."""

    number: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Give None for the job and forget its audio."""

    number: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Send `Rested` after so many seconds."""

    seconds: float


Effect = Load | Send | Drop | Rest

# How much the newest reading counts in the pace.
_NEWEST = 0.3


def initial(settings: SecondReaderSettings, fault: str = "") -> tuple[State, list[Effect]]:
    """The state at start; with a `fault` no process is ever started."""
    if fault:
        return State(Worker.OVER, settings.pace_s, fault), []
    return State(Worker.LOADING, settings.pace_s, "the second reader is still being loaded"), [
        Load()
    ]


def step(
    state: State, event: Event, now: float, settings: SecondReaderSettings
) -> tuple[State, list[Effect]]:
    """What follows from an event. An event that does not fit the state changes nothing."""
    match event:
        case Asked(job):
            return _asked(state, job, now, settings)
        case Expired(number):
            return _expired(state, number)
        case Loaded() if state.worker is Worker.LOADING:
            return replace(state, worker=Worker.IDLE, fault=""), []
        case Answered() if state.worker is Worker.BUSY:
            pace = state.pace + _NEWEST * (now - state.since - state.pace)
            free = replace(state, worker=Worker.IDLE, running=None, pace=pace, failures=0)
            return _next(free, now)
        case Failed(why) if state.worker not in (Worker.OVER, Worker.RESTING):
            rest = min(settings.first_rest_s * 2**state.failures, settings.longest_rest_s)
            empty, drops = _emptied(state)
            worker, failures = Worker.RESTING, min(state.failures + 1, 30)
            return replace(empty, worker=worker, fault=why, failures=failures), [*drops, Rest(rest)]
        case Rested() if state.worker is Worker.RESTING:
            return replace(state, worker=Worker.LOADING), [Load()]
        case Stopped():
            empty, drops = _emptied(state)
            return replace(empty, worker=Worker.OVER, fault="the second reader was stopped"), drops
    return state, []


def _asked(
    state: State, job: Job, now: float, settings: SecondReaderSettings
) -> tuple[State, list[Effect]]:
    if state.worker is Worker.IDLE and job.deadline > now:
        # Tried however slow the last one was, or one slow reading would end all.
        return replace(state, worker=Worker.BUSY, running=job, since=now), [Send(job.number)]
    if state.worker is not Worker.BUSY or len(state.waiting) >= settings.most_waiting:
        return state, [Drop(job.number)]
    left = max(0.0, state.since + state.pace - now)
    if now + left + (len(state.waiting) + 1) * state.pace > job.deadline:
        return state, [Drop(job.number)]
    return replace(state, waiting=(*state.waiting, job)), []


def _expired(state: State, number: int) -> tuple[State, list[Effect]]:
    if state.running and state.running.number == number:
        # The process cannot be interrupted; it goes on and its answer is for nobody.
        return replace(state, running=None), [Drop(number)]
    left = tuple(job for job in state.waiting if job.number != number)
    if len(left) == len(state.waiting):
        return state, []
    return replace(state, waiting=left), [Drop(number)]


def _next(state: State, now: float) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    waiting = list(state.waiting)
    while waiting:
        job = waiting.pop(0)
        if job.deadline > now:
            busy = replace(state, worker=Worker.BUSY, running=job, since=now)
            return replace(busy, waiting=tuple(waiting)), [*effects, Send(job.number)]
        effects.append(Drop(job.number))
    return replace(state, waiting=()), effects


def _emptied(state: State) -> tuple[State, list[Effect]]:
    jobs = [*([state.running] if state.running else []), *state.waiting]
    return replace(state, running=None, waiting=()), [Drop(job.number) for job in jobs]
