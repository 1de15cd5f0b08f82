"""The command line of the 12349 hotline, and the only place where its parts are put together."""

from __future__ import annotations

import asyncio
import sys

from twisted.internet import asyncioreactor

if "twisted.internet.reactor" not in sys.modules:
    # Twisted, redis-py and uvicorn share one asyncio loop (docs/decisions.md).
    _LOOP = asyncio.new_event_loop()
    asyncio.set_event_loop(_LOOP)
    asyncioreactor.install(_LOOP)

import contextlib
import signal
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from redis.asyncio import Redis
from sqlalchemy import Engine, select
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from agent_ui.accounts import login
from agent_ui.accounts.users import first_administrator
from agent_ui.app import make_app
from agent_ui.commands import make_token, make_user
from agent_ui.console import Console
from agent_ui.server import ConsoleServer, ConsoleServerError
from asr import doctor as asr_doctor
from asr import hear
from asr.commands import make_hear, models
from asr.config import AsrSettings
from asr.model_folder import ModelBroken
from asr.port import Recogniser
from asr.second_reader import doctor as reader_doctor
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.reader import WhisperReader
from asr.vosk_recogniser import VoskRecogniser
from core import certificate, clock, logs, migrate
from core import doctor as diagnosis
from core import settings as core_settings
from core.aio import in_thread, run_to_the_end
from core.bus import Bus
from core.check import Check
from core.commands import make_db
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.journal import Journal
from core.journal_apply import apply_to_call
from core.lock import FolderInUse, FolderLock
from core.redis_server import RedisServer, RedisServerError
from core.settings import Settings, SettingsError
from ivr import doctor as ivr_doctor
from ivr import events as ivr
from ivr import hours
from ivr.commands import say, tree
from ivr.dialogue import Dialogue
from ivr.draw import draw
from ivr.findings import TreeRefused
from ivr.hours import WrongCalendar
from ivr.tree import load as load_tree
from ivr.voice.build import PROMPTS, texts_of
from ivr.voice.commands import make_prompts
from ivr.voice.kokoro import Kokoro
from ivr.voice.port import Speaker
from ivr.voice.prompts import PromptStore
from ivr.voice.worker import VoiceWorker
from knowledge.commands import kb
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex
from knowledge.store import in_force, seed
from telephony import metrics
from telephony.caller.command import make_command
from telephony.caller.demo import Demonstration
from telephony.calls import recovery
from telephony.calls.machine import CallMachine
from telephony.calls.ports import Parts, Reply
from telephony.calls.recording import RecordingFolder
from telephony.calls.service import Calls
from telephony.calls.snapshot import Snapshot
from telephony.from_settings import area_of, is_urgent, sip_settings
from telephony.health import NodeHealth
from telephony.queue.desk import Desk
from telephony.queue.dispatcher import Dispatcher
from telephony.queue.lease import Lease
from telephony.sip import doctor as sip_doctor
from telephony.sip.config import SipSettingsError
from telephony.sip.line import SipLine
from tickets import samples
from tickets.apply import apply_to_ticket
from tickets.tables import Ticket

reactor: Any = _reactor
log = Logger()


class Node:
    """One running service: built by `start`, taken down by `stop`, in the reverse order."""

    def __init__(self, settings: Settings, announce: Callable[[str], None]) -> None:
        """`announce` prints one line of progress for whoever started the service."""
        self.settings, self._announce = settings, announce
        self._undo: list[tuple[str, Callable[[], Any]]] = []
        self.password = ""

    async def start(self) -> None:
        """Bring everything up. Raises one of STARTUP_FAULTS, with what was started taken down."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        settings, data = self.settings, self.settings.data
        lock = FolderLock(data)
        self._on_stop("folder", lock.release)
        self._announce("数据库 database …")
        self.vault = Vault.at(data / "keys" / "personal.key")
        await in_thread(migrate.upgrade, settings.database_url)
        self.engine: Engine = open_database(settings.database_url, self.vault)
        self.sessions: Sessions = open_sessions(self.engine)
        self._on_stop("database", self.engine.dispose)
        names = [settings.http_address, settings.sip_address, settings.sip_public_address]
        self.tls = certificate.ensure(data / "tls", [n for n in names if n], clock.utc_now())
        await self._start_redis()
        self.snapshot = Snapshot(self.bus)
        self._announce("语音 voice, speech model and articles …")
        await self._load_parts()
        await self._start_telephony()
        await self._start_console()

    async def stop(self) -> None:
        """Take everything down; a part that fails does not keep the others."""
        while self._undo:
            name, undo = self._undo.pop()
            try:
                result = undo()
                if asyncio.iscoroutine(result):
                    await result
            except Exception:
                log.failure("{name} did not stop cleanly", name=name)

    async def drain(self) -> None:
        """Refuse new calls, wait for those that run (up to `drain_s`), then end the rest."""
        done = self.calls.drain()
        done.addTimeout(self.settings.drain_s, reactor)
        with contextlib.suppress(Exception):
            await done.asFuture(asyncio.get_running_loop())
        self.calls.stop_all("the service stops")
        for _ in range(100):
            if not len(self.calls):
                return
            await asyncio.sleep(0.05)

    # ---- parts -------------------------------------------------------------------------------

    def _on_stop(self, name: str, undo: Callable[[], Any]) -> None:
        self._undo.append((name, undo))

    async def _start_redis(self) -> None:
        url = self.settings.redis_url
        if not url:
            server = RedisServer(self.settings.data / "redis")
            await server.start()
            self._on_stop("redis", server.stop)
            url = server.url
        self.redis = Redis.from_url(url, decode_responses=True)
        self.bus = Bus(self.redis)
        await self.bus.start()
        self._on_stop("bus", self.bus.stop)

    async def _load_parts(self) -> None:
        settings = self.settings
        calendar = hours.Calendar(zone=settings.timezone)
        if settings.holidays is not None:
            calendar = hours.read(settings.holidays, settings.timezone)
        self.tree = load_tree(settings.tree, settings.emergency_words)
        self.dialogue = Dialogue(self.tree, calendar)
        rate, pause = settings.voice_rate, settings.voice_pause_ms
        speaker = VoiceWorker(settings.kokoro, settings.voice, rate=rate, pause_ms=pause)
        self.prompts = PromptStore(PROMPTS, settings.data / "prompts", speaker, reactor)
        self._on_stop("prompts", self.prompts.stop)
        self._on_stop("voice", speaker.stop)
        await in_thread(seed, self.sessions, settings.articles, clock.utc_now())
        articles = await in_thread(in_force, self.sessions, self._today())
        self.knowledge = await in_thread(KnowledgeIndex, articles)
        self.prompts.warm(texts_of(self.tree, [asdict(article) for article in articles]))
        asr = AsrSettings(model=settings.asr_model, workers=settings.asr_workers)
        self.recogniser = VoskRecogniser(asr, reactor)
        self._on_stop("recogniser", self.recogniser.stop)
        reader = SecondReaderSettings(settings.whisper, settings.second_reader_on)
        self.second_reader = WhisperReader(reader, reactor)
        self._on_stop("second reader", self.second_reader.stop)

    async def _start_telephony(self) -> None:
        settings = self.settings
        self.journal = Journal(
            self.sessions,
            settings.data / "spool.jsonl",
            reactor,
            [apply_to_call, partial(apply_to_ticket, zone=settings.timezone)],
        )
        self.journal.start()
        self._on_stop("journal", self.journal.stop)
        self.recordings = RecordingFolder(settings.data, settings.min_free_mb)
        await self._recover()
        lease = Lease(self.redis, settings.node)
        desk = Desk(self.snapshot.publish)
        self.line = SipLine(
            sip_settings(settings, *self.tls[1:]),
            reactor,
            lambda leg, invitation: self.calls.on_call(leg, invitation),
            desk,
            lambda invitation: is_urgent(settings, invitation),
        )
        desk.browsers = self.line
        self.people = Dispatcher(lease, reactor, self.snapshot.publish, self.line.browser_gone)
        parts = self._parts()
        self.calls = Calls(
            parts,
            settings.node,
            lambda invitation: area_of(settings, invitation),
            lambda: uuid.uuid4().hex,
            settings.max_call_s,
            lambda call: deferToThread(ticket_number, self.sessions, call),
        )
        self.bus.subscribe(["agent.command", "agent.wrapup"], self.people.command)
        self.bus.subscribe(["agent.reply"], desk.reply)
        await self.people.start()
        self._on_stop("queue", self.people.stop)
        self.line.start()
        self._on_stop("line", lambda: future(self.line.stop()))
        self.health = NodeHealth(
            settings.node,
            reactor,
            self.snapshot.publish,
            lambda: len(self.calls),
            self._faults(),
            {"disk": lambda text: self.calls.stop_recordings("the disk is full")},
        )
        self.health.start()
        self._on_stop("health", self.health.stop)

    def _parts(self) -> Parts:
        return Parts(
            machine=CallMachine(self.dialogue),
            line=self.line,
            journal=self.journal,
            prompts=self.prompts,
            recogniser=self.recogniser,
            ask=self._ask,
            people=self.people,
            recordings=self.recordings,
            publish=self.snapshot.publish,
            reactor=reactor,
            now=clock.utc_now,
            run_in_thread=deferToThread,
            to_zone=self._local,
            hold_music=PROMPTS / "hold.wav",
            beep=PROMPTS / "beep.wav",
            transfer_targets=frozenset(self.settings.transfer_targets),
            transcribe=lambda: len(self.calls) <= self.settings.transcribe_calls,
            second=self.second_reader,
        )

    async def _recover(self) -> None:
        """Close what the last run left open, before the first call comes."""
        await self.snapshot.clear(self.settings.node)
        loop = asyncio.get_running_loop()
        for call in await recovery.recover(
            self.sessions,
            self.settings.node,
            self.recordings,
            lambda record: self.journal.write(record).asFuture(loop),
            clock.utc_now,
            self._local,
        ):
            self._announce(f"恢复上次中断的通话 recovered call {call}")

    def _ask(self, text: str, area: str) -> Reply:
        found = self.knowledge.ask(text, area, self._today())
        if not found.answers:
            return Reply(ivr.Answered(found.decision.value))
        best = found.answers[0]
        answered = ivr.Answered(
            found.decision.value,
            best.article,
            best.title,
            best.spoken,
            best.spoken_source,
            best.score,
        )
        return Reply(answered, best.version)

    def _local(self, moment: datetime) -> datetime:
        return clock.local(moment, self.settings.timezone)

    def _today(self) -> date:
        return self._local(clock.utc_now()).date()

    def _faults(self) -> dict[str, Callable[[], str]]:
        return {
            "recogniser": lambda: (
                ""
                if self.recogniser.ready
                else f"语音识别不可用，来电改用按键：{self.recogniser.fault}"
            ),
            "disk": lambda: "" if self.recordings.has_room() else "磁盘已满，通话不再录音",
            "database": lambda: (
                "数据库连接中断，记录暂存在本机，恢复后自动补写" if self.journal.degraded else ""
            ),
            "redis": lambda: "" if self.bus.up else "Redis 连接中断，页面暂时不更新",
        }

    async def _start_console(self) -> None:
        settings = self.settings
        first = await in_thread(first_administrator, self.sessions, clock.utc_now())
        self.password = first or ""
        console = Console(
            settings=settings,
            sessions=self.sessions,
            bus=self.bus,
            redis=self.redis,
            draw_tree=lambda counts: draw(self.tree, counts),
            health=self._checks,
            metrics=self._metrics,
            now=clock.utc_now,
            node_titles=self.tree.titles,
        )
        _, cert, key = self.tls
        server = ConsoleServer(make_app(console), settings, cert, key)
        await server.start()
        self._on_stop("console", server.stop)

    def _checks(self) -> list[Check]:
        """What /readyz and the operator's page ask. Runs in a thread."""
        free = not self.calls.draining
        checks = [Check("sip", free, "taking calls" if free else "draining: no new calls")]
        for warning in self.health.warnings():
            checks.append(Check(warning["name"], False, warning["text"]))
        return checks

    def _metrics(self) -> bytes:
        return metrics.text(
            calls=len(self.calls),
            legs=self.line.legs,
            refused=self.line.facts().refused,
            recogniser=self.recogniser.ready,
            spooling=self.journal.degraded,
            waiting=self.people.snapshot()[0],
            agents=self.people.snapshot()[1],
        )


STARTUP_FAULTS = (
    FolderInUse,
    RedisServerError,
    TreeRefused,
    WrongCalendar,
    SipSettingsError,
    ConsoleServerError,
    migrate.MigrationError,
    SettingsError,
    OSError,
)


def welcome(settings: Settings, password: str) -> list[str]:
    """Return what whoever started the service must know."""
    host = settings.http_address.replace("0.0.0.0", "localhost")
    console = f"https://{host}:{settings.http_port}/"
    sip = f"sip:{settings.number}@{settings.sip_address}:{settings.sip_port}"
    lines = [
        "",
        f"  控制台 console  {console}",
        f"  证书 private CA  {settings.data / 'tls' / 'ca.pem'} (trust it, or accept it once)",
        f"  电话 phone      {sip}  (UDP and TCP; TLS on port {settings.tls_port})",
        f"  打一个 place one hotline call {sip} --say 低保怎么申请",
    ]
    if password:
        lines.append(f"  管理员 first administrator: admin, one-time password {password}")
    return [*lines, "  按 Ctrl-C 停止 stop with Ctrl-C", ""]


async def run(settings: Settings, say: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT, then drain; returns the exit code."""
    node = Node(settings, say)
    try:
        await node.start()
    except STARTUP_FAULTS as fault:
        click.echo(f"hotline: {fault}", err=True)
        return 1
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    for line in welcome(settings, node.password):
        say(line)
    await stop.wait()
    say("正在停止：不再接听新来电，等待通话结束 … stopping (press Ctrl-C again to stop at once)")
    draining = asyncio.ensure_future(node.drain())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, draining.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await draining
    await node.stop()
    return 0


# ---- the command line --------------------------------------------------------------------------


def load_settings() -> Settings:
    """Read the settings or end with one sentence."""
    try:
        return core_settings.load()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def load_store() -> tuple[Settings, Sessions]:
    """Open settings and database for commands that need no running service."""
    settings = load_settings()
    try:
        migrate.upgrade(settings.database_url)
        vault = Vault.at(settings.data / "keys" / "personal.key")
    except (migrate.MigrationError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    return settings, open_sessions(open_database(settings.database_url, vault))


def ticket_number(sessions: Sessions, call: str) -> str:
    """Return the number of a call's ticket; empty while there is none. Blocking."""
    with sessions() as db:
        return db.scalar(select(Ticket.number).where(Ticket.call_id == call)) or ""


def future(result: Deferred[Any]) -> Awaitable[Any]:
    """Return what a coroutine can await of a Deferred."""
    return result.asFuture(asyncio.get_running_loop())


def make_speaker() -> Speaker:
    """Return the synthetic voice for `hotline call` and `hotline demo`."""
    settings = load_settings()
    rate, pause = settings.voice_rate, settings.voice_pause_ms
    return Kokoro(settings.kokoro, settings.voice, rate=rate, pause_ms=pause)


def make_ear(on: Any) -> Recogniser | None:
    """Return what tells a caller in words what the far end says."""
    return VoskRecogniser(AsrSettings(model=load_settings().asr_model, workers=1), on)


def make_reader() -> Callable[[Path], str]:
    """Return what tells in words what is said in a WAV file, for `hotline prompts check`."""
    try:
        model = hear.load(load_settings().asr_model)
    except ModelBroken as error:
        raise click.ClickException(str(error)) from error
    return lambda file: hear.hear(model, file).text


def prompt_cache() -> Path:
    """Return where the service keeps the prompts that it renders."""
    return load_settings().data / "prompts"


def spoken_texts() -> list[str]:
    """Return all that the set tree can say with the articles of the set folder."""
    settings = load_settings()
    articles = load_folder(settings.articles).articles
    return texts_of(load_tree(settings.tree), [asdict(article) for article in articles])


def intent_of(text: str) -> dict[str, Any]:
    """Say what a recognised text would lead to: the articles' search over the shipped folder."""
    settings = load_settings()
    index = KnowledgeIndex(load_folder(settings.articles).articles)
    found = index.ask(text, settings.area, clock.local(clock.utc_now(), settings.timezone).date())
    best = found.answers[0] if found.answers else None
    return {
        "decision": found.decision.value,
        "article": best.article if best else "",
        "title": best.title if best else "",
        "score": round(best.score, 3) if best else 0.0,
    }


def prepare_demo(sessions: Sessions, settings: Settings) -> str:
    """Write sample calls once, and return a bearer token for the demonstration."""
    now = clock.utc_now()
    samples.write(sessions, now, settings.node, (apply_to_call, apply_to_ticket))
    first_administrator(sessions, now)
    with sessions() as db:
        return login.new_bearer(db, "admin", "demonstration", now + timedelta(hours=1))


async def examine(settings: Settings, as_json: bool) -> int:
    """Run all checks of `hotline doctor`; returns 0 when all are well."""
    now = clock.utc_now()
    running = diagnosis.runs(settings.data)
    checks = [
        diagnosis.machine(),
        diagnosis.disk(settings),
        diagnosis.clock(now),
        *diagnosis.ports(settings, running),
        diagnosis.database(settings),
        diagnosis.redis(settings),
        diagnosis.certificates(settings, now),
        *diagnosis.programs(),
        *await in_thread(sip_doctor.checks),
        await in_thread(asr_doctor.check, settings.asr_model),
        await in_thread(reader_doctor.check, settings.whisper, settings.second_reader_on),
        *await in_thread(
            ivr_doctor.checks,
            settings.tree,
            settings.emergency_words,
            settings.kokoro,
            settings.voice,
        ),
    ]
    click.echo(diagnosis.report(checks, as_json))
    return 0 if all(check.ok for check in checks) else 1


@click.group()
@click.version_option(package_name="hotline-12349")
def main() -> None:
    """The 12349 civil-affairs hotline."""


@main.command()
@click.option("--quiet", is_flag=True, help="Print warnings only.")
def serve(quiet: bool) -> None:
    """Answer calls until SIGTERM or Ctrl-C."""
    settings = load_settings()
    logs.to_stderr(quiet)
    run_to_the_end(reactor, lambda: run(settings, (lambda line: None) if quiet else click.echo))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check all that a support engineer would ask about."""
    settings = load_settings()
    logs.to_stderr(quiet=True)
    run_to_the_end(reactor, lambda: examine(settings, as_json))


@main.command()
@click.option("--once", is_flag=True, help="End after the call: exit code 0 when all worked.")
@click.option("--whole", is_flag=True, help="Hear the whole answer (half a minute more).")
def demo(once: bool, whole: bool) -> None:
    """Start the service with sample data and let a synthetic citizen phone it."""
    settings, sessions = load_store()
    demonstration = Demonstration(settings, make_speaker, make_ear, click.echo)
    token = prepare_demo(sessions, settings)
    run_to_the_end(reactor, lambda: demonstration.show(reactor, token, once, whole))


main.add_command(make_command(make_speaker, make_ear))
main.add_command(make_db(load_settings))
main.add_command(make_user(load_store, clock.utc_now))
main.add_command(make_token(load_store, clock.utc_now))
main.add_command(make_hear(intent_of))
main.add_command(make_prompts(spoken_texts, make_speaker, prompt_cache, make_reader))
for command in (models, say, tree, kb):
    main.add_command(command)

if __name__ == "__main__":
    main()
