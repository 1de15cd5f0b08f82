"""A call's recording from its first frame to what the journal says became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from telephony.calls.ports import Parts
from telephony.calls.recording import NothingRecorded, Saved
from telephony.sip.port import Leg


class CallRecording:
    """Records one call's leg, and writes down that it does and how it ended."""

    log = Logger()

    def __init__(
        self, call_id: str, leg: Leg, parts: Parts, write: Callable[[str, dict[str, Any]], Any]
    ) -> None:
        """`write(kind, data)` journals."""
        self._call_id, self._leg, self._parts, self._write = call_id, leg, parts, write
        self._begun = False
        self._fault = ""

    def start(self) -> bool:
        """Record from now on; says whether it is so. Without it the call goes on."""
        if not self._parts.recordings.has_room():
            self._fault = "the disk is full"
            return False
        said, heard = self._parts.recordings.live(self._call_id)
        try:
            self._leg.record(said, heard)
        except OSError as error:
            self.log.error("call {id} is not recorded: {e}", id=self._call_id, e=error)
            self._fault = f"the recording cannot be made: {error}"
            return False
        self._begun = True
        started = self._parts.now().isoformat()
        self._write("recording", {"state": "running", "started_at": started})
        return True

    def stop(self, fault: str) -> None:
        """End it before the call ends."""
        if self._begun and not self._fault:
            self._fault = fault
            self._leg.stop_recording()

    def close(self) -> Deferred[None]:
        """Join the call's files in a thread and write down what became of them; never fails.

        Files that cannot be joined are kept as they are. A call that ended with its answer has no
        recording, and that is no fault.
        """

        def joined(data: dict[str, Any] | Failure) -> None:
            if isinstance(data, Failure):
                data = {"state": "failed", "fault": data.getErrorMessage()}
            self._write("recording", data)

        return self._join().addBoth(joined)

    def _join(self) -> Deferred[dict[str, Any]]:
        if not self._begun:
            return succeed({"state": "none", "fault": self._fault or "the call was never answered"})
        started = self._parts.to_zone(self._parts.now())
        save = self._parts.recordings.save
        joined: Deferred[Saved] = self._parts.run_in_thread(save, self._call_id, started)
        return joined.addCallbacks(lambda saved: saved_data(saved, self._fault), _none)


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
