"""SIP messages: well-formed ones survive, junk is refused in one sentence and never otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.caller.address import BadAddress, parse_uri, tag_of, uri_of
from telephony.caller.message import BadMessage, Message, params, parse, request, split

HEADERS = (
    ("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport"),
    ("From", '"A, \\"B\\" <x>" <sip:a@192.0.2.1>;tag=1'),
    ("To", "<sip:12349@192.0.2.2>"),
    ("Call-ID", "1@192.0.2.1"),
    ("CSeq", "1 INVITE"),
)
INVITE = request("INVITE", "sip:12349@192.0.2.2", HEADERS, b"v=0\r\n")


def test_round_trip() -> None:
    back = parse(INVITE.encode())
    assert back.method == "INVITE" and back.uri == "sip:12349@192.0.2.2"
    assert back.cseq == (1, "INVITE") and back.branch == "z9hG4bKa"
    assert back.body == b"v=0\r\n" and back.get("content-length") == "5"
    assert uri_of(back.get("from")) == "sip:a@192.0.2.1" and tag_of(back.get("from")) == "1"


def test_compact_folded_and_listed_headers() -> None:
    text = b"SIP/2.0 183 Session\r\n  Progress\r\n"  # folding of the status line is junk
    with pytest.raises(BadMessage):
        parse(text)
    back = parse(
        b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a;branch=z1, SIP/2.0/UDP b;branch=z2\r\n"
        b"f: <sip:a@b>;tag=x\r\nt: <sip:c@d>\r\n ;tag=y\r\ni: 9\r\nCSEQ: 7 BYE\r\n"
        b"k: timer,\r\n\t100rel\r\nl: 2\r\n\r\nabcd"
    )
    assert back.status == 200 and back.reason == "OK" and back.method == "BYE"
    assert back.branch == "z1" and len(back.all("via")) == 2
    assert tag_of(back.get("to")) == "y" and back.tokens("supported") == {"timer", "100rel"}
    assert back.body == b"ab"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no end"),
        (b"INVITE sip:a@b\r\n\r\n", "first line"),
        (b"SIP/2.0 99 Odd\r\n\r\n", "no code"),
        (INVITE.encode().replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), "another method"),
        (INVITE.encode().replace(b"Call-ID: 1@192.0.2.1\r\n", b""), "call-id"),
        (INVITE.encode().replace(b"Length: 5", b"Length: 6"), "shorter"),
        (INVITE.encode().replace(b"Length: 5", b"Length: -1"), "not a number"),
        (INVITE.encode().replace(b"CSeq: 1", b"CSeq: 4294967296"), "CSeq"),
        (INVITE.encode().replace(b"To: ", b"To "), "name and colon"),
    ],
)
def test_junk_says_what_is_wrong(data: bytes, why: str) -> None:
    with pytest.raises(BadMessage, match=why):
        parse(data)


def _look(message: Message) -> None:
    """Touch everything that the caller reads of a message."""
    assert message.method and message.cseq[1] and message.get("via")
    message.encode()
    for name in ("via", "route", "contact", "require", "session-expires"):
        for value in message.all(name):
            params(value)
            uri_of(value)
    assert message.status or message.uri


@given(st.binary(max_size=400))
def test_no_junk_breaks_the_parser(data: bytes) -> None:
    try:
        _look(parse(data))
    except BadMessage as error:
        assert str(error)


@given(
    st.integers(0, len(INVITE.encode()) - 1),
    st.binary(max_size=20),
    st.integers(0, 30),
)
def test_no_damage_to_a_good_message_breaks_the_parser(at: int, new: bytes, cut: int) -> None:
    good = INVITE.encode()
    try:
        _look(parse(good[:at] + new + good[at + cut :]))
    except BadMessage as error:
        assert str(error)


_VALUE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(_VALUE, st.binary(max_size=200))
def test_any_text_and_body_survive(text: str, body: bytes) -> None:
    message = request("INVITE", "sip:a@b", (*HEADERS, ("Subject", text.strip())), body)
    back = parse(message.encode())
    assert back.get("subject") == text.strip() and back.body == body


@given(st.lists(st.text('ab;,<>"\\', max_size=8), max_size=4))
def test_splitting_loses_nothing_but_marks(parts: list[str]) -> None:
    text = ",".join(parts)
    found = split(text, ",")
    assert "".join(found).replace(",", "") == text.replace(",", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sip:12349@127.0.0.1:5060", "sip:12349@127.0.0.1"),
        ("SIP:a@host.example:5080;transport=udp", "sip:a@host.example:5080;transport=udp"),
        ("sip:[2001:db8::1]:5070", "sip:[2001:db8::1]:5070"),
    ],
)
def test_addresses(text: str, shown: str) -> None:
    assert str(parse_uri(text)) == shown


@pytest.mark.parametrize("text", ["", "tel:123", "sip:", "sip:a@b:0", "sip:a@b:99999", "sip:a b@c"])
def test_bad_addresses(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_uri(text)
