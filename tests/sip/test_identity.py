"""Who calls whom, from the text of an INVITE."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.config import LOOPBACK
from telephony.sip.identity import invitation
from telephony.sip.message import address, parse, split_commas
from telephony.sip.port import Invitation

STRANGER = dataclasses.replace(LOOPBACK, name="stranger", trusted=False)
PIDF = '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:a@b"/>'


def read(headers: str = "", body: str = "", trusted: bool = True, start: str = "") -> Invitation:
    """Return what an INVITE with these headers says."""
    first = start or "INVITE sip:12349@10.0.0.1:5060 SIP/2.0"
    common = "" if "From:" in headers else 'From: "Wang" <sip:13800138000@10.0.0.9>;tag=1\r\n'
    raw = f"{first}\r\nVia: SIP/2.0/UDP x\r\nCall-ID: c1\r\n{common}{headers}\r\n{body}"
    return invitation(raw, "10.0.0.9:5060", LOOPBACK if trusted else STRANGER)


def test_the_plain_case() -> None:
    said = read()
    assert (said.caller, said.caller_name, said.called) == ("+8613800138000", "Wang", "12349")
    assert (said.sip_call_id, said.source, said.trunk) == ("c1", "10.0.0.9:5060", "loopback")
    assert not said.withheld


def test_only_a_trusted_trunk_asserts_the_caller() -> None:
    header = "P-Asserted-Identity: <tel:+8613900139000>, <sip:x@y>\r\n"
    assert read(header).caller == "+8613900139000"
    assert read(header, trusted=False).caller == "+8613800138000"


def test_privacy_on_a_trusted_trunk_keeps_the_number_and_marks_it() -> None:
    said = read(
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1\r\n'
        "P-Asserted-Identity: <sip:+8613900139000@10.0.0.9>\r\nPrivacy: id; critical\r\n"
    )
    assert (said.caller, said.withheld, said.caller_name) == ("+8613900139000", True, "")


def test_privacy_on_an_untrusted_trunk_leaves_no_number() -> None:
    said = read("Privacy: user\r\n", trusted=False)
    assert (said.caller, said.withheld) == ("", True)


def test_anonymous_is_nobody() -> None:
    said = read('From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1\r\n')
    assert (said.caller, said.caller_name) == ("", "")


def test_compact_names_and_folded_lines_are_read() -> None:
    said = read("f: <sip:13700137000@h>\r\n ;tag=2\r\nFrom: ignored\r\n")
    assert said.caller == "+8613700137000"


def test_diversions_come_last_first() -> None:
    said = read("Diversion: <sip:12349@h>;reason=no-answer, <tel:+8613600136000>\r\n")
    assert said.diversion == ("12349", "+8613600136000")


def test_history_info_stands_in_for_diversion() -> None:
    said = read(
        "History-Info: <sip:13600136000@h>;index=1, <sip:13700137000@h>;index=1.1\r\n"
        "History-Info: <sip:12349@h>;index=1.1.1\r\n"
    )
    assert said.diversion == ("+8613700137000", "+8613600136000")


def test_the_location_document_is_found_among_the_bodies() -> None:
    body = (
        "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n"
        f"--b1\r\nContent-Type: application/pidf+xml\r\nContent-ID: <l@x>\r\n\r\n{PIDF}\r\n--b1--"
    )
    headers = 'Geolocation: <cid:l@x>\r\nContent-Type: multipart/mixed;boundary="b1"\r\n'
    said = read(headers, body)
    assert said.geolocation == PIDF
    assert PIDF in said.raw


def test_a_location_by_reference_is_kept() -> None:
    assert read("Geolocation: <https://lis.example/1>\r\n").geolocation == "<https://lis.example/1>"


def test_a_tel_uri_is_dialled_as_a_number() -> None:
    start = "INVITE tel:12349;phone-context=+86755 SIP/2.0"
    assert read(start=start).called == "12349"


def test_an_escaped_user_part_is_read() -> None:
    assert read(start="INVITE sip:%312349@h SIP/2.0").called == "12349"


def test_commas_in_quotes_and_brackets_do_not_split() -> None:
    assert split_commas('"a, b" <sip:c,d@e>, <sip:f@g>') == ['"a, b" <sip:c,d@e>', "<sip:f@g>"]


def test_a_name_with_escapes_is_read() -> None:
    one = address(r'"He said \"hi\"" <sip:a@b;x=1>;tag=7')
    assert (one.name, one.uri, one.parameter("tag")) == ('He said "hi"', "sip:a@b;x=1", "7")


PIECES = st.sampled_from(
    'INVITE |sip:|tel:|From: |f: |P-Asserted-Identity: |Privacy: id|\r\n|\n|\r\n\r\n|<|>|"|@|;|=|,|'
    "Diversion: |History-Info: |\\|%4| |Content-Type: multipart/mixed;boundary=b|--b|\x00|\udcff|"
    "低保|13800138000".split("|")
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60))
def test_hostile_text_is_read_without_harm(pieces: list[str]) -> None:
    text = "".join(pieces)
    for trunk in (LOOPBACK, STRANGER):
        said = invitation(text, "10.0.0.9:5060", trunk)
        said.caller_name.encode("utf-8")
        assert len(said.caller) <= 32
        assert len(said.called) <= 32
        assert len(said.caller_name) <= 80
        assert len(said.diversion) <= 20
    parse(text)
