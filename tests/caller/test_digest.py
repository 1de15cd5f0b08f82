"""Digest answers, checked against the examples of the RFCs and refused where not understood."""

from telephony.caller.digest import Challenge, Credentials, authorisation, challenge_of
from telephony.caller.message import Message


def challenged(*values: str, status: int = 401) -> Message:
    name = "Proxy-Authenticate" if status == 407 else "WWW-Authenticate"
    return Message(f"SIP/2.0 {status} No", tuple((name, value) for value in values))


def test_rfc_2617_example_without_qop() -> None:
    # RFC 2069's example as corrected by its erratum 749.
    challenge = Challenge(
        "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "", "MD5", False, False, False
    )
    _, value = authorisation(
        challenge, Credentials("Mufasa", "CircleOfLife"), "GET", "/dir/index.html", ""
    )
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in value


def test_rfc_7616_examples() -> None:
    who = Credentials("Mufasa", "Circle of Life")
    nonce, cnonce = (
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    for algorithm, expected in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        challenge = Challenge("http-auth@example.org", nonce, "op", algorithm, True, False, False)
        name, value = authorisation(challenge, who, "GET", "/dir/index.html", cnonce)
        assert (
            name == "Authorization" and f'response="{expected}"' in value and 'opaque="op"' in value
        )


def test_strongest_understood_challenge_is_taken() -> None:
    found = challenge_of(
        challenged(
            'Digest realm="a", nonce="1", algorithm=MD5, qop="auth,auth-int"',
            'Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth", stale=TRUE',
            'Digest realm="a", nonce="3", algorithm=SHA-512-256',
        )
    )
    assert found and (found.algorithm, found.nonce, found.stale, found.auth) == (
        "SHA-256",
        "2",
        True,
        True,
    )
    proxy = challenge_of(challenged('digest nonce="n\\"q", realm=""', status=407))
    assert proxy and proxy.proxy and proxy.nonce == 'n"q' and not proxy.auth


def test_what_cannot_be_answered() -> None:
    assert challenge_of(challenged()) is None
    assert challenge_of(challenged('Basic realm="a"')) is None
    assert challenge_of(challenged('Digest realm="a", nonce="1", qop="auth-int"')) is None
