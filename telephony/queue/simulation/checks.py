"""What must never happen in a queue, counted: the real machines are watched from outside."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.queue.agents import State
from telephony.queue.decide import Offer, may_take
from telephony.queue.floor import Floor
from telephony.queue.waiting import rank, wanted

INVARIANTS = (
    "agent_in_two_calls",
    "caller_lost",
    "caller_in_two_places",
    "offer_to_who_is_not_free",
    "offer_to_who_may_not",
    "passed_over",
    "agent_stuck",
)


class Watch:
    """Counts violations; `where` says of each call what became of it, as the outside knows it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.violations = dict.fromkeys(INVARIANTS, 0)
        self.where: dict[str, str] = {}
        self.talks: dict[str, str] = {}

    def count(self, invariant: str, wrong: bool = True) -> None:
        """Count one violation."""
        self.violations[invariant] += wrong

    def goes(self, call: str, before: Iterable[str], after: str) -> None:
        """A call goes from one of some places to another: waiting, talking, or its end."""
        self.count("caller_in_two_places", self.where.get(call, "") not in before)
        self.where[call] = after

    def takes(self, agent: str, call: str) -> None:
        """An agent begins to talk."""
        self.count("agent_in_two_calls", agent in self.talks)
        self.talks[agent] = call

    def ends(self, agent: str) -> None:
        """A talk is over."""
        self.talks.pop(agent, None)

    def offered(self, floor: Floor, offers: list[Offer], now: float) -> None:
        """Check offers against the floor on which they were decided."""
        free = {name for name, agent in floor.agents.items() if agent.free}
        kept = floor.rules.reserved(sum(agent.on_duty for agent in floor.agents.values()))
        taken = {offer.call for offer in offers}
        left = [w for w in floor.waiting.values() if not w.offered and w.call not in taken]
        for offer in offers:
            caller, agent = floor.waiting[offer.call], floor.agents[offer.agent]
            queue = floor.rules.queue(caller.queue)
            self.count("offer_to_who_is_not_free", offer.agent not in free)
            seat_kept = not caller.urgent and len(free) <= kept
            free.discard(offer.agent)
            ask = wanted(caller, queue, now - caller.joined)
            suits = may_take(agent, caller.urgent, ask) and not seat_kept
            self.count("offer_to_who_may_not", not suits)
            mine = rank(caller, floor.rules, now)
            for other in left:
                if rank(other, floor.rules, now) < mine:
                    ask = wanted(other, floor.rules.queue(other.queue), now - other.joined)
                    self.count("passed_over", may_take(agent, other.urgent, ask))

    def compare(self, floor: Floor) -> None:
        """Check that floor and outside agree on every call and every agent."""
        for call, place in self.where.items():
            self.count("caller_in_two_places", (call in floor.waiting) != (place == "waiting"))
        for agent in floor.agents.values():
            talks = self.talks.get(agent.name, "")
            self.count("agent_stuck", (agent.state is State.TALKING) != bool(talks))
            if agent.state is State.TALKING:
                self.count("agent_stuck", agent.call != talks)
            elif agent.state is State.OFFERED:
                caller = floor.waiting.get(agent.call)
                self.count("agent_stuck", caller is None or caller.offered != agent.name)

    def close(self) -> None:
        """The day is over: nobody may be left."""
        lost = sum(place in ("waiting", "talking") for place in self.where.values())
        self.violations["caller_lost"] += lost
