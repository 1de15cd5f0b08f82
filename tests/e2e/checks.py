"""What must be true of every call once it is over."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.e2e.citizen import Citizen
from tests.e2e.service import Service

NEEDS_NOBODY = ("machine", "abandoned")


async def proper_end(service: Service, citizen: Citizen, disposition: str) -> dict[str, Any]:
    """One ticket, closed or waiting for somebody, with a whole recording; returns it."""
    result = await citizen.over()
    ticket = await service.ticket(citizen.number)
    call = await service.call(ticket)
    story = f"{citizen.number}: {ticket['path']}, {[e['kind'] for e in call['events']]}"
    assert ticket["disposition"] == disposition, story
    assert ticket["state"] == ("closed" if disposition in NEEDS_NOBODY else "open"), story
    assert call["state"] == "ended" and call["ended_at"], story
    assert [e["kind"] for e in call["events"]].count("ended") == 1, story
    if result.answered:
        await whole_recording(service, ticket)
    else:
        assert ticket["recording"]["state"] == "none", story
    return ticket


async def whole_recording(service: Service, ticket: dict[str, Any]) -> float:
    """The recording is what the ticket says of it; returns its length (s)."""
    facts = ticket["recording"]
    reader, content = await service.recording(ticket["call"])
    assert hashlib.sha256(content).hexdigest() == facts["sha256"]
    assert len(content) == facts["bytes"]
    assert (reader.getnchannels(), reader.getframerate()) == (2, 8000)
    seconds = reader.getnframes() / 8000
    assert abs(seconds * 1000 - facts["duration_ms"]) <= 1
    return seconds
