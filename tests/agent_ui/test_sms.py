"""Texts at the console: the gateway's receipts, and what a ticket's page says of its texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from core.sms import signature
from core.sms.port import Accepted
from tests.agent_ui.served import Served
from tickets.sms import outbox
from tickets.sms.outbox import Limits

NOW = datetime.now(UTC)
PATH = "/api/v1/sms/receipts"
SECRET = "a secret of both sides 42"
LIMITS = Limits(5, "Asia/Shanghai", 10, "12349民政热线", "（余下内容请拨打12349）")
Send = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def gateway(served: Served) -> Iterator[Served]:
    """A console of a hotline with a gateway."""
    served.settings.sms_url, served.settings.sms_secret = "https://127.0.0.1:9/x", SECRET
    served.user("wang", "agent", "440106", "王小梅")
    served.journal.opened("sms1", NOW)
    yield served
    served.settings.sms_url = ""


@pytest.fixture
def text(gateway: Served, request: pytest.FixtureRequest) -> str:
    """A text of its own number that the gateway has; its id."""
    number = f"1380013{abs(hash(request.node.name)) % 10_000:04}"
    kept = outbox.keep(gateway.sessions, "sms1", number, request.node.name, LIMITS, NOW)
    outbox.settle(gateway.sessions, kept.id, Accepted("r1"), NOW)
    return kept.id


@pytest.fixture
def send(gateway: Served) -> Send:
    """Send a receipt as the gateway does, but for the changes that a test makes."""

    def sent(receipt: object, **changes: object) -> httpx.Response:
        body = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
        wanted: dict[str, object] = {"now": NOW.timestamp(), "nonce": str(datetime.now(UTC))}
        wanted |= {"key": "hotline", "secret": SECRET, "method": "POST", "path": PATH, "body": body}
        given = signature.headers(**(wanted | changes))  # type: ignore[arg-type]
        with gateway.client() as client:
            return client.post(PATH, content=body, headers=given)

    return sent


def test_a_receipt_is_kept_and_the_ticket_s_page_told(
    gateway: Served, send: Send, text: str
) -> None:
    answer = send({"id": text, "status": "delivered"})
    assert (answer.status_code, answer.json()) == (200, {"status": "delivered"})
    told = gateway.until_heard("ticket.changed", call="sms1")
    assert told["call"] == "sms1" and told["number"]
    again = send({"id": text, "status": "failed", "reason": "关机"})
    assert again.json() == {"status": "delivered"}


def test_a_failure_has_its_reason_on_the_ticket(gateway: Served, send: Send, text: str) -> None:
    assert send({"id": text, "status": "failed", "reason": "关机"}).json() == {"status": "failed"}
    with gateway.signed_in("wang") as client:
        page = client.get("/calls/sms1", follow_redirects=True).text
    assert "没有送达" in page and "关机" in page and "1条" in page
    assert "1380013" not in page, "numbers are masked"
    gateway.user("robot", "supervisor", "440000")
    with gateway.program("robot") as program:
        number = program.get("/api/v1/calls/sms1").json()["ticket"]
        texts = program.get(f"/api/v1/tickets/{number}").json()["texts"]
    (told,) = [each for each in texts if each["id"] == text]
    assert (told["status"], told["reason"], told["parts"]) == ("failed", "关机", 1)
    assert told["to"].startswith("+86138****")


def test_what_was_refused_here_says_why(gateway: Served) -> None:
    outbox.keep(gateway.sessions, "sms1", "02087654321", "一", LIMITS, NOW)
    with gateway.signed_in("wang") as client:
        page = client.get("/calls/sms1", follow_redirects=True).text
    assert "没有发送" in page and "不是手机号码" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another secret 0123"},
        {"key": "other"},
        {"path": "/api/v1/sms/other"},
        {"method": "PUT"},
        {"body": b"{}"},
        {"now": (NOW - timedelta(seconds=400)).timestamp()},
        {"now": (NOW + timedelta(seconds=900)).timestamp()},
    ],
)
def test_what_the_gateway_did_not_sign_is_refused(
    send: Send, text: str, changes: dict[str, object]
) -> None:
    answer = send({"id": text, "status": "delivered"}, **changes)
    assert answer.status_code == 401 and answer.json()["detail"]


def test_unsigned_is_refused(gateway: Served) -> None:
    with gateway.client() as client:
        assert client.post(PATH, json={"id": "a", "status": "delivered"}).status_code == 401


def test_a_nonce_counts_once(send: Send, text: str) -> None:
    receipt = {"id": text, "status": "delivered"}
    assert send(receipt, nonce="n1").status_code == 200
    assert send(receipt, nonce="n1").status_code == 409


@pytest.mark.parametrize(
    ("receipt", "status"),
    [
        ({"id": "nobody", "status": "delivered"}, 404),
        ({"id": "a", "status": "lost"}, 400),
        ({"status": "delivered"}, 400),
        ([], 400),
        (b"\xff", 400),
        (b"", 400),
        (b"[" * 16_000, 400),
        (b"x" * 20_000, 413),
    ],
)
def test_what_is_no_receipt(send: Send, receipt: object, status: int) -> None:
    assert send(receipt).status_code == status


def test_without_a_gateway_there_are_no_receipts(gateway: Served, send: Send, text: str) -> None:
    url, gateway.settings.sms_url = gateway.settings.sms_url, ""
    try:
        assert send({"id": text, "status": "delivered"}).status_code == 404
    finally:
        gateway.settings.sms_url = url
