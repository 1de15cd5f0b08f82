"""Telephony of one node put together: line, calls, queue, recordings and health."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from asr.port import Recogniser
from asr.second_reader.port import SecondReader
from core.aio import deferred
from core.bus import Bus
from core.check import Check
from core.clock import Now, local
from core.db import Sessions
from core.journal import Journal
from core.journal_tables import AuditEntry
from core.settings import Settings
from core.teardown import Teardown
from ivr.dialogue import Dialogue
from ivr.events import Ask
from ivr.voice.build import PROMPTS
from ivr.voice.port import Prompts
from telephony import metrics
from telephony.calls import recovery
from telephony.calls.click import ClickToDial
from telephony.calls.control import TOPICS, Control
from telephony.calls.machine import CallMachine
from telephony.calls.parking import Slots
from telephony.calls.ports import CaseDesk, Guide, Parts, Reply, Texts
from telephony.calls.recording import RecordingFolder
from telephony.calls.service import Calls
from telephony.calls.snapshot import Snapshot
from telephony.from_settings import area_of, dial_rules, is_urgent, sip_settings
from telephony.health import NodeHealth
from telephony.pendants.receiver import Receiver
from telephony.queue.call_backs import CallBackDesk, CallBackStore, Means
from telephony.queue.desk import Desk
from telephony.queue.dispatcher import Dispatcher
from telephony.queue.lease import Lease
from telephony.queue.log import QueueLog
from telephony.queue.places import Places
from telephony.queue.redial import Redial, number_key
from telephony.queue.rules import Rules
from telephony.sip.line import SipLine
from telephony.sip.outgoing import Outgoing, trunk_out
from telephony.sip.port import Invitation

log = Logger()


@dataclass(frozen=True, slots=True)
class Rooms:
    """What telephony works with and others build."""

    sessions: Sessions
    redis: Redis
    bus: Bus
    journal: Journal
    dialogue: Dialogue
    prompts: Prompts
    recogniser: Recogniser
    second: SecondReader
    ask: Callable[[Ask, str], Reply]
    """Answers a question of a call from an area."""
    guide: Guide
    """Finds places, a way or service places for a call; called in a thread."""
    cases: CaseDesk
    """Looks up cases for callers; called in a thread."""
    slow: Prompts
    """The prompts of elder mode."""
    recall: Callable[[str], Deferred[frozenset[str]]]
    """Looks up what is remembered of the caller with a number."""
    ticket_of: Callable[[str], Deferred[str]]
    """Looks up the number of a call's ticket; empty while there is none."""
    call_backs: CallBackStore
    """Keeps call-backs; called in a thread."""
    certificate: Path
    private_key: Path
    texts: Texts | None = None
    """Sends text messages; None when none can be sent."""
    queues: Rules = field(default_factory=Rules)
    """The queues file."""


class Switchboard:
    """Takes calls from `start` on, until the node's teardown is run."""

    def __init__(self, settings: Settings, rooms: Rooms, reactor: Any, now: Now) -> None:
        """Prepare all parts. Raises SipSettingsError on a value that cannot work."""
        self._settings, self._rooms, self._reactor, self._now = settings, rooms, reactor, now
        self._snapshot = Snapshot(rooms.bus)
        self._recordings = RecordingFolder(settings.data, settings.min_free_mb)
        self._desk = Desk(self._snapshot.publish)
        sip = sip_settings(settings, rooms.certificate, rooms.private_key)
        self._pendants = Receiver(
            settings, rooms.sessions, sip.trunks, reactor, now, self._snapshot.publish
        )
        self._line = SipLine(
            sip,
            reactor,
            lambda leg, invitation: self._calls.on_call(leg, invitation),
            self._desk,
            self._is_alarm,
        )
        self._desk.browsers = self._line
        self._slots = Slots()
        lease = Lease(rooms.redis, settings.node)
        publish = self._snapshot.publish
        self._queue_log = QueueLog(rooms.sessions, reactor, deferToThread, publish)
        self._people = Dispatcher(
            lease,
            reactor,
            publish,
            self._line.browser_gone,
            now=now,
            rules=rooms.queues,
            to_zone=self._local,
            note=self._queue_log.note,
        )
        self._redial = Redial(rooms.redis, now, number_key)
        self._places = Places(self._people, self._redial, reactor, now)
        self._call_backs = self._make_call_backs()
        self._places.promised = self._call_backs
        parts = self._parts()
        self._calls = Calls(
            parts,
            settings.node,
            lambda invitation: area_of(settings, invitation),
            lambda: uuid.uuid4().hex,
            settings.max_call_s,
            rooms.ticket_of,
            settings.number,
        )
        self._call_backs.calls = self._calls
        self._control = Control(
            self._calls.find,
            lambda call: deferred(self._snapshot.elsewhere(call, settings.node)),
            dial_rules(settings),
            self._slots,
            publish,
            reactor,
            self._audit,
            ClickToDial(self._calls, parts, lambda: uuid.uuid4().hex),
        )
        self._health = NodeHealth(
            settings.node,
            reactor,
            publish,
            lambda: len(self._calls),
            self._faults(),
            {"disk": lambda text: self._calls.stop_recordings("the disk is full")},
            lambda: {
                "trunks": self._line.trunk_loads(),
                "recogniser": asdict(rooms.recogniser.load),
            },
            self._pendants.voice.alerts,
        )

    async def start(self, teardown: Teardown, recovered: Callable[[str], None]) -> None:
        """Close what the last run left open (`recovered(call id)`), then take calls.

        `teardown` is told how each part is ended. Raises SipSettingsError and OSError.
        """
        await self._recover(recovered)
        bus = self._rooms.bus
        bus.subscribe(["agent.command", "agent.wrapup"], self._people.command)
        bus.subscribe(["agent.reply"], self._desk.reply)
        bus.subscribe(["agent.force"], self._people.force)
        bus.subscribe(["queue.move"], self._people.move)
        teardown.add("queue log", self._queue_log.stop)
        bus.subscribe(TOPICS, self._control.message)
        await self._people.start()
        teardown.add("queue", self._people.stop)
        await self._redial.start()
        teardown.add("redial", self._redial.stop)
        self._line.start()
        teardown.add("line", self._line.stop)
        await self._pendants.start(teardown)
        teardown.add("call-backs", self._call_backs.stop)
        await self._call_backs.start().asFuture(asyncio.get_running_loop())
        self._health.start()
        teardown.add("health", self._health.stop)

    async def drain(self, limit_s: float) -> None:
        """Refuse new calls, wait up to `limit_s` for those that run, then end the rest."""
        done = self._calls.drain()
        done.addTimeout(limit_s, self._reactor)
        with contextlib.suppress(Exception):
            await done.asFuture(asyncio.get_running_loop())
        self._calls.stop_all("the service stops")
        for _ in range(100):
            if not len(self._calls):
                return
            await asyncio.sleep(0.05)

    def checks(self) -> list[Check]:
        """What /readyz and the operator's page ask. May be called in any thread."""
        free = not self._calls.draining
        checks = [Check("sip", free, "taking calls" if free else "draining: no new calls")]
        for warning in self._health.warnings():
            checks.append(Check(warning["name"], False, warning["text"]))
        return checks

    def metrics(self) -> bytes:
        """Return the node's figures of this moment in Prometheus' text format."""
        waiting, agents = self._people.snapshot()
        return metrics.text(
            calls=len(self._calls),
            legs=self._line.legs,
            refused=self._line.facts().refused,
            recogniser=self._rooms.recogniser.ready,
            spooling=self._rooms.journal.degraded,
            waiting=waiting,
            agents=agents,
        )

    def _parts(self) -> Parts:
        rooms, settings = self._rooms, self._settings
        return Parts(
            machine=CallMachine(rooms.dialogue),
            line=self._line,
            journal=rooms.journal,
            prompts=rooms.prompts,
            recogniser=rooms.recogniser,
            ask=rooms.ask,
            guide=rooms.guide,
            cases=rooms.cases,
            people=self._places,
            call_backs=self._call_backs,
            recordings=self._recordings,
            publish=self._snapshot.publish,
            reactor=self._reactor,
            now=self._now,
            run_in_thread=deferToThread,
            to_zone=self._local,
            hold_music=PROMPTS / "hold.wav",
            beep=PROMPTS / "beep.wav",
            ringback=PROMPTS / "ringback.wav",
            transfer_targets=frozenset(settings.transfer_targets),
            transcribe=lambda: len(self._calls) <= settings.transcribe_calls,
            second=rooms.second,
            recall=self._recall,
            slow=rooms.slow,
            texts=rooms.texts,
            outgoing=self._outgoing(settings.out_trunk),
            slots=self._slots,
            desk_phones=settings.desk_phones,
            park_limit_s=settings.park_s,
            show_listeners=settings.show_listeners,
            is_alarm=self._is_alarm,
            signal_of=self._pendants.voice.connect,
        )

    def _is_alarm(self, invitation: Invitation) -> bool:
        return is_urgent(self._settings, invitation) or self._pendants.voice.is_alarm(invitation)

    def _make_call_backs(self) -> CallBackDesk:
        settings = self._settings
        outgoing = self._outgoing(settings.callback_trunk)
        means = Means(
            self._reactor, self._now, deferToThread, self._local, lambda: uuid.uuid4().hex
        )
        store = self._rooms.call_backs
        return CallBackDesk(store, self._people, self._places, outgoing, means, settings.callbacks)

    def _outgoing(self, trunk_name: str) -> Outgoing:
        trunk = trunk_out(self._line.trunks, trunk_name)
        return Outgoing(self._line, trunk, self._reactor, self._settings.number)

    def _audit(self, who: str, did: str, what: str) -> None:
        """Write down what concerns no call, so that no journal record can say it."""
        at, sessions = self._now(), self._rooms.sessions

        def write() -> None:
            with sessions() as db:
                db.add(AuditEntry(at=at, who=who[:64], did=did, what=what[:255]))

        done = deferToThread(write)
        done.addErrback(lambda f: log.failure("{who} {did} is not audited", f, who=who, did=did))

    def _recall(self, invitation: Invitation) -> Deferred[frozenset[str]]:
        return self._rooms.recall("" if invitation.withheld else invitation.caller)

    async def _recover(self, recovered: Callable[[str], None]) -> None:
        """Close what the last run left open, before the first call comes."""
        await self._snapshot.clear(self._settings.node)
        loop = asyncio.get_running_loop()
        for call in await recovery.recover(
            self._rooms.sessions,
            self._settings.node,
            self._recordings,
            lambda record: self._rooms.journal.write(record).asFuture(loop),
            self._now,
            self._local,
        ):
            recovered(call)

    def _local(self, moment: datetime) -> datetime:
        return local(moment, self._settings.timezone)

    def _faults(self) -> dict[str, Callable[[], str]]:
        rooms = self._rooms
        return {
            "recogniser": lambda: (
                ""
                if rooms.recogniser.ready
                else f"语音识别不可用，来电改用按键：{rooms.recogniser.fault}"
            ),
            "disk": lambda: "" if self._recordings.has_room() else "磁盘已满，通话不再录音",
            "database": lambda: (
                "数据库连接中断，记录暂存在本机，恢复后自动补写" if rooms.journal.degraded else ""
            ),
            "sms": lambda: (
                f"短信发不出去，稍后自动重试：{rooms.texts.fault}"
                if rooms.texts and rooms.texts.fault
                else ""
            ),
            "redis": lambda: "" if rooms.bus.up else "Redis 连接中断，页面暂时不更新",
        }
