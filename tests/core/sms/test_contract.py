"""The port `Sms`: the same holds of the HTTP gateway, the folder, and the fake that tests use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import maybeDeferred

from core.sms.folder import FolderSms
from core.sms.gateway import Gateway, HttpSms
from core.sms.port import Accepted, Outcome, Outgoing, Sms, Unavailable
from tests.core.sms.gateway_server import SECRET, GatewayServer
from tests.fakes.sms import FakeSms

WRITTEN = "【12349】低保怎么申请：\n向街道申请。“€” 𠮷"


@dataclass
class Way:
    """An implementation, what arrived by it, and how it is put out of order."""

    sms: Sms
    arrived: Callable[[], list[tuple[str, str, int]]]
    break_it: Callable[[], object]

    def send(self, message: Outgoing) -> Outcome:
        got: list[Outcome] = []
        self.sms.send(message).addCallback(got.append)
        (outcome,) = got
        return outcome


def _http(folder: Path) -> Iterator[Way]:
    server = GatewayServer(folder)
    server.start()
    gateway = Gateway(server.url, "12349", SECRET, server.ca)
    sms = HttpSms(gateway, lambda: datetime.now(UTC), maybeDeferred)
    yield Way(
        sms,
        lambda: [(each["to"], each["text"], each["parts"]) for each in server.sent.values()],
        server.stop,
    )
    server.stop()


def _folder(folder: Path) -> Iterator[Way]:
    into = folder / "texts"

    def arrived() -> list[tuple[str, str, int]]:
        found: list[dict[str, Any]] = [json.loads(f.read_text()) for f in into.glob("*.json")]
        return [(each["to"], each["text"], each["parts"]) for each in found]

    def break_it() -> None:
        into.rename(folder / "away")
        into.write_text("a file where the folder should be")

    into.mkdir()
    yield Way(FolderSms(into, maybeDeferred), arrived, break_it)


def _fake(folder: Path) -> Iterator[Way]:
    fake = FakeSms()
    yield Way(
        fake,
        lambda: [(m.number, m.text, m.parts) for m in fake.arrived.values()],
        lambda: fake.answers.append(Unavailable("out of order")),
    )


@pytest.fixture(params=[_http, _folder, _fake], ids=["http", "folder", "fake"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    yield from request.param(tmp_path)


def test_a_text_arrives_as_it_was_written(way: Way) -> None:
    outcome = way.send(Outgoing("a1", "+8613800138000", WRITTEN, 1))
    assert isinstance(outcome, Accepted) and outcome.reference
    assert way.arrived() == [("+8613800138000", WRITTEN, 1)]


def test_the_same_id_is_sent_once_however_often_it_is_handed_over(way: Way) -> None:
    first = way.send(Outgoing("a1", "+8613800138000", "一", 1))
    again = way.send(Outgoing("a1", "+8613800138000", "二", 1))
    way.send(Outgoing("a2", "+8613800138000", "三", 1))
    assert first == again
    assert sorted(text for _, text, _ in way.arrived()) == ["一", "三"]


def test_what_is_out_of_order_is_unavailable_with_a_reason(way: Way) -> None:
    way.break_it()
    outcome = way.send(Outgoing("a1", "+8613800138000", "一", 1))
    assert isinstance(outcome, Unavailable) and outcome.reason
