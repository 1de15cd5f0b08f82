"""Digest authentication of requests (RFC 3261 section 22, RFC 7616, RFC 8760)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from telephony.caller.message import Message

_HASHES: dict[str, Callable[[bytes], str]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
_FIELD = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)')


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the caller proves itself with."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """One WWW-Authenticate or Proxy-Authenticate value that this caller can answer."""

    realm: str
    nonce: str
    opaque: str
    algorithm: str
    auth: bool
    stale: bool
    proxy: bool


def challenge_of(response: Message) -> Challenge | None:
    """The challenge of a 401 or 407, the strongest that is understood; None when there is none."""
    proxy = response.status == 407
    wanted = "proxy-authenticate" if proxy else "www-authenticate"
    found: dict[str, Challenge] = {}
    for name, value in response.headers:
        scheme, _, rest = value.partition(" ")
        if name.lower() != wanted or scheme.lower() != "digest":
            continue
        fields = {key.lower(): _unquote(text) for key, text in _FIELD.findall(rest)}
        algorithm = fields.get("algorithm", "MD5").upper()
        qops = {qop.strip().lower() for qop in fields.get("qop", "").split(",") if qop.strip()}
        if algorithm not in _HASHES or "nonce" not in fields or (qops and "auth" not in qops):
            continue
        stale = fields.get("stale", "").lower() == "true"
        found[algorithm] = Challenge(
            fields.get("realm", ""),
            fields["nonce"],
            fields.get("opaque", ""),
            algorithm,
            "auth" in qops,
            stale,
            proxy,
        )
    return next((found[name] for name in _HASHES if name in found), None)


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def authorisation(
    challenge: Challenge, who: Credentials, method: str, uri: str, cnonce: str
) -> tuple[str, str]:
    """The header (name, value) that answers a challenge for one request.

    `cnonce` must not have been used with this nonce before: the nonce count is always 1.
    """
    digest = _HASHES[challenge.algorithm]
    ha1 = digest(f"{who.user}:{challenge.realm}:{who.password}".encode())
    ha2 = digest(f"{method}:{uri}".encode())
    middle = f"{challenge.nonce}:00000001:{cnonce}:auth" if challenge.auth else challenge.nonce
    fields = [
        f'username="{who.user}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{digest(f"{ha1}:{middle}:{ha2}".encode())}"',
        f"algorithm={challenge.algorithm}",
    ]
    if challenge.auth:
        fields += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
    if challenge.opaque:
        fields.append(f'opaque="{challenge.opaque}"')
    name = "Proxy-Authorization" if challenge.proxy else "Authorization"
    return name, "Digest " + ", ".join(fields)
