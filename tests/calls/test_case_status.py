"""Calls that ask how a case stands, with the shipped tree and a real desk; what is kept of them.

What proves who the caller is may be found in no journal, database, live page, log or recording.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from asr.port import Final, VoiceStarted
from asr.second_reader.port import Reading
from core.crypto import Vault
from core.db import Base, Sessions, open_database, open_sessions
from core.journal_apply import apply_to_call
from core.journal_tables import CallEvent
from ivr.dialogue import Dialogue
from ivr.tree import load
from telephony.calls.machine import HIDDEN_KEY
from telephony.calls.privacy import HIDDEN
from telephony.calls.service import Calls
from tests.calls.conftest import TREE
from tests.calls.hall import LOUD, START, Hall
from tests.fakes.sip import FakeLeg
from tests.tickets.cases.sample import DIGITS, NUMBER, records
from tickets import store as tickets
from tickets.apply import apply_to_ticket
from tickets.cases import store
from tickets.cases.phone import CaseDesk

SECRETS = (
    "002X",
    "002x",
    "零零二",
    "艾克斯",
    "19491231",
    "一九四九",
    "十二月三十一",
    "0021",
    "零零幺",
)
CALLER = "+8613800138000"


class Case:
    """One node with case records, a caller on the line, and all that was kept of the call."""

    def __init__(
        self,
        folder: Path,
        sessions: Sessions,
        readings: tuple[Reading, ...] = (),
        first: int = 0,
    ) -> None:
        """`first` is the first call's number, and its identifier."""
        folder.mkdir()
        self.hall = hall = Hall(folder, Dialogue(load(TREE)), readings=readings)
        self.sessions = sessions
        desk = CaseDesk(sessions, hall.parts.now, "Asia/Shanghai")
        hall.parts = replace(hall.parts, cases=desk)
        ids = map("{:032x}".format, count(first))
        old = hall.calls
        hall.calls = Calls(
            hall.parts, "node1", old._area_of, ids.__next__, old._max_call_s, old._ticket_of
        )
        self.leg: FakeLeg = hall.call(caller=CALLER)
        self.logged: list[str] = []
        globalLogPublisher.addObserver(self._log)
        hall.pass_time(6)

    def _log(self, event: dict[str, Any]) -> None:
        self.logged.append(repr(event))

    def say(self, text: str, seconds: float = 1.0) -> Case:
        """Speak, with sound on the line; the machine has said its all before."""
        self.hear_out()
        self.hall.ears.last = text
        start = self.hall.ears.open_streams[0].fed // 16
        self.hear(VoiceStarted(0))
        self.leg.far_says(LOUD * round(seconds * 50))
        end = start + round(seconds * 1000)
        self.hall.ears.partial(text, end)
        if self.hall.ears.open_streams:
            self.hear(Final(text, (), 0.5, start, end))
        self.hall.pass_time(0)
        return self

    def wait(self, seconds: float) -> Case:
        """Let time pass on a silent line."""
        self.leg.far_says(bytes(320) * round(seconds * 50))
        self.hall.pass_time(0)
        return self

    def hear_out(self) -> None:
        """Let the machine say all that it has to say."""
        self.wait(0.1)
        while self.leg.playing:
            self.wait(0.5)

    def hear_out_to_the_queue(self) -> None:
        """... and assert that a person is waited for then."""
        self.wait(15)
        assert self.hall.room.waiting

    def hear(self, what: Any) -> None:
        self.hall.ears.open_streams[0].on_heard(what)

    def key(self, keys: str) -> Case:
        self.leg.far_presses(keys)
        self.wait(0.1)
        return self

    def end(self) -> None:
        self.leg.far_hangs_up()
        self.hall.pass_time(3)
        self.hall.over()
        globalLogPublisher.removeObserver(self._log)

    def notes(self, key: str) -> list[str]:
        return [d["value"] for d in self.hall.journal.data("note") if d["key"] == key]

    def kept(self, database: Path) -> str:
        """All that is written of the call anywhere, as text."""
        with self.sessions() as db:
            for record in self.hall.journal.records:
                apply_to_call(db, record)
                apply_to_ticket(db, record)
                db.add(
                    CallEvent(
                        call_id=record.call_id, seq=record.seq, at=record.at, kind=record.kind,
                        data=record.data,
                    )
                )  # fmt: skip
                db.flush()
        with sqlite3.connect(database) as connection:
            dump = "\n".join(connection.iterdump())
        # As the database writes JSON: \\u escapes hide nothing.
        dump = dump.encode().decode("unicode_escape", errors="ignore") + dump
        spool = "".join(record.to_json() for record in self.hall.journal.records)
        spool += repr([record.data for record in self.hall.journal.records])
        return "\n".join([dump, spool, repr(self.hall.published), *self.logged])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


@pytest.fixture
def sessions(database: Path) -> Iterator[Sessions]:
    engine = open_database(f"sqlite:///{database}", Vault(b"k" * 32))
    Base.metadata.create_all(engine)
    made = open_sessions(engine)
    store.put(made, "低保系统", records(), "wang", START)
    yield made
    engine.dispose()


@pytest.fixture
def case(tmp_path: Path, sessions: Sessions) -> Case:
    return Case(tmp_path / "node", sessions)


def to_identity(case: Case) -> Case:
    case.say("我的低保办得怎么样了").key(f"{DIGITS}#").key("1")
    assert case.notes("case_asked") == [DIGITS]
    return case


def test_a_spoken_check_is_told_linked_and_kept_nowhere(
    case: Case, sessions: Sessions, database: Path
) -> None:
    to_identity(case).say("零零二艾克斯").say("一九四九年十二月三十一号", 3)
    case.hear_out()
    said = "".join(case.hall.journal.texts("said"))
    assert "这个办件正在审核。办的是最低生活保障申请。最近一次办理是2026年3月2日" in said
    assert case.hall.journal.texts("heard") == ["我的低保办得怎么样了", HIDDEN, HIDDEN]
    case.say("不用了谢谢").end()
    assert case.hall.ended["disposition"] == "machine"
    kept = case.kept(database)
    assert NUMBER in kept and not [secret for secret in SECRETS if secret in kept]
    with sessions() as db:
        ticket = tickets.by_call(db, "0" * 32, "000000")
        assert ticket is not None
        assert [c.number for c in tickets.dossier(db, ticket).cases] == [NUMBER]
        assert ticket.topic == "最低生活保障申请"


def test_a_keyed_check_is_kept_nowhere_nor_are_keys_that_come_too_late(
    case: Case, database: Path
) -> None:
    to_identity(case).key("002*").key("19491231").key("4321")
    case.wait(10)
    case.key("9")
    keys = [data["digit"] for data in case.hall.journal.data("digit")]
    assert keys == [*DIGITS, "#", "1", *[HIDDEN_KEY] * 16, "9"]
    case.end()
    assert case.notes("case") == [NUMBER]
    kept = case.kept(database)
    assert not [secret for secret in SECRETS if secret in kept]


def test_the_recording_is_silent_where_identity_is_proved(case: Case) -> None:
    to_identity(case)
    case.hear_out()
    private = case.hall.clock.seconds()
    case.say("零零二艾克斯").say("一九四九年十二月三十一号", 3)
    public = case.hall.clock.seconds()
    case.hear_out()
    case.say("不用了谢谢")
    assert case.leg._tracks is not None
    begun, pieces = case.leg._tracks[0].begun, case.leg._tracks[0].pieces
    loud = [at for at, piece in pieces if piece.any()]
    assert loud and not [at for at in loud if private <= at < public]
    assert [at for at in loud if at < private] and [at for at in loud if at >= public]
    case.end()
    file = case.hall.folder / case.hall.recording["path"]
    left = memoryview(file.read_bytes()[44:]).cast("h").tolist()[::2]
    inside = left[round((private - begun) * 8000) : round((public - begun) * 8000)]
    assert len(inside) > 8000 and not any(inside) and any(left)


def test_what_the_second_reader_makes_of_it_is_kept_nowhere(
    tmp_path: Path, sessions: Sessions, database: Path
) -> None:
    readings = (Reading("零零二艾克斯", 0.9), Reading("一九四九年十二月三十一号", 0.9))
    case = to_identity(Case(tmp_path / "node", sessions, readings))
    case.say("零零幺艾克斯").wait(2)
    case.say("一九四九年十二月", 2).wait(2)
    assert case.notes("reread") == [HIDDEN, HIDDEN]
    case.end()
    kept = case.kept(database)
    assert not [secret for secret in SECRETS if secret in kept]


def test_the_rest_is_rendered_while_the_status_is_said(case: Case) -> None:
    last = "以上是2026年3月2日的办理情况。"
    case.hall.prompts.missing.add(last)
    to_identity(case).key("002*").key("19491231")
    assert (
        case.hall.playing(case.leg)[0] == "这个办件正在审核。" and last in case.hall.prompts.wanted
    )
    case.hall.prompts.render(last)
    case.hear_out()
    assert last in case.hall.journal.texts("said")
    case.end()


def test_three_wrong_answers_lead_to_a_person_and_three_such_calls_to_a_lock(
    tmp_path: Path, sessions: Sessions
) -> None:
    for number in range(3):
        case = to_identity(Case(tmp_path / f"node{number}", sessions, first=number))
        for _ in range(3):
            assert not case.hall.room.waiting
            case.key("0000").key("19490101")
        case.hear_out_to_the_queue()
        assert case.notes("case_check") == ["refused"] * 3 and not case.notes("case")
        assert "审核" not in "".join(case.hall.journal.texts("said"))
        case.end()
    case = Case(tmp_path / "node3", sessions, first=3).say("查办件进度")
    case.hear_out_to_the_queue()
    assert "过半小时" in "".join(case.hall.journal.texts("said"))
    assert not case.notes("case_asked")
    case.end()


def test_a_desk_that_fails_leads_to_a_person(case: Case) -> None:
    def lost(*about: Any) -> Deferred[Any]:
        raise OSError("the database is away")

    to_identity(case)
    case.hall.parts.cases.check = lost  # type: ignore[union-attr, method-assign]
    case.key("002*").key("19491231")
    case.hear_out_to_the_queue()
    assert not case.leg.hidden
    case.end()


def test_who_withholds_the_number_gets_a_person(tmp_path: Path, sessions: Sessions) -> None:
    case = Case(tmp_path / "node", sessions)
    case.leg.far_hangs_up()
    case.hall.pass_time(3)
    case.leg = case.hall.call(caller=CALLER, withheld=True)
    case.hall.pass_time(6)
    case.key("6")
    case.hear_out_to_the_queue()
    case.end()


def test_a_cry_for_help_is_on_the_record_again(case: Case) -> None:
    to_identity(case).say("救命啊我摔倒了")
    assert case.hall.session(case.leg).state.emergency and not case.leg.hidden
    assert case.notes("emergency") and case.hall.journal.texts("heard")[-1] == HIDDEN
    case.end()
