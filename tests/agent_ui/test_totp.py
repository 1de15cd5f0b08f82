"""Codes from the time, against the vectors of RFC 6238 and for what is taken."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_ui.accounts import second_factor, totp

# Appendix B: seconds, then the codes for SHA-1, SHA-256 and SHA-512.
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
# Its seeds: the digits, as long as each hash (errata 2866).
SEEDS = {digest: (b"1234567890" * 7)[:size] for digest, size in
         (("sha1", 20), ("sha256", 32), ("sha512", 64))}  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_of_rfc_6238(vector: tuple[int, str, str, str]) -> None:
    seconds, *expected = vector
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    found = [totp.code(seed, step, 8, digest) for digest, seed in SEEDS.items()]
    assert found == expected


@given(st.integers(10**9, 2 * 10**9), st.integers(-4, 4), st.integers(-4, 4))
def test_only_near_steps_after_the_last_one_are_taken(now: int, typed: int, last: int) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    moment = datetime.fromtimestamp(now, UTC)
    here = totp.step_of(moment)
    code = totp.code(base64.b32decode(secret), here + typed)
    window = {totp.code(base64.b32decode(secret), here + d): here + d for d in (-1, 0, 1)}
    found = totp.accepted(secret, code, moment, here + last)
    if abs(typed) <= 1 and typed > last:
        assert found is not None and found >= here + typed
    elif code not in window:
        assert found is None
    assert found is None or found > here + last


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２", "9" * 40])
def test_nonsense_is_no_code(typed: str) -> None:
    secret = totp.new_secret()
    assert totp.accepted(secret, typed, datetime.now(UTC), 0) is None


def test_secrets_are_long_and_differ() -> None:
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(base64.b32decode(each)) == 20 for each in made)


def test_link_is_what_apps_read() -> None:
    parts = urlparse(totp.link("ABCD2345", "chen", "12349"))
    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/12349:chen")
    assert parse_qs(parts.query) == {"secret": ["ABCD2345"], "issuer": ["12349"]}


def test_codes_are_read_as_people_type_them() -> None:
    assert second_factor.plain(" 123 456 ") == "123456"
    assert second_factor.plain("１２３４５６") == "123456"
    assert second_factor.plain("AB2CD-3EF4G") == "ab2cd3ef4g"
