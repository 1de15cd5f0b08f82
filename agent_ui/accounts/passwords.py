"""Passwords: argon2id hashes (RFC 9106), the rule for new ones, and one-time passwords."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """The hash to keep. Takes some 50 ms and 64 MB by design."""
    return _hasher.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether a password is the one that was kept; never raises."""
    try:
        return _hasher.verify(kept, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody() -> str:
    """A hash that no password fits, so that an unknown user takes as long as a known one."""
    return hashed(secrets.token_urlsafe(32))


def fault(password: str, name: str) -> str:
    """What is wrong with a new password, one sentence in Chinese; '' when nothing is."""
    if len(password) < SHORTEST:
        return f"密码至少要{SHORTEST}个字符。"
    if len(password) > LONGEST:
        return f"密码最多{LONGEST}个字符。"
    if name.lower() in password.lower():
        return "密码里不能有用户名。"
    if len(set(password)) < 5:
        return "密码太简单，请多用几个不同的字符。"
    return ""


def one_time() -> str:
    """A password for a first login, easy to read out: four groups of four (79 bits)."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))
