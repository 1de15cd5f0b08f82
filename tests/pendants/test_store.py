"""Signals are stored once, and the answer to a repetition is the first one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import migrate
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from telephony.pendants import dc09, scaip, store
from telephony.pendants.dc09 import Frame
from telephony.pendants.signal import Signal
from telephony.pendants.tables import Device, SignalRow

AT = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    url = f"sqlite:///{tmp_path}/hotline.db"
    migrate.upgrade(url)
    engine = open_database(url, Vault(b"k" * 32))
    yield open_sessions(engine)
    engine.dispose()


def _signal(ref: str = "1", **fields: str) -> Signal:
    return scaip.signal_of(
        scaip.parse(scaip.build({"ref": ref, "cid": "26317", "dty": "0003", **fields}))
    )


def _answer(signal: Signal, live: bool) -> bytes:
    return scaip.encode(scaip.accepted(signal, live))


def _count(sessions: Sessions) -> int:
    with sessions() as db:
        return db.scalar(select(func.count()).select_from(SignalRow)) or 0


def test_the_same_message_is_stored_once_and_answered_alike(sessions: Sessions) -> None:
    first = store.take(sessions, _signal(), _answer, AT, "x")
    again = store.take(sessions, _signal(), _answer, AT + timedelta(hours=23), "x")
    assert first.fresh and not again.fresh
    assert first.reply == again.reply and first.id == again.id
    assert _count(sessions) == 1


def test_after_a_day_a_reference_may_come_again(sessions: Sessions) -> None:
    store.take(sessions, _signal(), _answer, AT, "x")
    assert store.take(sessions, _signal(), _answer, AT + timedelta(hours=24), "x").fresh
    assert _count(sessions) == 2


def test_the_same_reference_of_another_device_is_another_message(sessions: Sessions) -> None:
    store.take(sessions, _signal(), _answer, AT, "x")
    assert store.take(sessions, _signal(cid="9"), _answer, AT, "x").fresh


def test_a_second_alarm_at_once_asks_for_no_second_voice_leg(sessions: Sessions) -> None:
    assert b"<mre>1</mre>" in store.take(sessions, _signal("1"), _answer, AT, "x").reply
    soon = AT + timedelta(seconds=30)
    assert b"<mre>0</mre>" in store.take(sessions, _signal("2"), _answer, soon, "x").reply
    later = soon + timedelta(seconds=61)
    assert b"<mre>1</mre>" in store.take(sessions, _signal("3"), _answer, later, "x").reply


def test_the_device_was_seen_and_the_raw_message_is_kept_encrypted(
    sessions: Sessions, tmp_path: Path
) -> None:
    with sessions() as db:
        db.add(Device(protocol="scaip", controller="26317", person="张三", number="13800138000"))
    taken = store.take(sessions, _signal(lte="secret place"), _answer, AT, "x")
    assert taken.number == "13800138000"
    with sessions() as db:
        device = db.scalars(select(Device)).one()
        row = db.scalars(select(SignalRow)).one()
    assert device.last_seen == AT and row.device_id == device.id
    assert "<lte>secret place</lte>" in row.raw
    for file in tmp_path.iterdir():
        assert b"secret place" not in file.read_bytes()


def test_a_device_that_restarted_is_not_taken_for_an_old_message(sessions: Sessions) -> None:
    def take(event: str, minutes: int) -> bool:
        frame = Frame("ADM-CID", "0001", "1234", f"|1{event} 00 007")
        signal, at = dc09.signal_of(frame, b""), AT + timedelta(minutes=minutes)
        return store.take(sessions, signal, lambda signal, live: b"", at, "x").fresh

    assert take("101", 0) and not take("101", 1)
    assert take("111", 1) and take("101", 6)


def test_writers_that_meet_store_a_message_once(sessions: Sessions) -> None:
    def take(_: int) -> bytes:
        return store.take(sessions, _signal(), _answer, AT, "x").reply

    with ThreadPoolExecutor(4) as pool:
        replies = set(pool.map(take, range(16)))
    assert len(replies) == 1
    assert _count(sessions) == 1
