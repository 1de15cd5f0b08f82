"""One journal record: what happened to a call, in a form that survives a spool file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """`seq` counts up per call from 0; `data` holds JSON values only. Kinds and their data:

    opened: area trunk node sip_call_id caller withheld called diversion invite
    answered: -    node: name    digit: digit    note: key value
    said / heard: speaker start_ms end_ms text confidence words
    queued: queue priority    offered: agent    connected: agent    left: agent
    refused: agent reason    waited: reason    transferred: -
    leaving (a message begins): -    message: seconds
    recording: state path started_at duration_ms bytes sha256 fault
    way: mode from to metres duration_s line summary steps (knowledge.places.kept)
    speech: state (live, keypad)    ended: reason disposition    recovered: reason disposition
    """

    call_id: str
    seq: int
    at: datetime
    kind: str
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return one line of JSON, in ASCII: it must come through a file whatever a caller sent."""
        return json.dumps([self.call_id, self.seq, self.at.isoformat(), self.kind, self.data])

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Read what `to_json` wrote. Raises ValueError on a torn or foreign line."""
        try:
            call_id, seq, at, kind, data = json.loads(line)
            return cls(str(call_id), int(seq), datetime.fromisoformat(at), str(kind), dict(data))
        except (TypeError, KeyError) as error:
            raise ValueError(f"not a journal record: {line[:80]}") from error
