"""Sends what is in the outbox: each text until it is settled, over restarts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure

from core.clock import DelayedCall, Now, Timing, stop_timer
from core.db import Sessions
from core.settings import Settings
from core.sms import from_settings
from core.sms.port import Outcome, Outgoing, Sms, Told, Unavailable
from tickets.sms import outbox
from tickets.sms.outbox import Changed, Kept, Limits
from tickets.sms.status import CAPPED, Status

FIRST_S = 4.0
"""How long a caller waits for the first attempt before hearing that the text is kept."""

AT_ONCE = 4
LOOK_S = 300.0
"""The outbox is looked at so often at least: for what another node left when it died."""

RETRY_S = 30.0

KEPT = "sms.kept"
"""Sent on the bus by whoever puts a text into the outbox from another process or room."""


class SmsOffice:
    """Takes texts from calls and sends them. All methods run on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        sms: Sms,
        sessions: Sessions,
        limits: Limits,
        reactor: Timing,
        now: Now,
        in_thread: Callable[..., Deferred[Any]],
        changed: Callable[[Changed], None],
    ) -> None:
        """`in_thread` runs what blocks; `changed` hears of each text whose status is new."""
        self._sms, self._sessions, self._limits = sms, sessions, limits
        self._reactor, self._now, self._in_thread = reactor, now, in_thread
        self._changed = changed
        self._waiting: dict[str, list[Deferred[Told]]] = {}
        self._running = 0
        self._looking = self._look_again = self._stopped = False
        self._timer: DelayedCall | None = None
        self.fault = ""
        """Why the last attempt did not get through; empty when it did."""

    def start(self) -> None:
        """Go on with what an earlier run left."""
        self._look()

    def stop(self) -> None:
        """Begin nothing more. An attempt that runs is made again by the next run, with its id."""
        self._stopped = True
        stop_timer(self._timer)

    def look(self, topic: str = "", message: object = None) -> None:
        """Look now: somebody else put a text into the outbox (`KEPT` on the bus)."""
        self._look()

    def text(self, call_id: str, number: str, text: str) -> Deferred[Told]:
        """Keep a text and send it; fires with what the caller is told, after FIRST_S at most.

        (The time that keeping it takes comes first.)
        """
        now = self._now()
        keeping = self._in_thread(
            outbox.keep, self._sessions, call_id, number, text, self._limits, now
        )
        return keeping.addCallbacks(self._kept, self._not_kept)

    def _not_kept(self, failure: Failure) -> Told:
        self.log.failure("a text cannot be kept", failure)
        return Told("unavailable")

    def _kept(self, kept: Kept) -> Deferred[Told]:
        if kept.status is not Status.QUEUED:
            return succeed(self._told(kept.status, kept.reason))
        first: Deferred[Told] = Deferred()
        self._waiting.setdefault(kept.id, []).append(first)
        limit = self._reactor.callLater(FIRST_S, self._tell, kept.id, Told("queued"))
        first.addBoth(_and_stop, limit)
        self._look()
        return first

    def _told(self, status: Status, reason: str = "") -> Told:
        match status:
            case Status.REFUSED if reason == CAPPED:
                return Told("capped", self._limits.cap)
            case Status.REFUSED:
                return Told("refused")
            case Status.QUEUED:
                return Told("queued")
            case Status.FAILED:
                return Told("unavailable")
        return Told("sent")

    def _tell(self, id: str, told: Told) -> None:
        for each in self._waiting.pop(id, []):
            each.callback(told)

    # ---- the outbox ----------------------------------------------------------------------------

    def _look(self) -> None:
        """Claim what is due, as far as there is room for attempts; one look at a time."""
        room = AT_ONCE - self._running
        self._look_again = self._looking
        if self._looking or self._stopped or room <= 0:
            return
        self._looking = True
        stop_timer(self._timer)
        looked = self._in_thread(outbox.claim, self._sessions, self._now(), room)
        looked.addCallbacks(self._claimed, self._blind)

    def _blind(self, failure: Failure) -> None:
        self.log.error("the outbox of texts cannot be read: {e}", e=failure.getErrorMessage())
        self._looking = False
        self._look_in(RETRY_S)

    def _claimed(self, found: tuple[tuple[Outgoing, ...], datetime | None]) -> None:
        messages, due = found
        self._looking = False
        wait_s = LOOK_S
        if due is not None:
            wait_s = min(wait_s, max(0.0, (due - self._now()).total_seconds()))
        # What was kept while we looked may have been missed.
        self._look_in(0.0 if self._look_again else wait_s)
        self._running += len(messages)
        for message in messages:
            sending = self._sms.send(message)
            sending.addErrback(lambda failure: Unavailable(failure.getErrorMessage()))
            sending.addCallback(self._attempted, message)
            sending.addErrback(lambda f: self.log.failure("an attempt cannot be noted", f))
            sending.addCallback(lambda _: self._done())

    def _look_in(self, seconds: float) -> None:
        stop_timer(self._timer)
        if not self._stopped:
            self._timer = self._reactor.callLater(seconds, self._look)

    def _attempted(self, outcome: Outcome, message: Outgoing) -> Deferred[Any]:
        self.fault = outcome.reason if isinstance(outcome, Unavailable) else ""
        if self.fault:
            self.log.warn("text {id} did not get through: {why}", id=message.id, why=self.fault)
        now = self._now()
        settling = self._in_thread(outbox.settle, self._sessions, message.id, outcome, now)
        return settling.addCallback(self._settled)

    def _settled(self, changed: Changed | None) -> None:
        if changed is not None:
            self._tell(changed.id, self._told(changed.status))
            self._changed(changed)

    def _done(self) -> None:
        self._running -= 1
        self._look()


def _and_stop(told: Told, limit: DelayedCall) -> Told:
    stop_timer(limit)
    return told


def limits_of(settings: Settings) -> Limits:
    """Return what bounds texts."""
    return Limits(
        cap=settings.sms_daily_cap,
        zone=settings.timezone,
        most_parts=settings.sms_most_parts,
        name=settings.sms_name,
        rest=f"（余下内容请拨打{settings.number}）",
    )


def start_office(
    settings: Settings,
    sessions: Sessions,
    reactor: Timing,
    now: Now,
    publish: Callable[[str, dict[str, Any]], None],
    on_stop: Callable[[str, Callable[[], None]], None],
) -> SmsOffice | None:
    """Return the office of a node, at work; None when no way to send texts is set up.

    `publish` is the bus's; `on_stop` is told how the office is ended.
    """
    sms = from_settings.sms(settings, now, deferToThread)
    if sms is None:
        return None
    limits = limits_of(settings)

    def changed(text: Changed) -> None:
        publish("ticket.changed", {"number": text.ticket, "call": text.call_id})

    office = SmsOffice(sms, sessions, limits, reactor, now, deferToThread, changed)
    office.start()
    on_stop("texts", office.stop)
    return office
