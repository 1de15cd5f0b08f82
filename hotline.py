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
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from functools import partial
from typing import Any

import click
from redis.asyncio import Redis
from sqlalchemy import Engine, select
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from agent_ui.accounts import login
from agent_ui.accounts.users import first_administrator
from agent_ui.agent_days.day import PauseKind
from agent_ui.app import make_app
from agent_ui.commands import make_token, make_user
from agent_ui.console import Console
from agent_ui.server import ConsoleServer, ConsoleServerError
from asr import doctor as asr_doctor
from asr import from_settings as from_asr
from asr.commands import make_hear, models, reader
from asr.port import Recogniser
from asr.second_reader import doctor as reader_doctor
from core import certificate, clock, logs, migrate
from core import doctor as diagnosis
from core.aio import in_thread, run_to_the_end
from core.bus import Bus
from core.commands import load_settings, load_store, make_db
from core.crypto import Vault
from core.data_file import DataFault
from core.db import Sessions, open_database, open_sessions
from core.journal import Journal
from core.journal_apply import apply_to_call
from core.lock import FolderInUse, FolderLock
from core.redis_server import RedisServer, RedisServerError
from core.settings import Settings, SettingsError
from core.sms import doctor as sms_doctor
from core.sms.commands import make_sms
from core.teardown import Teardown
from core.welcome import welcome
from ivr import doctor as ivr_doctor
from ivr import events as ivr
from ivr import from_settings as from_ivr
from ivr.commands import say, tree
from ivr.dialogue import Dialogue
from ivr.draw import draw
from ivr.findings import TreeRefused
from ivr.hours import WrongCalendar
from ivr.tree import load as load_tree
from ivr.voice.aloud import aloud
from ivr.voice.build import PROMPTS, texts_of
from ivr.voice.commands import make_prompts
from ivr.voice.port import Speaker, VoiceUnavailable
from ivr.voice.prompts import PromptStore
from ivr.voice.slow import SlowPrompts
from knowledge import live
from knowledge.commands import intent, make_kb
from knowledge.load import load_folder
from knowledge.places.commands import make_places
from knowledge.places.guide import load_guide
from knowledge.places.live import follow_places
from knowledge.port import Knowledge
from knowledge.questions import apply_to_questions
from knowledge.service_places.commands import make_service_places
from knowledge.service_places.finder import Finder
from knowledge.store import seed
from knowledge.synonyms import seed_groups
from telephony.caller.command import make_command
from telephony.caller.demo import Demonstration
from telephony.calls.ports import Reply
from telephony.calls.service_places import with_service_places
from telephony.pendants.commands import make_devices
from telephony.pendants.simulate import pendant
from telephony.queue import rules_file
from telephony.queue.commands import make_queues
from telephony.queue.simulation.command import make_simulate
from telephony.sip import doctor as sip_doctor
from telephony.sip.config import SipSettingsError
from telephony.switchboard import Rooms, Switchboard
from telephony.wayfinding import wayfinding
from tickets import samples
from tickets.apply import apply_to_ticket
from tickets.call_backs.store import CallBackStore
from tickets.callers import recalled
from tickets.cases.commands import make_cases
from tickets.cases.phone import CaseDesk
from tickets.commands import make_caller
from tickets.homes import recalled_home
from tickets.missed.apply import apply_to_missed
from tickets.sms.office import KEPT, start_office
from tickets.tables import Ticket

reactor: Any = _reactor
log = Logger()


class Node:
    """One running service: built by `start`, taken down by `stop`, in the reverse order."""

    def __init__(self, settings: Settings, announce: Callable[[str], None]) -> None:
        """`announce` prints one line of progress for whoever started the service."""
        self.settings, self._announce = settings, announce
        self._teardown = Teardown()
        self._on_stop = self._teardown.add
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
        self._announce("语音 voice, speech model and articles …")
        await self._load_parts()
        await self._start_telephony()
        await self._start_console()

    async def stop(self) -> None:
        """Take everything down; a part that fails does not keep the others."""
        await self._teardown.run()

    async def drain(self) -> None:
        """Refuse new calls, wait for those that run (up to `drain_s`), then end the rest."""
        await self.switchboard.drain(self.settings.drain_s)

    # ---- parts -------------------------------------------------------------------------------

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
        self.tree = load_tree(settings.tree, settings.emergency_words)
        self.dialogue = Dialogue(self.tree, from_ivr.calendar(settings))
        speaker = from_ivr.voice_worker(settings)
        self.prompts = PromptStore(PROMPTS, from_ivr.prompt_cache(settings), speaker, reactor)
        self._on_stop("prompts", self.prompts.stop)
        self._on_stop("voice", speaker.stop)
        pace = self.tree.elder.pace if self.tree.elder else 1.0
        folder = settings.data / "slow_prompts"
        self.slow = SlowPrompts(self.prompts, folder, pace, reactor, deferToThread)
        self._on_stop("slow prompts", self.slow.stop)
        await in_thread(seed, self.sessions, settings.articles, clock.utc_now())
        await in_thread(seed_groups, self.sessions, clock.utc_now())
        self.graphs = from_asr.renewing(settings, self.bus, reactor, clock.utc_now)
        self._on_stop("graphs", self.graphs.stop)
        await self._load_knowledge()
        self.guide, router = await in_thread(load_guide, self.sessions, settings.data / "routes")
        self._on_stop("router", router.stop)
        places = follow_places(self.guide, self.sessions, self.bus, reactor, settings.node)
        self._on_stop("place names", places)
        self.slow.warm(self.tree.fixed_texts() if self.tree.elder else ())
        usual = from_asr.recogniser(settings, reactor)
        self.recogniser = from_asr.by_language(settings, usual, reactor)
        self._on_stop("recogniser", self.recogniser.stop)
        self._on_stop("new graphs", from_asr.follow_graphs(settings, usual, self.bus))
        self.second_reader = from_asr.second_reader(settings, reactor)
        self._on_stop("second reader", self.second_reader.stop)

    async def _load_knowledge(self) -> None:
        loaded = await in_thread(live.load, self.sessions, self._today())
        self.knowledge = live.LiveKnowledge(
            loaded,
            lambda: deferToThread(live.load, self.sessions, self._today()),
            reactor,
            self._knows,
        )
        self._on_stop("knowledge", self.knowledge.stop)
        self.bus.subscribe([live.CHANGED, "bus.restored"], self.knowledge.changed)
        self._warm(loaded)
        self.graphs.started([asdict(article) for article in loaded.articles])

    def _knows(self, loaded: live.Loaded) -> None:
        self._warm(loaded)
        self.graphs.changed([asdict(article) for article in loaded.articles])
        told = {"node": self.settings.node, "articles": len(loaded.articles)}
        self.bus.publish(live.LOADED, told)

    def _warm(self, loaded: live.Loaded) -> None:
        self.prompts.warm(texts_of(self.tree, [asdict(article) for article in loaded.articles]))

    async def _start_telephony(self) -> None:
        settings = self.settings
        self.journal = Journal(
            self.sessions,
            settings.data / "spool.jsonl",
            reactor,
            [
                apply_to_call,
                partial(apply_to_ticket, zone=settings.timezone),
                apply_to_questions,
                apply_to_missed,
            ],
        )
        self.journal.start()
        self._on_stop("journal", self.journal.stop)
        self.queues = rules_file.load(settings.queues, settings.timezone)
        texts = start_office(
            settings, self.sessions, reactor, clock.utc_now, self.bus.publish, self._on_stop
        )
        if texts is not None:
            self.bus.subscribe([KEPT], texts.look)
        rooms = Rooms(
            sessions=self.sessions,
            redis=self.redis,
            bus=self.bus,
            journal=self.journal,
            dialogue=self.dialogue,
            prompts=self.prompts,
            recogniser=self.recogniser,
            second=self.second_reader,
            ask=self._ask,
            guide=with_service_places(
                wayfinding(
                    self.guide,
                    partial(recalled_home, self.sessions),
                    partial(reactor.callFromThread, self.prompts.warm),
                ),
                Finder(self.sessions, lambda *asked: self.guide.find(*asked)).find,
                partial(reactor.callFromThread, self.prompts.warm),
            ),
            call_backs=CallBackStore(self.sessions),
            cases=CaseDesk(self.sessions, clock.utc_now, self.settings.timezone),
            slow=self.slow,
            recall=lambda number: deferToThread(recalled, self.sessions, number),
            ticket_of=lambda call: deferToThread(ticket_number, self.sessions, call),
            certificate=self.tls[1],
            private_key=self.tls[2],
            queues=self.queues,
            texts=texts,
        )
        self.switchboard = Switchboard(settings, rooms, reactor, clock.utc_now)
        await self.switchboard.start(
            self._teardown,
            lambda call: self._announce(f"恢复上次中断的通话 recovered call {call}"),
        )

    def _ask(self, asked: ivr.Ask, area: str) -> Reply:
        return reply_from(self.knowledge, asked, area, self._today())

    async def _aloud(self, text: str) -> bytes | None:
        try:
            return await aloud(self.prompts, text)
        except VoiceUnavailable as why:
            log.warn("a text cannot be heard at the console: {why}", why=why)
            return None

    def _today(self) -> date:
        return clock.local(clock.utc_now(), self.settings.timezone).date()

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
            health=self.switchboard.checks,
            metrics=self.switchboard.metrics,
            now=clock.utc_now,
            node_titles=self.tree.titles,
            pauses={k: PauseKind(p.title, p.minutes) for k, p in self.queues.pauses.items()},
            speak=self._aloud,
            ask=lambda text, area: self.knowledge.ask(text, area, self._today()),
        )
        _, cert, key = self.tls
        server = ConsoleServer(make_app(console), settings, cert, key)
        await server.start()
        self._on_stop("console", server.stop)


def reply_from(knowledge: Knowledge, asked: ivr.Ask, area: str, today: date) -> Reply:
    """What the knowledge room answers to a question of a call from an area."""
    found = knowledge.ask(asked.text, area, today, asked.asker, asked.about)
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
        best.long,
        best.materials,
        best.place,
        found.asks,
        asked.asker.area or area,
    )
    return Reply(answered, best.version)


STARTUP_FAULTS = (
    FolderInUse,
    RedisServerError,
    TreeRefused,
    WrongCalendar,
    rules_file.QueuesRefused,
    SipSettingsError,
    ConsoleServerError,
    migrate.MigrationError,
    DataFault,
    SettingsError,
    OSError,
)


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


def ticket_number(sessions: Sessions, call: str) -> str:
    """Return the number of a call's ticket; empty while there is none. Blocking."""
    with sessions() as db:
        return db.scalar(select(Ticket.number).where(Ticket.call_id == call)) or ""


def make_speaker() -> Speaker:
    """Return the synthetic voice for `hotline call` and `hotline demo`."""
    return from_ivr.speaker(load_settings())


def make_ear(on: Any) -> Recogniser | None:
    """Return what tells a caller in words what the far end says."""
    return from_asr.recogniser(load_settings(), on, workers=1)


def spoken_texts() -> list[str]:
    """Return all that the set tree can say with the articles of the set folder."""
    settings = load_settings()
    articles = load_folder(settings.articles).articles
    return texts_of(load_tree(settings.tree), [asdict(article) for article in articles])


def intent_of(text: str) -> dict[str, Any]:
    """Say what a recognised text would lead to: the articles' search over the set folder."""
    settings = load_settings()
    day = clock.local(clock.utc_now(), settings.timezone).date()
    return intent(text, settings.articles, settings.area, day)


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
        await in_thread(sms_doctor.check, settings),
        *await in_thread(sip_doctor.checks),
        *await in_thread(
            asr_doctor.check, settings.asr_model, settings.data, from_asr.sources(settings)
        ),
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
main.add_command(make_caller(load_store))
main.add_command(make_sms(load_settings, clock.utc_now))
main.add_command(make_cases(load_store, clock.utc_now))
main.add_command(make_places(load_store, load_settings, clock.utc_now))
main.add_command(make_service_places(load_store, clock.utc_now))
main.add_command(make_devices(load_store))
main.add_command(make_hear(intent_of))
main.add_command(make_queues(load_settings))
simulate = make_simulate(load_settings)
simulate.add_command(pendant)
main.add_command(simulate)
main.add_command(
    make_prompts(
        spoken_texts,
        make_speaker,
        lambda: from_ivr.prompt_cache(load_settings()),
        lambda: reader(load_settings().asr_model),
    )
)
main.add_command(make_kb(load_store, clock.utc_now))
for command in (models, say, tree):
    main.add_command(command)

if __name__ == "__main__":
    main()
