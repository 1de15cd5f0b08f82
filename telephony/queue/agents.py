"""An agent as a pure machine: the status they want, the state that is so, never mixed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum

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


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent; `since` is when the state began (s), `reason` why the status was changed.

    `skills` are languages they speak beside Mandarin. `vanished`: the last page went in
    mid-talk, and is likely to come back.
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

    @property
    def free(self) -> bool:
        """May be offered a call now."""
        return self.status is Status.READY and self.state is State.IDLE

    @property
    def on_duty(self) -> bool:
        """Free now, after the talk they are in, or when their page comes back."""
        return self.status is Status.READY and (self.state is not State.AWAY or self.vanished)

    def public(self) -> dict[str, str]:
        """What console and Redis show."""
        return {
            "agent": self.name,
            "area": self.area,
            "status": self.status.value,
            "state": self.state.value,
            "call": self.call,
            "reason": self.reason,
            "skills": " ".join(self.skills),
        }

    def to_json(self) -> str:
        """Return the record kept in Redis; open pages are not kept, they say hello again."""
        return json.dumps(self.public(), ensure_ascii=False)


def hello(
    agent: Agent, tab: str, area: str, now: float, skills: tuple[str, ...] | None = None
) -> Agent:
    """A page of the agent is open; `skills` as they are now, None for as they were."""
    skills = agent.skills if skills is None else skills
    agent = _seen(replace(agent, area=area or agent.area, skills=skills), tab, now)
    if agent.state is State.AWAY:
        return replace(agent, state=State.IDLE, since=now, vanished=False)
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
    if agent.state is State.WRAPUP and now - agent.since >= WRAPUP_S:
        return wrapped_up(agent, now)
    if agent.vanished and now - agent.since >= RETURN_S:
        return replace(agent, vanished=False)
    return agent


def want(agent: Agent, status: Status) -> Agent:
    """The agent chose a status."""
    return replace(agent, status=status, reason="")


def offered(agent: Agent, call: str, now: float) -> Agent:
    """Reserve the agent for a call."""
    return replace(agent, state=State.OFFERED, call=call, since=now)


def talking(agent: Agent, call: str, now: float) -> Agent:
    """The agent took the call."""
    if agent.call != call:
        return agent
    return replace(agent, state=State.TALKING, since=now)


def refused(agent: Agent, call: str, reason: str, now: float) -> Agent:
    """The call did not reach the agent; who let it ring or rejected it goes on break."""
    if agent.call != call or agent.state is not State.OFFERED:
        return agent
    agent = replace(agent, call="", since=now, state=State.IDLE if agent.tabs else State.AWAY)
    if reason in ("caller gone", "call is gone"):
        return agent
    return replace(agent, status=Status.BREAK, reason=reason)


def done(agent: Agent, call: str, now: float) -> Agent:
    """The talk is over; nobody wraps up where no page is left."""
    if agent.call != call:
        return agent
    if not agent.tabs:
        return replace(agent, state=State.AWAY, call="", since=now, vanished=True)
    return replace(agent, state=State.WRAPUP, since=now)


def reservable(agent: Agent, anyhow: bool) -> bool:
    """Whether a call may ring the agent past the queue.

    `anyhow`: they asked for it themselves, also a supervisor whose page takes no calls.
    """
    return agent.free or (anyhow and agent.state not in (State.OFFERED, State.TALKING))


def released(agent: Agent, call: str, now: float) -> Agent:
    """A call that rang them past the queue is over for them; there is nothing to wrap up."""
    if agent.call != call or agent.state not in (State.OFFERED, State.TALKING):
        return agent
    return replace(agent, state=State.IDLE if agent.tabs else State.AWAY, call="", since=now)


def wrapped_up(agent: Agent, now: float) -> Agent:
    """The agent finished the wrap-up, or its time is over."""
    if agent.state is not State.WRAPUP:
        return agent
    return replace(agent, state=State.IDLE if agent.tabs else State.AWAY, call="", since=now)


def _seen(agent: Agent, tab: str, now: float) -> Agent:
    others = tuple(t for t in agent.tabs if t[0] != tab)
    return replace(agent, tabs=(*others, (tab, now)))


def _without(agent: Agent, tabs: tuple[tuple[str, float], ...], now: float) -> Agent:
    agent = replace(agent, tabs=tabs)
    if not tabs and agent.state in (State.IDLE, State.WRAPUP):
        # The ticket stays open for its wrap-up; nobody is at the page.
        return replace(agent, state=State.AWAY, call="", since=now)
    return agent


def restored(text: str) -> Agent | None:
    """Return an agent from what `to_json` wrote, away until a page says hello; None for junk."""
    try:
        kept = json.loads(text)
        name, status = str(kept["agent"]), Status(kept["status"])
        area, skills = str(kept.get("area", "")), str(kept.get("skills", ""))
        return Agent(name, area, status, skills=tuple(skills.split()))
    except (ValueError, KeyError, TypeError):
        return None
