"""Who waits for a person, in which place, and why still: pure, from what the bus tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_ui.view import domestic
from agent_ui.wallboard.figures import agent_state
from core.area import name as area_name
from core.area import serves

Message = Mapping[str, Any]

CLASSES = {
    "alarm": "报警",
    "emergency": "紧急",
    "elder": "长者",
    "normal": "普通",
    "callback": "回电",
}
"""Classes of callers, first served first."""
BUSY = {"offered": "振铃", "talking": "通话", "wrapup": "整理", "break": "小休"}
LAST_DECISIONS = 30
SHOWN = ("offered", "refused", "moved")
REASONS = {
    "no answer": "振铃没有接",
    "rejected": "拒接",
    "cannot be rung": "电话打不通",
    "caller gone": "来电人已挂断",
    "pause is over": "小休超时",
}
"""Reasons as telephony tells them, of a call that was not taken or a status that was changed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the dispatcher's log (`queue.decided`): this agent for this call, and why.

    `at` is ms since 1970 or ISO 8601. `kind` is offered, refused, moved (by `who`), or another.
    """

    call: str
    agent: str
    why: str
    at: str
    kind: str = "offered"
    who: str = ""


def decision_of(message: Message) -> Decision:
    """A decision from its message on the bus; the sentence is in `why` or in `text`."""
    told = {key: str(message.get(key) or "") for key in ("call", "agent", "at", "who")}
    why = str(message.get("why") or message.get("text") or "")
    return Decision(why=why, kind=str(message.get("kind") or "offered"), **told)


def told(decision: Decision, names: Mapping[str, str]) -> str:
    """What happened, in one sentence."""
    match decision.kind:
        case "moved":
            return f"由{names.get(decision.who, decision.who)}移到最前"
        case "refused":
            reason = REASONS.get(decision.why, decision.why)
            return f"没有接：{reason}" if reason else "没有接"
    return decision.why


def class_of(row: Message) -> str:
    """The class of a caller who waits."""
    priority = str(row.get("priority", ""))
    if row.get("emergency") and priority != "alarm":
        return "emergency"
    return priority if priority in CLASSES else "normal"


def in_order(calls: Iterable[Message], front: Iterable[str] = ()) -> list[Message]:
    """The callers who wait, as they are served: by class, then who was moved to the front, then
    who has waited longest. `front` are calls in the order in which they were moved.
    """
    moved = {call: number for number, call in enumerate(front, 1)}
    classes = list(CLASSES)
    return sorted(
        (row for row in calls if row.get("state") == "queued"),
        key=lambda row: (
            classes.index(class_of(row)),
            -moved.get(str(row.get("id", "")), 0),
            str(row.get("queued_at") or row.get("started_at", "")),
            str(row.get("id", "")),
        ),
    )


def why_waiting(row: Message, agents: Iterable[Message]) -> str:
    """Why a caller is with nobody yet, in one sentence, as far as the agents' states tell."""
    language = str(row.get("language", ""))
    urgent = class_of(row) in ("alarm", "emergency")
    able = [agent for agent in agents if urgent or _may_take(agent, row, language)]
    states = Counter(agent_state(agent) for agent in able)
    whom = f"会讲{language}的话务员" if language and not urgent else "能接这个来电的话务员"
    if states["free"]:
        return "有空闲的话务员，正在派话。"
    busy = [f"{name}{states[key]}人" for key, name in BUSY.items() if states[key]]
    if busy:
        return f"{whom}都不空闲：{'、'.join(busy)}。"
    return f"没有{whom}在线。"


def queue_shown(
    calls: Iterable[Message],
    agents: Iterable[Message],
    decisions: Iterable[Decision],
    front: Iterable[str],
    area: str,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """What the queue page of an area shows: `rows`, first served first, and the last `decisions`.

    A place counts all callers who wait, also those of other areas.
    """
    calls, agents = list(calls), list(agents)
    front, decisions = list(front), list(decisions)
    known = {str(row.get("id", "")): str(row.get("area", "")) for row in calls}
    refused = _refusals(decisions, names)
    rows = [
        {
            "call": str(row.get("id", "")),
            "place": place,
            "class": class_of(row),
            "class_name": CLASSES[class_of(row)],
            "caller": domestic(str(row.get("caller", ""))) or "无号码",
            "area_name": area_name(str(row.get("area", ""))),
            "since": str(row.get("queued_at") or row.get("started_at", "")),
            "skills": str(row.get("language", "")) or "普通话",
            "heard": str(row.get("heard", "")),
            "why": why_waiting(row, agents),
            "tried": refused.get(str(row.get("id", "")), ""),
            "moved": str(row.get("id", "")) in front,
        }
        for place, row in enumerate(in_order(calls, front), 1)
        if serves(area, str(row.get("area", "")))
    ]
    shown = [
        {
            "call": each.call,
            "agent_name": names.get(each.agent, each.agent),
            "why": told(each, names),
            "at": each.at,
        }
        for each in reversed(decisions)
        if each.kind in SHOWN and each.call in known and serves(area, known[each.call])
    ]
    return {"rows": rows, "decisions": shown[:LAST_DECISIONS]}


def _refusals(decisions: Iterable[Decision], names: Mapping[str, str]) -> dict[str, str]:
    """Whom a caller who waits was given before."""
    found: dict[str, list[str]] = {}
    for each in decisions:
        whom = found.setdefault(each.call, [])
        if (
            each.kind == "offered"
            and each.agent
            and (name := names.get(each.agent, each.agent)) not in whom
        ):
            whom.append(name)
    return {call: "、".join(whom) for call, whom in found.items() if whom}


def _may_take(agent: Message, row: Message, language: str) -> bool:
    area = str(agent.get("area", ""))
    able = not language or language in str(agent.get("skills", "")).split()
    return able and (not area or serves(area, str(row.get("area", ""))))
