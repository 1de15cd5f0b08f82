"""Callers who wait and agents, as one pure machine: each function returns the floor after an event.

Nothing here does I/O: `dispatcher` carries the effects out, and `hotline simulate day` drives the
same functions. Times are seconds of one clock that only counts up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from telephony.queue import agents as machine
from telephony.queue import pauses
from telephony.queue.agents import Agent, State, Status
from telephony.queue.decide import Offer, Snapshot, anybody, decide
from telephony.queue.rules import Rules
from telephony.queue.waiting import Waiting, rank

T = TypeVar("T")
KEEP_PLACE_S = 60.0
"""Who is told that nobody came and waits again so soon has the old place."""

USUAL_HANDLING_S = 240.0
"""Talk and wrap-up, until it is known how long they take here."""

HANDLING_WEIGHT = 0.05
TICKETS_KEPT = 5_000
HEAD = 0.0
"""The place of who goes back to the head of the class."""


@dataclass(frozen=True, slots=True)
class Left:
    """The place of who left the queue at a moment, and when their waiting had begun."""

    place: float
    joined: float
    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A caller waits no longer: nobody, timeout, full or closed."""

    call: str
    reason: str


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything that decisions depend on.

    `left` keeps places by call, `talked` who spoke in a call last, `tickets` who spoke about a
    ticket last; `closed` are the queues where nobody works now; `handling_s` is the moving average
    of talk and wrap-up.
    """

    rules: Rules = field(default_factory=Rules)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    left: Mapping[str, Left] = field(default_factory=dict)
    talked: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    tickets: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    handling_s: float = USUAL_HANDLING_S

    def agent(self, name: str) -> Agent:
        """Return an agent, one who is off where nothing is known of them."""
        return self.agents.get(name) or Agent(name)


def restart(floor: Floor, agents: Mapping[str, Agent]) -> Floor:
    """Begin with agents that are known from before."""
    return replace(floor, agents=dict(agents))


# ---- callers -----------------------------------------------------------------------------------


def join(
    floor: Floor, caller: Waiting, front: bool, limit_s: float, now: float
) -> tuple[Floor, tuple[Ended, ...]]:
    """Let a caller wait up to `limit_s`; ends at once where nobody could ever come.

    Who waited in vain and now asks for something else keeps the place, and so does who waits
    already and became urgent: a phone that rings rings on. `front` is the head of the class.
    """
    before, kept = floor.waiting.get(caller.call), floor.left.get(caller.call)
    place = joined = now
    for older in (before, kept):
        if older is not None:
            place, joined = min(place, older.place), min(joined, older.joined)
    spoke = floor.talked.get(caller.call, ("", 0.0))[0]
    caller = replace(
        caller,
        place=min(place, HEAD) if front else place,
        joined=joined,
        until=now + limit_s,
        last_agent=caller.last_agent or spoke,
        ticket_agent=floor.tickets.get(caller.ticket, "") if caller.ticket else "",
        offered=before.offered if before is not None else "",
    )
    floor = replace(floor, left=_without(floor.left, caller.call))
    if not caller.offered:
        entered = front or before is not None or kept is not None
        caller, refused = _enter(floor, caller, entered)
        if not refused and not anybody(floor.agents.values(), caller, floor.rules):
            refused = "nobody"
        if refused:
            return _end(floor, caller, refused, now)
    return replace(floor, waiting={**floor.waiting, caller.call: caller}), ()


def leave(floor: Floor, call: str) -> Floor:
    """The caller waits no longer."""
    return replace(floor, waiting=_without(floor.waiting, call))


def keep_place(floor: Floor, call: str, place: float, now: float) -> Floor:
    """Give a call that is about to join the place of who has waited since `place`."""
    joined = now if place == HEAD else min(place, now)
    return replace(floor, left={**floor.left, call: Left(place, joined, now)})


def move(floor: Floor, call: str, front: bool, now: float) -> Floor:
    """Put a caller before all others who are not urgent, or behind all of their class."""
    caller = floor.waiting[call]
    if not front:
        return _put(floor, replace(caller, place=now, joined=now))
    raised = caller.priority if caller.urgent else "elder"
    same = [w.place for w in floor.waiting.values() if w.priority == raised or not w.urgent]
    return _put(floor, replace(caller, priority=raised, place=min([HEAD, *same]) - 1))


def ahead(floor: Floor, call: str, now: float) -> int | None:
    """Return how many are served before a caller; None: does not wait, or a phone rings for it."""
    caller = floor.waiting.get(call)
    if caller is None or caller.offered:
        return None
    mine = rank(caller, floor.rules, now)
    return sum(rank(w, floor.rules, now) < mine for w in floor.waiting.values() if not w.offered)


def estimate(floor: Floor, call: str, now: float) -> float:
    """Return how long a caller will wait yet (s); 0 where a phone rings or could ring at once.

    One of n agents on duty who could take the call becomes free every handling time / n.
    """
    before = ahead(floor, call, now)
    if before is None:
        return 0.0
    caller = floor.waiting[call]
    could = [a for a in floor.agents.values() if anybody((a,), caller, floor.rules)]
    behind = before + 1 - sum(agent.free for agent in could)
    return max(0, behind) * floor.handling_s / max(1, len(could))


# ---- offers and talks --------------------------------------------------------------------------


def pair(floor: Floor, now: float) -> tuple[Floor, list[Offer]]:
    """Decide, and reserve the agents."""
    callers = [caller for caller in floor.waiting.values() if not caller.offered]
    if not callers or not any(agent.free for agent in floor.agents.values()):
        return floor, []
    offers = decide(Snapshot(callers, floor.agents.values(), floor.rules), now)
    waiting, agents = dict(floor.waiting), dict(floor.agents)
    for offer in offers:
        waiting[offer.call] = replace(waiting[offer.call], offered=offer.agent)
        agents[offer.agent] = machine.offered(agents[offer.agent], offer.call, now)
    return replace(floor, waiting=waiting, agents=agents), offers


def talking(floor: Floor, agent: str, call: str, now: float) -> Floor:
    """The agent took the call."""
    caller = floor.waiting.get(call)
    floor = replace(leave(floor, call), talked={**floor.talked, call: (agent, now)})
    if caller is not None and caller.ticket:
        tickets = {**_without(floor.tickets, caller.ticket), caller.ticket: agent}
        if len(tickets) > TICKETS_KEPT:
            del tickets[next(iter(tickets))]
        floor = replace(floor, tickets=tickets)
    return _set(floor, machine.talking(floor.agent(agent), call, now), now)


def refused(floor: Floor, agent: str, call: str, reason: str, now: float) -> Floor:
    """The agent did not take it: the caller waits on in the old place, which is the head."""
    caller = floor.waiting.get(call)
    if caller is not None and caller.offered == agent:
        floor = _put(floor, replace(caller, offered=""))
    return _set(floor, machine.refused(floor.agent(agent), call, reason, now), now)


def done(floor: Floor, agent: str, call: str, now: float) -> Floor:
    """The talk is over."""
    after = machine.done(floor.agent(agent), call, now, floor.rules.wrapup_s)
    return _set(floor, after, now)


def reserve(floor: Floor, agent: str, call: str, anyhow: bool, now: float) -> tuple[Floor, bool]:
    """Keep an agent for a call that a person rings them for; says whether it is so.

    Only who is free; `anyhow`, for who asked for it themselves, whoever is in no call.
    """
    found = floor.agent(agent)
    if not machine.reservable(found, anyhow):
        return floor, False
    return _set(floor, machine.offered(found, call, now), now), True


def release(floor: Floor, agent: str, call: str, now: float) -> Floor:
    """Undo `reserve`, rung or talking: the agent is as before, without wrap-up."""
    return _set(floor, machine.released(floor.agent(agent), call, now), now)


# ---- agents ------------------------------------------------------------------------------------


def change(floor: Floor, after: Agent, now: float) -> Floor:
    """Take what became of an agent by a page or a choice of theirs."""
    return _set(floor, after, now)


def choose(floor: Floor, name: str, status: Status, pause: str, now: float) -> tuple[Floor, str]:
    """The agent wants a status; returns why a break may not begin, in Chinese, empty when it may.

    Who may not keeps the status, with the reason shown.
    """
    agent = floor.agent(name)
    why = ""
    if status is Status.BREAK and not (agent.status is status and agent.pause == pause):
        why = pauses.refusal(agent, pause, floor.agents.values(), floor.rules.pauses, now)
    after = machine.remark(agent, why) if why else machine.want(agent, status, now, pause)
    return _set(floor, after, now), why


def force(
    floor: Floor, name: str, status: Status, by: str, reason: str, now: float
) -> tuple[Floor, str]:
    """Somebody sets an agent's status; returns why it cannot be, in Chinese, empty when it is."""
    agent = floor.agents.get(name)
    if agent is None or (agent.state is State.AWAY and status is Status.READY):
        return floor, "该话务员没有打开坐席页面，请先请其登录。"
    return _set(floor, machine.force(agent, status, by, reason, now), now), ""


# ---- time --------------------------------------------------------------------------------------


def tick(
    floor: Floor, closed: frozenset[str], new_day: bool, now: float
) -> tuple[Floor, tuple[Ended, ...]]:
    """Let time pass: pages fall silent, wrap-ups and waits end, breaks are over."""
    floor = replace(floor, closed=closed)
    for agent in list(floor.agents.values()):
        after = machine.expire(machine.new_day(agent) if new_day else agent, now)
        if pauses.overdue(after, floor.rules.pauses, now):
            after = machine.remark(after, pauses.OVER)
        if after is not agent:
            floor = _set(floor, after, now)
    ended: list[Ended] = []
    for caller in list(floor.waiting.values()):
        reason = _over(floor, caller, now)
        if reason:
            floor, more = _end(floor, caller, reason, now)
            ended += more
    return replace(
        floor,
        left={call: left for call, left in floor.left.items() if now - left.at < KEEP_PLACE_S},
        talked={call: who for call, who in floor.talked.items() if _recent(floor, who, call, now)},
    ), tuple(ended)


def give_up(floor: Floor, call: str, reason: str, now: float) -> tuple[Floor, tuple[Ended, ...]]:
    """End a wait for a reason from outside; a caller who does not wait is left alone."""
    caller = floor.waiting.get(call)
    return (floor, ()) if caller is None else _end(floor, caller, reason, now)


# ---- inside ------------------------------------------------------------------------------------


def _enter(floor: Floor, caller: Waiting, entered: bool) -> tuple[Waiting, str]:
    """Return the caller in the queue that takes them, or why none does.

    Nothing keeps out who is urgent; a full queue does not keep out who was in it already.
    """
    if caller.urgent:
        return caller, ""
    seen: set[str] = set()
    queue, reason = floor.rules.queue(caller.queue), "nobody"
    while queue.name not in seen:
        seen.add(queue.name)
        if queue.name in floor.closed:
            following, reason = queue.after_hours, "closed"
        elif queue.most and not entered and _length(floor, queue.name) >= queue.most:
            following, reason = queue.overflow, "full"
        else:
            return replace(caller, queue=queue.name), ""
        if not following:
            break
        queue = floor.rules.queue(following)
    return caller, reason


def _length(floor: Floor, queue: str) -> int:
    return sum(w.queue == queue and not w.urgent for w in floor.waiting.values())


def _over(floor: Floor, caller: Waiting, now: float) -> str:
    """Why a wait is over; empty while it is not, or while a phone rings for the caller."""
    if caller.offered:
        return ""
    if now >= caller.until:
        return "timeout"
    return "" if anybody(floor.agents.values(), caller, floor.rules) else "nobody"


def _end(floor: Floor, caller: Waiting, reason: str, now: float) -> tuple[Floor, tuple[Ended, ...]]:
    left = {**floor.left, caller.call: Left(caller.place, caller.joined, now)}
    return replace(leave(floor, caller.call), left=left), (Ended(caller.call, reason),)


def _recent(floor: Floor, who: tuple[str, float], call: str, now: float) -> bool:
    name, at = who
    in_it = floor.agent(name).call == call
    return in_it or call in floor.waiting or now - at < KEEP_PLACE_S


def _put(floor: Floor, caller: Waiting) -> Floor:
    return replace(floor, waiting={**floor.waiting, caller.call: caller})


def _set(floor: Floor, after: Agent, now: float) -> Floor:
    before = floor.agents.get(after.name)
    if before is after:
        return floor
    handling = floor.handling_s
    if before is not None and before.state is State.WRAPUP and after.state is not State.WRAPUP:
        handling += (now - before.talk_since - handling) * HANDLING_WEIGHT
    return replace(floor, agents={**floor.agents, after.name: after}, handling_s=handling)


def _without(table: Mapping[str, T], key: str) -> dict[str, T]:
    return {name: value for name, value in table.items() if name != key}
