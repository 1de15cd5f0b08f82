"""What the console sees of a running call: a row in Redis and events on the bus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from core import waits
from core.crypto import mask_number
from telephony.calls.machine import CallState

TALK = ("held", "muted", "consult", "consult_state", "conference", "supervised_by", "parked")
"""What `telephony.calls.parties.shown` says of a talk."""

Publish = Callable[[str, dict[str, Any]], None]


class LiveRow:
    """One call's row; published when it changes."""

    def __init__(self, row: dict[str, Any], publish: Publish) -> None:
        """Take the first row (id, node, area, caller, called, started_at) and where it goes."""
        self._row = {
            **row,
            "caller": mask_number(row["caller"]),
            "state": "ringing",
            "node_name": "",
            "heard": "",
            "agent": "",
            "topic": "",
            "ticket": "",
            "emergency": False,
            "language": "",
            **dict.fromkeys(TALK, ""),
            "queued_at": "",
            "wait_ended_at": "",
            "wait_end": "",
            "priority": "",
        }
        self._publish = publish
        self._wait: waits.Wait | None = None
        self._over = False
        self._send()

    @property
    def row(self) -> dict[str, Any]:
        """The row as it stands."""
        return dict(self._row)

    def phase(self, state: CallState) -> None:
        """Show the call's phase, agent and urgency."""
        if state.phase.value == "ended":
            return
        self._set(
            state="queued" if state.phase.value == "offered" else state.phase.value,
            agent=state.agent,
            emergency=state.emergency,
        )

    def record(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        """Show what a journal record says."""
        self._waits(kind, data, at)
        if kind == "node":
            self._set(node_name=data["name"])
        elif kind == "note" and data["key"] in ("topic", "intent"):
            self._set(topic=data["value"])
        elif kind == "note" and data["key"] == "language":
            self._set(language=data["value"])

    def talk(self, fields: dict[str, str]) -> None:
        """Show who is held, consulted, joined or parked."""
        self._set(**fields)

    def ticket(self, number: str) -> None:
        """Show the ticket's number."""
        self._set(ticket=number)

    def line(
        self,
        speaker: str,
        text: str,
        start_ms: int,
        end_ms: int,
        final: bool,
        words: Sequence[Sequence[Any]] = (),
    ) -> None:
        """Show what is being said; `words` are [text, start_ms, end_ms, confidence]."""
        self._publish(
            "call.line",
            {
                "id": self._row["id"],
                "speaker": speaker,
                "start_ms": start_ms,
                "end_ms": end_ms,
                "text": text,
                "words": [list(word) for word in words],
                "final": final,
            },
        )
        if final and text and speaker == "caller":
            self._set(heard=text)

    def gone(self) -> None:
        """The call is over; whatever is still learnt of it changes no row."""
        self._over = True
        wait = {key: self._row[key] for key in ("queued_at", "wait_ended_at", "wait_end")}
        self._publish("call.gone", {"id": self._row["id"], **wait})

    def _waits(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        """Show since when the caller waits for a person, or how the last wait ended."""
        if kind == "queued":
            self._row["priority"] = str(data.get("priority", ""))
        before, self._wait = self._wait, waits.step(self._wait, kind, at)
        if self._wait is not None and self._wait != before:
            ended = self._wait.until.isoformat() if self._wait.until else ""
            since = self._wait.since.isoformat()
            self._set(queued_at=since, wait_ended_at=ended, wait_end=self._wait.end)

    def _set(self, **values: Any) -> None:
        if self._over:
            # The row would stay on the live page for ever.
            return
        if any(self._row[key] != value for key, value in values.items()):
            self._row.update(values)
            self._send()

    def _send(self) -> None:
        self._publish("call.changed", dict(self._row))
