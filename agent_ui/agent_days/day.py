"""An agent's day as a line: stretches of what they did, and how long of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent_ui.wallboard.figures import AWAY, agent_state

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PauseKind:
    """A kind of break: what it is called, and how many minutes of it a day are allowed (0: any)."""

    title: str
    minutes: float = 0


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on an agent was doing this; fields as of `AgentChange`."""

    agent: str
    at: datetime
    doing: str
    area: str = ""
    pause: str = ""
    call: str = ""
    by: str = ""
    reason: str = ""

    @property
    def what(self) -> tuple[str, ...]:
        """What makes it another stretch of the line."""
        return (self.doing, self.pause, self.call, self.by)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was done from `start` to `end`."""

    start: datetime
    end: datetime
    doing: str
    pause: str = ""
    by: str = ""
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.end - self.start).total_seconds()


def change_of(message: Message, at: datetime) -> Change:
    """What an `agent.state` message tells, heard at a moment."""
    doing = agent_state(message)
    text = {key: str(message.get(key) or "") for key in ("area", "pause", "call", "reason")}
    if doing != "break":
        text["pause"] = ""
    by = str(message.get("forced_by") or "")
    return Change(str(message.get("agent", "")), at, doing, by=by, **text)


def line(changes: Iterable[Change], start: datetime, end: datetime) -> list[Stretch]:
    """One agent's changes, in the order of their time, as stretches within start..end.

    Stretches follow one another without gap or overlap; the first begins with the first change, or
    at `start` when something was known before.
    """
    found: list[Stretch] = []
    before: Change | None = None
    for change in [*changes, None]:
        if change is not None and before is not None and change.what == before.what:
            continue
        if before is not None:
            first, last = max(before.at, start), min(change.at if change else end, end)
            if last > first:
                told = (before.doing, before.pause, before.by, before.reason)
                found.append(Stretch(first, last, *told))
        before = change
    return found


def sums(stretches: Iterable[Stretch]) -> dict[str, float]:
    """Seconds of each thing done; pauses also by `break:KEY`. Being away is not counted."""
    total: dict[str, float] = {}
    for each in stretches:
        if each.doing == AWAY:
            continue
        total[each.doing] = total.get(each.doing, 0.0) + each.seconds
        if each.pause:
            key = f"{each.doing}:{each.pause}"
            total[key] = total.get(key, 0.0) + each.seconds
    return total
