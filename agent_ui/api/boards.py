"""/api/v1/wallboard, /queue and /agents: what supervisors see, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from agent_ui.accounts.login import Who
from agent_ui.api.routes import FAILS
from agent_ui.guard import program_needs
from agent_ui.roles import Permission
from agent_ui.wallboard.figures import FORMULA, agent_state
from core.area import serves

router = APIRouter(prefix="/api/v1", responses=FAILS)


class ServiceLevel(BaseModel):
    """How waits for a person ended."""

    share: float | None = Field(description="in_time over all that ended, 0..1; null for none.")
    in_time: int = Field(description="Answered by a person within 15 s.")
    answered: int = Field(description="Answered by a person.")
    abandoned: int = Field(description="The caller hung up.")
    unanswered: int = Field(description="Nobody came, or the caller left a message instead.")


class TrunkLoad(BaseModel):
    """Calls on a trunk."""

    node: str
    name: str
    calls: int
    limit: int


class RecogniserLoad(BaseModel):
    """How busy speech recognition is."""

    known: bool = Field(description="False before a node has told.")
    up: bool
    streams: int = Field(description="Legs being listened to.")
    load: float = Field(description="Audio that waits, as a share of what is left out; 0..1.")


class Wallboard(BaseModel):
    """The figures of this moment, for the token's area."""

    waiting: int
    longest_since: str = Field(description="When the longest wait began (UTC); empty for none.")
    calls: int
    with_machine: int
    talking: int
    emergencies: int
    emergencies_alone: int = Field(description="Emergencies without a person yet.")
    emergency_since: str = Field(description="When the oldest emergency call came (UTC).")
    now: ServiceLevel = Field(description="Waits that ended within 30 minutes.")
    today: ServiceLevel = Field(description="Waits that ended today.")
    agents: dict[str, int] = Field(
        description="How many are free, offered, talking, wrapup, break and away."
    )
    overdue: int = Field(description="Missed calls not returned within 15 minutes.")
    overdue_since: str = Field(description="Since when the oldest is overdue (UTC).")
    trunks: list[TrunkLoad]
    recogniser: RecogniserLoad
    devices_offline: int | None = Field(description="null: no devices are registered.")
    formula: str = Field(description="How the service level is computed, in Chinese.")


class Waiting(BaseModel):
    """A caller who waits for a person."""

    call: str = Field(description="Id of the call.")
    place: int = Field(description="1 is served next; counts callers of all areas.")
    priority: str = Field(description="alarm, emergency, elder, normal or callback.")
    caller: str = Field(description="Number, masked.")
    since: str = Field(description="When the wait began (UTC).")
    skills: str = Field(description="Language that is asked for.")
    why: str = Field(description="Why nobody has taken the call yet, in Chinese.")
    tried: str = Field(description="Agents it was given to before.")


class Decided(BaseModel):
    """One decision of the dispatcher."""

    call: str
    agent: str
    why: str
    at: str


class Queue(BaseModel):
    """Callers who wait, first served first, and the last decisions, newest first."""

    waiting: list[Waiting]
    decisions: list[Decided]


class AgentNow(BaseModel):
    """An agent as of now."""

    agent: str = Field(description="Login name.")
    name: str
    area: str = Field(description="GB/T 2260 code.")
    doing: str = Field(description="free, offered, talking, wrapup, break or away.")
    status: str = Field(description="What the agent wants: ready, break or off.")
    pause: str = Field(description="Reason of a break, by its key.")
    since: datetime | None = Field(description="When the state began (UTC), where known.")
    call: str = Field(description="Id of their call.")
    skills: list[str]
    reason: str = Field(description="Why the status was changed.")


class Agents(BaseModel):
    """The agents of the token's area."""

    agents: list[AgentNow]


@router.get("/wallboard", tags=["boards"])
async def get_wallboard(
    request: Request, who: Annotated[Who, program_needs(Permission.WALLBOARD)]
) -> Wallboard:
    """The wallboard's figures."""
    return Wallboard(**request.app.state.boards.figures(who.area), formula=FORMULA)


@router.get("/queue", tags=["boards"])
async def get_queue(
    request: Request, who: Annotated[Who, program_needs(Permission.QUEUE)]
) -> Queue:
    """Who waits, in order, and why."""
    shown = request.app.state.boards.queue(who.area)
    rows = [Waiting(**{**row, "priority": row["class"]}) for row in shown["rows"]]
    told = [Decided(**{**each, "agent": each["agent_name"]}) for each in shown["decisions"]]
    return Queue(waiting=rows, decisions=told)


@router.get("/agents", tags=["boards"])
async def get_agents(
    request: Request, who: Annotated[Who, program_needs(Permission.AGENT_DAYS)]
) -> Agents:
    """What agents are doing now."""
    names = request.app.state.hub.names
    rows = request.app.state.boards.agents()
    seen = [row for row in rows if serves(who.area, str(row.get("area", "")))]
    seen.sort(key=lambda row: str(row.get("agent", "")))
    return Agents(agents=[_agent(row, names) for row in seen])


def _agent(row: Mapping[str, Any], names: Mapping[str, str]) -> AgentNow:
    name, since = str(row.get("agent", "")), str(row.get("since") or "")
    at = datetime.fromtimestamp(int(since) / 1000, UTC) if since.isdigit() else None
    return AgentNow(
        agent=name,
        name=names.get(name, name),
        doing=agent_state(row),
        since=at,
        skills=str(row.get("skills", "")).split(),
        **{key: str(row.get(key, "")) for key in ("area", "status", "pause", "call", "reason")},
    )
