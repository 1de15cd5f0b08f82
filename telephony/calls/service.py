"""All calls of this node: opens them, counts them, and ends them when the service must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from core.clock import DelayedCall, stop_timer
from core.record import Record
from ivr.waiting import CALLED_BACK
from telephony.calls.live import LiveRow
from telephony.calls.machine import Phase
from telephony.calls.ports import Parts
from telephony.calls.session import CallSession
from telephony.sip.port import Invitation, Leg

RETRY_AFTER_S = 10
LOOK_AGAIN_S = 60.0


class Calls:
    """Takes new legs from the line; one session each."""

    log = Logger()

    def __init__(
        self,
        parts: Parts,
        node: str,
        area_of: Callable[[Invitation], str],
        new_id: Callable[[], str],
        max_call_s: float,
        ticket_of: Callable[[str], Deferred[str]],
        number: str = "12349",
    ) -> None:
        """`area_of` gives the GB/T 2260 code of a call, `new_id` 32 hex digits never used before.

        `ticket_of` looks up the number of a call's ticket; `number` is the hotline's own.
        """
        self._parts, self._node, self._area_of = parts, node, area_of
        self._new_id, self._max_call_s = new_id, max_call_s
        self._ticket_of, self._number = ticket_of, number
        self._sessions: dict[str, CallSession] = {}
        self._rows: dict[str, LiveRow] = {}
        self._limits: dict[str, DelayedCall] = {}
        self._draining = False
        self._empty: list[Deferred[None]] = []

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def draining(self) -> bool:
        """Whether new calls are refused."""
        return self._draining

    def rows(self) -> Mapping[str, dict[str, Any]]:
        """The live rows by call, for the console's snapshot."""
        return {call: row.row for call, row in self._rows.items()}

    def on_call(self, leg: Leg, invitation: Invitation) -> None:
        """Open a call for a new incoming leg: it rings, journal and ticket, then the answer."""
        if self._draining and not self._parts.is_alarm(invitation):
            leg.refuse(503, RETRY_AFTER_S)
            return
        area = self._area_of(invitation)
        session, live = self._open(self._new_id(), area, leg, invitation)
        leg.ring()
        self._recall(session, invitation)
        self._write_opening(session, invitation).addCallback(lambda _: self._begin(session, live))

    def called_back(
        self, leg: Leg, call_id: str, area: str, number: str, agent: str, trunk: str = ""
    ) -> Deferred[None]:
        """Make a call of a leg by which a citizen was called back, and has answered.

        It begins in the queue, where `agent` is reserved for it. Fires when its first record is
        durable.
        """
        invitation = Invitation("", "", trunk, number, "", self._number)
        session, live = self._open(call_id, area, leg, invitation)
        session.know(frozenset({CALLED_BACK}))
        self._recall(session, invitation)

        def ready(_: object) -> None:
            self._begin(session, live)
            session.leg_up(leg)
            session.reserve(agent)
            if session.state.phase is Phase.ENDED:
                self._parts.people.leave(call_id)

        return self._write_opening(session, invitation).addCallback(ready)

    def dialled(self, call_id: str, leg: Leg, number: str, agent: str, side: Leg) -> CallSession:
        """Open a call that an agent placed: both legs are up, the citizen's and the agent's.

        `number` is the citizen's. The call has a ticket of its own, as every call.
        """
        invitation = Invitation("", "", "", number, "", "")
        session, live = self._open(call_id, self._area_of(invitation), leg, invitation)

        def begin(_: object) -> None:
            session.begin_dialled(agent, side)
            self._ticket(call_id, live.ticket)

        self._write_opening(session, invitation).addCallback(begin)
        return session

    def find(self, call_id: str) -> CallSession | None:
        """Return a running call of this node."""
        return self._sessions.get(call_id)

    def _open(
        self, call_id: str, area: str, leg: Leg, invitation: Invitation
    ) -> tuple[CallSession, LiveRow]:
        """Make a call's session and live row."""
        live = LiveRow(
            {
                "id": call_id,
                "node": self._node,
                "area": area,
                "caller": "" if invitation.withheld else invitation.caller,
                "called": invitation.called,
                "started_at": self._parts.now().isoformat(),
            },
            self._parts.publish,
        )
        session = CallSession(call_id, area, leg, invitation, self._parts, live, self._closed)
        self._sessions[call_id], self._rows[call_id] = session, live
        self._limit(session, self._max_call_s)
        return session, live

    def _write_opening(self, session: CallSession, invitation: Invitation) -> Deferred[None]:
        data = self._opening(session.area, invitation)
        opened = Record(session.call_id, 0, self._parts.now(), "opened", data)
        return self._parts.journal.write(opened)

    def drain(self) -> Deferred[None]:
        """Refuse new calls from now on; fires when the last running call is closed."""
        self._draining = True
        empty: Deferred[None] = Deferred()
        self._empty.append(empty)
        self._tell_empty()
        return empty

    def stop_all(self, reason: str) -> None:
        """End all calls now."""
        for session in list(self._sessions.values()):
            session.stop(reason)

    def stop_recordings(self, fault: str) -> None:
        """End all recordings, not the calls."""
        for session in self._sessions.values():
            session.stop_recording(fault)

    def _begin(self, session: CallSession, live: LiveRow) -> None:
        session.begin()
        session.note_signal()
        self._parts.publish("missed.changed", {"call": session.call_id})
        self._ticket(session.call_id, live.ticket)

    def _recall(self, session: CallSession, invitation: Invitation) -> None:
        recalled = self._parts.recall(invitation).addCallback(session.know)
        recalled.addErrback(lambda f: self.log.failure("a caller's record cannot be read", f))

    def _ticket(self, call_id: str, take: Callable[[str], None]) -> None:
        found = self._ticket_of(call_id)
        found.addCallback(take)
        found.addErrback(lambda f: self.log.failure("no ticket number for {c}", f, c=call_id))

    def _opening(self, area: str, invitation: Invitation) -> dict[str, Any]:
        return {
            "area": area,
            "trunk": invitation.trunk,
            "node": self._node,
            "sip_call_id": invitation.sip_call_id[:255],
            "caller": invitation.caller,
            "withheld": invitation.withheld,
            "called": invitation.called[:64],
            "diversion": " ".join(invitation.diversion),
            "invite": invitation.raw,
        }

    def _limit(self, session: CallSession, after_s: float) -> None:
        call_later = self._parts.reactor.callLater
        self._limits[session.call_id] = call_later(after_s, self._too_long, session)

    def _too_long(self, session: CallSession) -> None:
        if session.with_person or session.state.emergency:
            # The limit is for callers who are with the machine, and for no emergency.
            self._limit(session, LOOK_AGAIN_S)
        else:
            session.stop("longest call reached")

    def _closed(self, session: CallSession) -> None:
        self._sessions.pop(session.call_id, None)
        stop_timer(self._limits.pop(session.call_id, None))
        row = self._rows.pop(session.call_id, None)
        if row is not None:
            row.gone()
        call = session.call_id
        self._ticket(
            call, lambda n: self._parts.publish("ticket.changed", {"number": n, "call": call})
        )
        self._parts.publish("missed.changed", {"call": call})
        self._tell_empty()

    def _tell_empty(self) -> None:
        if not self._sessions:
            waiting, self._empty = self._empty, []
            for each in waiting:
                if not each.called:
                    each.callback(None)
