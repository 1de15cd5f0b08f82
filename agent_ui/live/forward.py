"""What of the bus reaches which page: pure, so that rights are tested without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent_ui.roles import Permission, Role, may
from agent_ui.view import CALL_STATES, STATES, STATUS, domestic
from core.area import name as area_name
from core.area import serves
from tickets.labels import label

Message = dict[str, Any]

TALK = ("held", "muted", "consult", "consult_state", "conference", "supervised_by", "parked")
"""What a row says of a talk with a person; empty when it is not so."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and at what: `watching` is the call whose words they follow, `own` their call."""

    name: str
    role: Role | str
    area: str
    watching: str = ""
    own: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What pages call nodes of the tree, agents, and breaks; one without a name shows its id."""

    nodes: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    pauses: Mapping[str, str] = field(default_factory=dict)


def sees_call(viewer: Viewer, row: Message) -> bool:
    """Whether a running call is in the viewer's area, or is theirs wherever it comes from."""
    if not may(viewer.role, Permission.LIVE):
        return False
    mine = row.get("agent") == viewer.name or row.get("id") == viewer.own
    return mine or serves(viewer.area, str(row.get("area", "")))


def sees_agent(viewer: Viewer, agent: Message) -> bool:
    """Whether a colleague is in the viewer's area; everybody sees themselves."""
    if agent.get("agent") == viewer.name:
        return True
    return may(viewer.role, Permission.LIVE) and serves(viewer.area, str(agent.get("area", "")))


def call_shown(row: Message, names: Names) -> Message:
    """A running call as pages show it: with its words in Chinese."""
    state, topic = str(row.get("state", "")), str(row.get("topic", ""))
    area, node, agent = (str(row.get(key, "")) for key in ("area", "node_name", "agent"))
    return {
        "id": str(row.get("id", "")),
        "state": state,
        "state_name": CALL_STATES.get(state, state),
        "area": area,
        "area_name": area_name(area),
        "node": str(row.get("node", "")),
        "node_name": names.nodes.get(node, node),
        "caller": domestic(str(row.get("caller", ""))),
        "called": str(row.get("called", "")),
        "started_at": str(row.get("started_at", "")),
        "heard": str(row.get("heard", "")),
        "agent": agent,
        "agent_name": names.agents.get(agent, agent),
        "topic": label("intent", topic),
        "emergency": bool(row.get("emergency")),
        "language": str(row.get("language", "")),
        **{key: str(row.get(key) or "") for key in TALK},
    }


def agent_shown(agent: Message, names: Names) -> Message:
    """An agent as pages show them."""
    name, status, state = (str(agent.get(key, "")) for key in ("agent", "status", "state"))
    pause = str(agent.get("pause") or "")
    return {
        "agent": name,
        "agent_name": names.agents.get(name, name),
        "status": status,
        "status_name": STATUS.get(status, status),
        "state": state,
        "state_name": STATES.get(state, state),
        "call": str(agent.get("call", "")),
        "reason": str(agent.get("reason", "")),
        "pause": pause,
        "pause_name": names.pauses.get(pause, pause),
        "since": _ms(agent.get("since")),
        "wrapup_until": _ms(agent.get("wrapup_until")),
        "forced_by": str(agent.get("forced_by") or ""),
    }


def _ms(value: Any) -> int:
    """A moment (epoch ms) of a record; 0 where there is none."""
    try:
        return int(float(value or 0))
    except (TypeError, ValueError):
        return 0


def line_shown(line: Message) -> Message:
    """A piece of a live transcript as pages show it."""
    speaker = str(line.get("speaker", ""))
    return {
        "id": str(line.get("id", "")),
        "speaker": speaker,
        "speaker_name": label("speaker", speaker),
        "start_ms": int(line.get("start_ms", 0)),
        "end_ms": int(line.get("end_ms", 0)),
        "text": str(line.get("text", "")),
        "final": bool(line.get("final")),
    }


def forward(
    topic: str, message: Message, viewer: Viewer, call: Message, names: Names
) -> Message | None:
    """What a page gets of one bus message; None: nothing.

    `call` is the running call that the message is about, empty when it is about none.
    """
    match topic:
        case "call.changed":
            shown = call_shown(message, names) if sees_call(viewer, message) else None
            return shown and {"type": topic, "call": shown}
        case "call.gone":
            return {"type": topic, "id": str(message.get("id", ""))}
        case "call.line":
            watched = viewer.watching != "" and viewer.watching == message.get("id")
            if watched and call and sees_call(viewer, call):
                return {"type": topic, "line": line_shown(message)}
        case "agent.state":
            if sees_agent(viewer, message):
                return {"type": topic, "agent": agent_shown(message, names)}
        case "ticket.changed":
            if viewer.watching != "" and viewer.watching == message.get("call"):
                return {"type": topic, "number": str(message.get("number", ""))}
        case "missed.changed":
            return {"type": topic} if may(viewer.role, Permission.TICKETS) else None
        case "ticket.note":
            if viewer.watching != "" and viewer.watching == message.get("call"):
                by = str(message.get("by", ""))
                keys = ("number", "field", "version")
                told = {key: message.get(key, "") for key in keys}
                return {"type": topic, **told, "by": by, "by_name": names.agents.get(by, by)}
    return None
