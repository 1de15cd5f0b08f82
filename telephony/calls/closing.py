"""Ends a call's recording and says what became of it, as the journal wants it."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from telephony.calls.ports import Parts
from telephony.calls.recording import NothingRecorded, Saved


def close_recording(
    parts: Parts, call_id: str, was_recorded: bool, fault: str
) -> Deferred[dict[str, Any]]:
    """Join the call's files in a thread; fires with the data of a `recording` record.

    Fails with RecordingFault when the files cannot be joined; they are then kept as they are.
    A call that ended with its answer has no recording, and that is no fault.
    """
    if not was_recorded:
        return succeed({"state": "none", "fault": fault or "the call was never answered"})
    started = parts.to_zone(parts.now())
    joined: Deferred[Saved] = parts.run_in_thread(parts.recordings.save, call_id, started)
    return joined.addCallbacks(lambda saved: saved_data(saved, fault), _none)


def _none(failure: Failure) -> dict[str, Any]:
    failure.trap(NothingRecorded)
    return {"state": "none", "fault": failure.getErrorMessage()}


def saved_data(saved: Saved, fault: str, state: str = "complete") -> dict[str, Any]:
    """Return the data of a `recording` record; a fault makes it a partial one."""
    return {
        "state": "partial" if fault else state,
        "path": saved.path,
        "duration_ms": saved.duration_ms,
        "bytes": saved.bytes,
        "sha256": saved.sha256,
        "fault": fault,
    }
