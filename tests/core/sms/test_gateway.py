"""The HTTP gateway: what is sent, what is believed, and what each reply means."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.internet.defer import maybeDeferred

from core.settings import Settings
from core.sms import doctor, gateway
from core.sms.gateway import Gateway, HttpSms
from core.sms.port import Accepted, Outcome, Outgoing, Refused, Unavailable
from tests.core.sms.gateway_server import SECRET, GatewayServer

MESSAGE = Outgoing("a1", "+8613800138000", "一", 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayServer]:
    made = GatewayServer(tmp_path_factory.mktemp("gateway"))
    made.start()
    yield made
    made.stop()


def send(to: Gateway, message: Outgoing = MESSAGE) -> Outcome:
    return HttpSms(to, lambda: datetime.now(UTC), maybeDeferred).post(message)


@pytest.fixture
def known(server: GatewayServer) -> Gateway:
    return Gateway(server.url, "12349", SECRET, server.ca)


def test_a_signed_request_is_taken(server: GatewayServer, known: Gateway) -> None:
    assert send(known) == Accepted("gw-a1")
    assert server.sent["a1"] == {"id": "a1", "to": "+8613800138000", "text": "一", "parts": 1}


def test_another_secret_is_tried_again_and_not_lost(known: Gateway) -> None:
    assert send(replace(known, secret="x" * 20)) == Unavailable("wrong signature")


def test_a_number_that_the_gateway_refuses(server: GatewayServer, known: Gateway) -> None:
    server.blocked["+8613800138001"] = "号码在黑名单"
    blocked = Outgoing("a2", "+8613800138001", "一", 1)
    assert send(known, blocked) == Refused("号码在黑名单")


def test_a_certificate_that_nobody_vouches_for_gets_no_text(
    server: GatewayServer, known: Gateway
) -> None:
    before = len(server.requests)
    outcome = send(replace(known, ca=None))
    assert isinstance(outcome, Unavailable) and "CERTIFICATE_VERIFY_FAILED" in outcome.reason
    assert len(server.requests) == before


def test_a_certificate_for_another_name_gets_no_text(server: GatewayServer, known: Gateway) -> None:
    # 127.0.0.2 reaches the same server, whose certificate names 127.0.0.1.
    outcome = send(replace(known, url=server.url.replace("127.0.0.1", "127.0.0.2")))
    assert isinstance(outcome, Unavailable)


@pytest.mark.parametrize(
    ("status", "headers", "body", "meant"),
    [
        (200, {}, {"status": "accepted", "reference": "x"}, Accepted("x")),
        (200, {}, {"status": "refused", "reason": "空号"}, Refused("空号")),
        (200, {}, {}, Unavailable("the gateway's reply names no status")),
        (204, {}, None, Unavailable("HTTP 204")),
        (301, {"Location": "https://127.0.0.1/"}, None, Unavailable("HTTP 301")),
        (400, {}, {"reason": "too long"}, Refused("too long")),
        (403, {}, None, Unavailable("HTTP 403")),
        (422, {}, None, Refused("HTTP 422")),
        (429, {"Retry-After": "90"}, None, Unavailable("HTTP 429", 90)),
        (503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None, Unavailable("HTTP 503")),
    ],
)
def test_what_a_reply_means(
    server: GatewayServer,
    known: Gateway,
    status: int,
    headers: dict[str, str],
    body: object,
    meant: Outcome,
) -> None:
    told = b"" if body is None else json.dumps(body).encode()
    server.next_replies.append((status, headers, told))
    assert send(known) == meant


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 60_000, b"[]", b"{", b"1"])
def test_a_reply_that_is_no_answer_is_tried_again(
    server: GatewayServer, known: Gateway, body: bytes
) -> None:
    server.next_replies.append((200, {}, body))
    assert isinstance(send(known), Unavailable)


def test_a_reply_without_end_is_read_to_its_limit(server: GatewayServer, known: Gateway) -> None:
    endless = b'{"status": "accepted"' + b" " * 1_000_000 + b"}"
    server.next_replies.append((200, {}, endless))
    assert isinstance(send(known), Unavailable)


def test_a_gateway_that_says_nothing_is_given_up(
    known: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "LIMIT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        assert isinstance(send(replace(known, url=url)), Unavailable)


def test_doctor_sees_whether_the_gateway_is_there_and_trusted(
    server: GatewayServer, tmp_path: Path
) -> None:
    def checked(**values: object) -> tuple[bool, str]:
        found = doctor.check(Settings(data=tmp_path, **values))  # type: ignore[arg-type]
        return found.ok, found.found

    set_up = {"sms_url": server.url, "sms_secret": SECRET}
    ok, found = checked(**set_up, sms_ca=server.ca)
    assert ok and "trusted" in found and "area=44" not in found
    ok, found = checked(**set_up)
    assert not ok and "certificate" in found.lower()
    assert not checked(sms_url="https://127.0.0.1:9/", sms_secret=SECRET)[0]
    assert checked() == (True, "no gateway: the line sends no texts (docs/sms.md)")
    ok, found = checked(sms_folder=tmp_path / "texts")
    assert ok and "sent to nobody" in found
    (tmp_path / "file").write_text("")
    assert not checked(sms_folder=tmp_path / "file")[0]
