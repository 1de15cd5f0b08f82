"""Digest authentication of trunks."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip import digest
from telephony.sip.digest import Account, Proof, Seen
from telephony.sip.message import SipMessage

ACCOUNT = Account("exchange", "secret", "hotline")
SECRET = b"0123456789abcdef"
URI = "sip:12349@10.0.0.1:5060"


def answer(challenge: str, password: str = "secret", **changes: Any) -> str:
    """Return an Authorization header as an honest caller would make it, with changes."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.removeprefix("Digest ")))
    values = {"uri": URI, "nc": "00000001", "cnonce": "abc", "user": "exchange", **changes}
    make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[fields["algorithm"]]
    first = make(f"{values['user']}:{fields['realm']}:{password}".encode()).hexdigest()
    second = make(f"INVITE:{values['uri']}".encode()).hexdigest()
    text = f"{first}:{fields['nonce']}:{values['nc']}:{values['cnonce']}:auth:{second}"
    return (
        f'Digest username="{values["user"]}", realm="{fields["realm"]}", '
        f'nonce="{fields["nonce"]}", uri="{values["uri"]}", algorithm={fields["algorithm"]}, '
        f'qop=auth, nc={values["nc"]}, cnonce="{values["cnonce"]}", '
        f'response="{make(text.encode()).hexdigest()}"'
    )


def check(header: str, now: float = 1000.0, seen: Seen | None = None) -> tuple[Seen, Proof]:
    """Verify an INVITE with one Authorization header."""
    headers = (("authorization", header),) if header else ()
    invite = SipMessage(f"INVITE {URI} SIP/2.0", headers, "")
    return digest.verify(invite, ACCOUNT, SECRET, seen or Seen(), now)


@pytest.fixture(params=[0, 1], ids=["SHA-256", "MD5"])
def challenge(request: pytest.FixtureRequest) -> str:
    """A challenge made at 1000 s, for each algorithm."""
    return digest.challenges(ACCOUNT, SECRET, 1000.0)[request.param]


def test_the_stronger_algorithm_is_offered_first() -> None:
    first, second = digest.challenges(ACCOUNT, SECRET, 1000.0, stale=True)
    assert "SHA-256" in first
    assert "MD5" in second
    assert "stale=true" in first


def test_the_right_password_is_let_in(challenge: str) -> None:
    assert check(answer(challenge))[1] is Proof.VALID


def test_without_credentials_they_are_missing() -> None:
    assert check("")[1] is Proof.MISSING


def test_a_wrong_password_user_or_number_is_wrong(challenge: str) -> None:
    assert check(answer(challenge, "guess"))[1] is Proof.WRONG
    assert check(answer(challenge, user="root"))[1] is Proof.WRONG
    assert check(answer(challenge, uri="sip:00999@10.0.0.1"))[1] is Proof.WRONG
    assert check(answer(challenge).replace("qop=auth", "qop=auth-int"))[1] is Proof.WRONG


def test_parameters_of_the_uri_do_not_matter(challenge: str) -> None:
    assert check(answer(challenge, uri="sip:12349@10.0.0.1;user=phone"))[1] is Proof.VALID


def test_a_replayed_answer_is_stale(challenge: str) -> None:
    seen, proof = check(answer(challenge))
    assert proof is Proof.VALID
    assert check(answer(challenge), seen=seen)[1] is Proof.STALE
    assert check(answer(challenge, nc="00000002"), seen=seen)[1] is Proof.VALID


def test_an_old_nonce_is_stale(challenge: str) -> None:
    assert check(answer(challenge), now=1299.0)[1] is Proof.VALID
    assert check(answer(challenge), now=1301.0)[1] is Proof.STALE
    assert check(answer(challenge), now=900.0)[1] is Proof.STALE


def test_a_nonce_of_somebody_else_is_stale() -> None:
    foreign = digest.challenges(ACCOUNT, b"another secret", 1000.0)[0]
    assert check(answer(foreign))[1] is Proof.STALE


def test_what_is_remembered_stays_bounded() -> None:
    seen = Seen({digest.nonce(SECRET, n / 100): 1 for n in range(digest.MOST_NONCES)})
    challenge = digest.challenges(ACCOUNT, SECRET, 1000.0)[0]
    seen, proof = check(answer(challenge), seen=seen)
    assert proof is Proof.VALID
    assert len(seen.counts) == 1


@given(st.text(max_size=300))
def test_junk_is_never_let_in(text: str) -> None:
    assert check(text)[1] is not Proof.VALID
    assert check("Digest " + text)[1] is not Proof.VALID


@given(st.data())
def test_a_changed_answer_is_not_let_in(data: st.DataObject) -> None:
    good = answer(digest.challenges(ACCOUNT, SECRET, 1000.0)[0])
    start = good.index('response="') + len('response="')
    at = data.draw(st.integers(start, len(good) - 2))
    bad = good[:at] + ("0" if good[at] != "0" else "1") + good[at + 1 :]
    assert check(bad)[1] is Proof.WRONG


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(replace(ACCOUNT))
