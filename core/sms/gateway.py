"""Sends text messages over an HTTP gateway: JSON by POST, signed, its certificate checked.

The protocol is ours and is written down in docs/sms.md; a carrier's own API is put behind it by a
small program at the operator's.
"""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from twisted.internet.defer import Deferred

from core.clock import Now
from core.sms import signature
from core.sms.port import Accepted, Outcome, Outgoing, Refused, Unavailable

LIMIT_S = 10.0
"""For the connection, and for each wait for bytes."""

MOST_BYTES = 64 * 1024
LONGEST_REASON = 200
IDEMPOTENCY = "Idempotency-Key"
NOT_THE_MESSAGE = frozenset((401, 403, 404, 405, 408, 409, 423, 425, 429))
"""4xx that speak of the connection, the time or the set-up: the message itself may be well."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the gateway is and what both sides know; `ca` is a file of certificates to trust."""

    url: str
    key: str
    secret: str
    ca: Path | None = None


class HttpSms:
    """Implements `core.sms.port.Sms`."""

    def __init__(self, gateway: Gateway, now: Now, in_thread: Callable[..., Deferred[Any]]) -> None:
        """`in_thread` runs a blocking function off the reactor thread (`deferToThread`)."""
        self._gateway, self._now, self._in_thread = gateway, now, in_thread

    def send(self, message: Outgoing) -> Deferred[Outcome]:
        """Hand a message over; see the port."""
        sending: Deferred[Outcome] = self._in_thread(self.post, message)
        return sending.addErrback(lambda failure: Unavailable(_shown(failure.value)))

    def post(self, message: Outgoing) -> Outcome:
        """Hand a message over. Blocking, some `LIMIT_S` at most."""
        body = json.dumps(
            {"id": message.id, "to": message.number, "text": message.text, "parts": message.parts},
            ensure_ascii=False,
        ).encode(errors="replace")
        target = urlsplit(self._gateway.url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        given = signature.headers(
            self._gateway.key,
            self._gateway.secret,
            "POST",
            path,
            body,
            self._now().timestamp(),
            secrets.token_hex(16),
        )
        kind = {"Content-Type": "application/json", IDEMPOTENCY: message.id, "Connection": "close"}
        try:
            connection = connect(target, self._gateway.ca)
            try:
                connection.request("POST", path, body, {**given, **kind})
                reply = connection.getresponse()
                return outcome(reply.status, reply.headers, reply.read(MOST_BYTES))
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Unavailable(_shown(error))


def connect(target: SplitResult, ca: Path | None) -> http.client.HTTPConnection:
    """Return a connection to a URL's host, not opened yet.

    An https host must show a certificate for its name from the system's authorities, or from those
    in the file `ca` alone. Raises OSError (ssl.SSLError for a file that holds no certificate).
    """
    host = target.hostname or ""
    if target.scheme != "https":
        return http.client.HTTPConnection(host, target.port, timeout=LIMIT_S)
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    return http.client.HTTPSConnection(host, target.port, timeout=LIMIT_S, context=context)


def outcome(status: int, headers: Any, body: bytes) -> Outcome:
    """Return what the gateway's reply means. `headers` has a `get`."""
    told = _told(body)
    reason = str(told.get("reason") or f"HTTP {status}")[:LONGEST_REASON]
    if status in (200, 201, 202):
        match told.get("status"):
            case "accepted":
                return Accepted(str(told.get("reference") or "")[:128])
            case "refused":
                return Refused(reason)
        return Unavailable("the gateway's reply names no status")
    if 400 <= status < 500 and status not in NOT_THE_MESSAGE:
        return Refused(reason)
    return Unavailable(reason, _seconds(headers.get("Retry-After", "")))


def _told(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0


def _shown(error: object) -> str:
    return (str(error) or type(error).__name__)[:LONGEST_REASON]
