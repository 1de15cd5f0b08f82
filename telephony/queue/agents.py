"""An agent as a pure machine: the status they want, the state that is so, never mixed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

WRAPUP_S = 60.0
HEARTBEAT_S = 10.0
RETURN_S = 60.0
"""Callers wait so long for an agent whose browser vanished in mid-talk."""


class Status(Enum):
    """What the agent wants."""

    READY = "ready"
    BREAK = "break"
    OFF = "off"


class State(Enum):
    """What is so. AWAY: no browser page is open."""

    AWAY = "away"
    IDLE = "idle"
    OFFERED = "offered"
    TALKING = "talking"
    WRAPUP = "wrapup"


WITH_CALLERS = (State.OFFERED, State.TALKING, State.WRAPUP)


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent; `since` is when what is so began (s), `reason` why the status was changed.

    `skills` are what they can beside Mandarin, each `NAME` or `NAME:LEVEL`. `vanished`: the last
    page went in mid-talk, and is likely to come back. `pause` is the kind of a break, `forced_by`
    who set the status in the agent's stead. `busy_s` and `idle_s` are seconds with callers and
    seconds ready for them, `used` the seconds of today by kind of break.
    """

    name: str
    area: str = ""
    status: Status = Status.OFF
    state: State = State.AWAY
    call: str = ""
    since: float = 0.0
    reason: str = ""
    tabs: tuple[tuple[str, float], ...] = ()
    vanished: bool = False
    skills: tuple[str, ...] = ()
    pause: str = ""
    forced_by: str = ""
    wrapup_until: float = 0.0
    talk_since: float = 0.0
    busy_s: float = 0.0
    idle_s: float = 0.0
    used: tuple[tuple[str, float], ...] = ()

    @property
    def free(self) -> bool:
        """May be offered a call now."""
        return self.status is Status.READY and self.state is State.IDLE

    @property
    def on_duty(self) -> bool:
        """Free now, after the talk they are in, or when their page comes back."""
        return self.status is Status.READY and (self.state is not State.AWAY or self.vanished)

    @property
    def occupancy(self) -> float:
        """The share of their time on duty that was spent with callers."""
        return self.busy_s / (self.busy_s + self.idle_s) if self.busy_s else 0.0

    def public(self, epoch: float = 0.0) -> dict[str, Any]:
        """What console and Redis show; `epoch` makes seconds of this clock seconds since 1970."""
        return {
            "agent": self.name,
            "area": self.area,
            "status": self.status.value,
            "state": self.state.value,
            "call": self.call,
            "reason": self.reason,
            "skills": " ".join(self.skills),
            "pause": self.pause,
            "since": round((self.since + epoch) * 1000),
            "wrapup_until": (
                round((self.wrapup_until + epoch) * 1000) if self.state is State.WRAPUP else 0
            ),
            "forced_by": self.forced_by,
        }

    def to_json(self, epoch: float = 0.0) -> str:
        """Return the record kept in Redis; open pages are not kept, they say hello again."""
        return json.dumps({**self.public(epoch), "used": dict(self.used)}, ensure_ascii=False)


def hello(
    agent: Agent, tab: str, area: str, now: float, skills: tuple[str, ...] | None = None
) -> Agent:
    """A page of the agent is open; `skills` as they are now, None for as they were."""
    skills = agent.skills if skills is None else skills
    agent = _seen(replace(agent, area=area or agent.area, skills=skills), tab, now)
    if agent.state is State.AWAY:
        return _enter(agent, State.IDLE, now, vanished=False)
    return agent


def heartbeat(agent: Agent, tab: str, now: float) -> Agent:
    """A page is still open, or is there again after it was silent for too long."""
    return hello(agent, tab, "", now)


def bye(agent: Agent, tab: str, now: float) -> Agent:
    """A page was closed; without any page an idle agent is away."""
    return _without(agent, tuple(t for t in agent.tabs if t[0] != tab), now)


def expire(agent: Agent, now: float) -> Agent:
    """Forget pages that fell silent, and end a wrap-up that took too long."""
    kept = tuple(t for t in agent.tabs if now - t[1] <= HEARTBEAT_S)
    if len(kept) != len(agent.tabs):
        agent = _without(agent, kept, now)
    if agent.state is State.WRAPUP and now >= agent.wrapup_until:
        return wrapped_up(agent, now)
    if agent.vanished and now - agent.since >= RETURN_S:
        return replace(agent, vanished=False)
    return agent


def want(agent: Agent, status: Status, now: float, pause: str = "") -> Agent:
    """The agent chose a status; `pause` is the kind of a break."""
    agent = _counted(agent, now)
    pause = pause if status is Status.BREAK else ""
    return replace(agent, status=status, reason="", pause=pause, forced_by="")


def force(agent: Agent, status: Status, by: str, reason: str, now: float) -> Agent:
    """Somebody else set the status, with a reason; a talk goes on and a phone rings on."""
    return replace(want(agent, status, now), forced_by=by, reason=reason)


def remark(agent: Agent, reason: str) -> Agent:
    """Show a reason beside a status that stays as it is."""
    return replace(agent, reason=reason)


def pause_used(agent: Agent, pause: str, now: float) -> float:
    """Return the seconds of today spent on one kind of break, the running one included."""
    running = now - agent.since if _pausing(agent) and agent.pause == pause else 0.0
    return dict(agent.used).get(pause, 0.0) + running


def new_day(agent: Agent) -> Agent:
    """Begin to count breaks anew."""
    return replace(agent, used=())


def offered(agent: Agent, call: str, now: float) -> Agent:
    """Reserve the agent for a call."""
    return _enter(agent, State.OFFERED, now, call=call)


def talking(agent: Agent, call: str, now: float) -> Agent:
    """The agent took the call."""
    if agent.call != call:
        return agent
    return _enter(agent, State.TALKING, now, talk_since=now)


def refused(agent: Agent, call: str, reason: str, now: float) -> Agent:
    """The call did not reach the agent; who let it ring or rejected it goes on break."""
    if agent.call != call or agent.state is not State.OFFERED:
        return agent
    agent = _enter(agent, State.IDLE if agent.tabs else State.AWAY, now, call="")
    if reason in ("caller gone", "call is gone"):
        return agent
    return replace(agent, status=Status.BREAK, reason=reason, pause="", forced_by="")


def done(agent: Agent, call: str, now: float, wrapup_s: float = WRAPUP_S) -> Agent:
    """The talk is over; nobody wraps up where no page is left."""
    if agent.call != call:
        return agent
    if not agent.tabs:
        return _enter(agent, State.AWAY, now, call="", vanished=True)
    return _enter(agent, State.WRAPUP, now, wrapup_until=now + wrapup_s)


def released(agent: Agent, call: str, now: float) -> Agent:
    """The agent has no more to do with a call that they were reserved for, and nothing to write."""
    if agent.call != call or agent.state not in (State.OFFERED, State.TALKING):
        return agent
    return _enter(agent, State.IDLE if agent.tabs else State.AWAY, now, call="")


def reservable(agent: Agent, anyhow: bool) -> bool:
    """Whether a call may ring the agent past the queue.

    `anyhow`: they asked for it themselves, also a supervisor whose page takes no calls.
    """
    return agent.free or (anyhow and agent.state not in (State.OFFERED, State.TALKING))


def wrapped_up(agent: Agent, now: float) -> Agent:
    """The agent finished the wrap-up, or its time is over."""
    if agent.state is not State.WRAPUP:
        return agent
    return _enter(agent, State.IDLE if agent.tabs else State.AWAY, now, call="")


def _enter(agent: Agent, state: State, now: float, **changes: Any) -> Agent:
    return replace(_counted(agent, now, always=True), state=state, **changes)


def _counted(agent: Agent, now: float, always: bool = False) -> Agent:
    """Put the time since the last change where it belongs, and begin anew.

    A status chosen in the middle of a talk does not end the talk's time, unless `always`.
    """
    spent = max(0.0, now - agent.since)
    if agent.state in WITH_CALLERS:
        return replace(agent, busy_s=agent.busy_s + spent, since=now) if always else agent
    if agent.free:
        agent = replace(agent, idle_s=agent.idle_s + spent)
    elif _pausing(agent) and agent.pause:
        used = {**dict(agent.used), agent.pause: dict(agent.used).get(agent.pause, 0.0) + spent}
        agent = replace(agent, used=tuple(sorted(used.items())))
    return replace(agent, since=now)


def _pausing(agent: Agent) -> bool:
    return agent.status is Status.BREAK and agent.state in (State.IDLE, State.AWAY)


def _seen(agent: Agent, tab: str, now: float) -> Agent:
    others = tuple(t for t in agent.tabs if t[0] != tab)
    return replace(agent, tabs=(*others, (tab, now)))


def _without(agent: Agent, tabs: tuple[tuple[str, float], ...], now: float) -> Agent:
    agent = replace(agent, tabs=tabs)
    if not tabs and agent.state in (State.IDLE, State.WRAPUP):
        # The ticket stays open for its wrap-up; nobody is at the page.
        return _enter(agent, State.AWAY, now, call="")
    return agent


def restored(text: str, now: float = 0.0) -> Agent | None:
    """Return an agent from what `to_json` wrote, away until a page says hello; None for junk."""
    try:
        kept = json.loads(text)
        used = {str(key): float(seconds) for key, seconds in kept.get("used", {}).items()}
        return Agent(
            str(kept["agent"]),
            str(kept.get("area", "")),
            Status(kept["status"]),
            since=now,
            reason=str(kept.get("reason", "")),
            skills=tuple(str(kept.get("skills", "")).split()),
            pause=str(kept.get("pause", "")),
            forced_by=str(kept.get("forced_by", "")),
            used=tuple(sorted(used.items())),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
