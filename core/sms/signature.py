"""The signature on requests to the gateway and on its receipts: HMAC-SHA256. Pure.

What is signed, byte by byte, is in docs/sms.md; both directions use the same form.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "Hotline-Key"
TIMESTAMP = "Hotline-Timestamp"
NONCE = "Hotline-Nonce"
SIGNATURE = "Hotline-Signature"

TOLERANCE_S = 300
"""How far the clocks of both sides may be apart."""

LONGEST_NONCE = 64


class BadSignature(ValueError):
    """A request is not signed, wrongly, or too long ago; the message says which."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature is right; `nonce` must not have been seen before."""

    nonce: str


def signature(secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature as 64 lower-case hexadecimal digits.

    `path` is what stands in the request line (with the query), `timestamp` seconds since 1970.
    """
    digest = hashlib.sha256(body).hexdigest()
    signed = "\n".join((method, path, timestamp, nonce, digest))
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def headers(
    key: str, secret: str, method: str, path: str, body: bytes, now: float, nonce: str
) -> dict[str, str]:
    """Return the headers that sign a request at `now` (seconds since 1970)."""
    timestamp = str(int(now))
    made = signature(secret, method, path, timestamp, nonce, body)
    return {KEY: key, TIMESTAMP: timestamp, NONCE: nonce, SIGNATURE: made}


def verify(
    given: Mapping[str, str], key: str, secret: str, method: str, path: str, body: bytes, now: float
) -> Signed:
    """Return what a request with these headers (names in any case) was signed with.

    Raises BadSignature.
    """
    sent = {name.lower(): value for name, value in given.items()}
    timestamp, nonce, made = (sent.get(name.lower(), "") for name in (TIMESTAMP, NONCE, SIGNATURE))
    if not (timestamp and nonce and made):
        raise BadSignature(f"the request needs {TIMESTAMP}, {NONCE} and {SIGNATURE}")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise BadSignature(f"{TIMESTAMP} must be seconds since 1970")
    if abs(now - int(timestamp)) > TOLERANCE_S:
        raise BadSignature(f"{TIMESTAMP} is more than {TOLERANCE_S} s from this clock")
    if len(nonce) > LONGEST_NONCE:
        raise BadSignature(f"{NONCE} has more than {LONGEST_NONCE} characters")
    right = signature(secret, method, path, timestamp, nonce, body)
    same_key = hmac.compare_digest(sent.get(KEY.lower(), "").encode(), key.encode())
    if not (hmac.compare_digest(right.encode(), made.encode()) and same_key):
        raise BadSignature("the signature is wrong")
    return Signed(nonce)
