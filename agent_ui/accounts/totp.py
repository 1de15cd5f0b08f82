"""One-time codes from the time (RFC 6238 over HOTP, RFC 4226). Pure.

Ours, since it is one HMAC and a cut: a library would bring neither the refusal of replays nor the
lock-out, and the vectors of RFC 6238 appendix B hold it (tests/agent_ui/test_totp.py).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
DRIFT = 1
"""Steps before and after now that are taken, for clocks that differ (RFC 6238 5.2 advises one)."""
SECRET_BYTES = 20
"""As long as SHA-1's output (RFC 4226 4, R6), which every authenticator app knows."""


def new_secret() -> str:
    """A secret in base32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(now: datetime) -> int:
    """The number of the time step that a moment lies in."""
    return int(now.timestamp()) // STEP_S


def code(secret: bytes, step: int, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of a time step."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), digest)
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def accepted(secret: str, typed: str, now: datetime, last_step: int) -> int | None:
    """The step whose code was typed, or None. One not after `last_step` was used already."""
    key = base64.b32decode(secret)
    found = None
    for step in range(step_of(now) - DRIFT, step_of(now) + DRIFT + 1):
        fits = hmac.compare_digest(code(key, step).encode(), typed.encode())
        if fits and step > last_step:
            found = step
    return found


def link(secret: str, user: str, issuer: str) -> str:
    """The otpauth link that an app reads from a QR code (Google's Key URI format)."""
    label = quote(f"{issuer}:{user}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"
