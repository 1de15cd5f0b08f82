"""Digest authentication of INVITEs (RFC 3261, 22; RFC 7616; RFC 8760), server side. Pure.

Nonces carry their time and are signed, so that none need be stored until one is used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from telephony.sip import message as sip

ALGORITHMS = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
"""In the order of preference in which they are offered (RFC 8760, 2.4)."""

NONCE_LIFE_S = 300.0
MOST_NONCES = 10_000
PAIR = re.compile(r'([A-Za-z]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))')


class Proof(Enum):
    """What an Authorization header proved."""

    VALID = "valid"
    MISSING = "missing"
    STALE = "stale"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Account:
    """Who may call: the user, the password, and the realm shown to them."""

    user: str
    password: str = field(repr=False)
    realm: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Highest nonce count used so far with each nonce, so that none is replayed."""

    counts: Mapping[str, int] = field(default_factory=dict)


def nonce(secret: bytes, now: float) -> str:
    """Return a fresh nonce for the time `now` (s)."""
    stamp = struct.pack("!d", now)
    sign = hmac.digest(secret, stamp, "sha256")[:16]
    return base64.urlsafe_b64encode(stamp + sign).decode("ascii")


def _fresh(secret: bytes, text: str, now: float) -> bool:
    """True where a nonce is ours and not too old."""
    try:
        blob = base64.urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return False
    if len(blob) != 24 or not hmac.compare_digest(
        blob[8:], hmac.digest(secret, blob[:8], "sha256")[:16]
    ):
        return False
    age = now - float(struct.unpack("!d", blob[:8])[0])
    return 0 <= age <= NONCE_LIFE_S


def challenges(account: Account, secret: bytes, now: float, stale: bool = False) -> list[str]:
    """Return the values of the WWW-Authenticate headers of a 401, the strongest first."""
    fresh = nonce(secret, now)
    tail = ", stale=true" if stale else ""
    return [
        f'Digest realm="{account.realm}", nonce="{fresh}", algorithm={name}, qop="auth"{tail}'
        for name in ALGORITHMS
    ]


def verify(
    invite: sip.SipMessage, account: Account, secret: bytes, seen: Seen, now: float
) -> tuple[Seen, Proof]:
    """Check the Authorization headers of a request; return what is to be remembered, and the proof.

    STALE means that the password was right but the nonce is too old or was used before with this
    count: the caller may try again with a fresh one (RFC 7616, 3.3).
    """
    answer = Proof.MISSING
    for value in invite.all("authorization"):
        fields = _fields(value)
        if fields.get("realm") != account.realm:
            continue
        seen, answer = _verify_one(fields, invite, account, secret, seen, now)
        if answer is Proof.VALID:
            break
    return seen, answer


def _fields(value: str) -> dict[str, str]:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {
        key.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for key, quoted, plain in PAIR.findall(rest)
    }


def _verify_one(
    fields: dict[str, str],
    invite: sip.SipMessage,
    account: Account,
    secret: bytes,
    seen: Seen,
    now: float,
) -> tuple[Seen, Proof]:
    make = ALGORITHMS.get(fields.get("algorithm", "MD5").upper())
    count = fields.get("nc", "")
    if make is None or fields.get("qop", "").lower() != "auth" or not fields.get("cnonce"):
        return seen, Proof.WRONG
    if not re.fullmatch(r"[0-9A-Fa-f]{8}", count):
        return seen, Proof.WRONG
    if fields.get("username") != account.user or not same_uri(fields.get("uri", ""), invite.uri):
        return seen, Proof.WRONG

    def hexed(text: str) -> str:
        return make(text.encode("utf-8", "surrogateescape")).hexdigest()

    first = hexed(f"{account.user}:{account.realm}:{account.password}")
    second = hexed(f"{invite.method}:{fields['uri']}")
    wanted = hexed(f"{first}:{fields.get('nonce', '')}:{count}:{fields['cnonce']}:auth:{second}")
    given = fields.get("response", "").lower().encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(wanted.encode(), given):
        return seen, Proof.WRONG
    if not _fresh(secret, fields["nonce"], now):
        return seen, Proof.STALE
    if int(count, 16) <= seen.counts.get(fields["nonce"], 0):
        return seen, Proof.STALE
    return _remember(seen, fields["nonce"], int(count, 16), secret, now), Proof.VALID


def _remember(seen: Seen, used: str, count: int, secret: bytes, now: float) -> Seen:
    counts = {**seen.counts, used: count}
    if len(counts) > MOST_NONCES:
        # The ones that are too old are refused without being remembered.
        counts = {text: high for text, high in counts.items() if _fresh(secret, text, now)}
    return Seen(counts)


def same_uri(claimed: str, actual: str) -> bool:
    """True where the digest's uri means the Request-URI, parameters aside.

    RFC 7616, 3.4.6 wants them the same, so that a response heard on the way cannot be used to
    call another number; proxies add and drop parameters.
    """

    def bare(uri: str) -> tuple[str, str]:
        user, at, host = uri.strip("<> ").partition("@")
        if not at:
            user, host = "", user
        return user.partition(";")[0], host.partition(";")[0].removesuffix(":5060").lower()

    return bool(claimed) and bare(claimed) == bare(actual)
