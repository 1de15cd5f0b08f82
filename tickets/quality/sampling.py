"""Which calls are drawn to be scored. Pure: the same calls give the same draw, in any order."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a call was drawn."""

    COMPLAINT = "complaint"
    LONG_WAIT = "long_wait"
    RANDOM = "random"


REASONS = {Why.COMPLAINT: "投诉", Why.LONG_WAIT: "等候过长", Why.RANDOM: "随机"}


@dataclass(frozen=True, slots=True)
class Sampling:
    """The rules: a share of each agent's calls of a week, and which are drawn in any case."""

    share: float
    at_least: int
    complaints: bool
    long_wait_s: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that an agent took: its ticket's id, and how long the caller waited for a person."""

    ticket: int
    agent: str
    complaint: bool
    waited_s: float


def draw(
    week: str, calls: Iterable[Candidate], drawn: Mapping[int, Why], rules: Sampling
) -> dict[int, Why]:
    """What to draw beside what was `drawn` already, of all calls of a week.

    By chance means by a hash of week and ticket: nobody can choose, and a second draw in the same
    week only adds what later calls ask for.
    """
    new: dict[int, Why] = {}
    by_agent: dict[str, list[Candidate]] = defaultdict(list)
    for call in calls:
        by_agent[call.agent].append(call)
        reason = _in_any_case(call, rules)
        if reason is not None and call.ticket not in drawn:
            new[call.ticket] = reason
    for of_agent in by_agent.values():
        # 1e-9: a share of 0.07 of 100 calls is 7, whatever floats make of it.
        wanted = max(rules.at_least, math.ceil(rules.share * len(of_agent) - 1e-9))
        have = sum(drawn.get(call.ticket) is Why.RANDOM for call in of_agent)
        left = [call for call in of_agent if call.ticket not in drawn and call.ticket not in new]
        left.sort(key=lambda call: _lot(week, call.ticket))
        new |= {call.ticket: Why.RANDOM for call in left[: max(0, wanted - have)]}
    return new


def _in_any_case(call: Candidate, rules: Sampling) -> Why | None:
    if call.complaint and rules.complaints:
        return Why.COMPLAINT
    return Why.LONG_WAIT if call.waited_s > rules.long_wait_s else None


def _lot(week: str, ticket: int) -> bytes:
    return hashlib.sha256(f"{week} {ticket}".encode()).digest()
