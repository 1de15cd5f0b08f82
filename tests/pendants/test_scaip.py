"""SCAIP: what devices in the field send, what is refused with which number, and noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.pendants import scaip
from telephony.pendants.flat_xml import LARGEST
from telephony.pendants.scaip import ScaipError
from telephony.pendants.signal import Kind, Severity, Voice

HEARTBEAT = (
    b"<mrq><ref>00001A85</ref><cha>0</cha><mty>PI</mty><cid>26317</cid><dty>02</dty><did>00</did>"
    b"<crd>no-voice:</crd><stc>102</stc></mrq>"
)
ALARM = (
    b"<mrq><ref>803137200003</ref><mty>ME</mty><cid> 8031372</cid><dty>0004</dty><stc>0010</stc>"
    b"<crd>gsm:+</crd></mrq>"
)


def _mrq(**fields: str) -> bytes:
    return scaip.build({"ref": "1", "cid": "26317", "dty": "0003", **fields})


def test_a_heartbeat_of_the_field_is_read_with_short_codes() -> None:
    request = scaip.parse(HEARTBEAT)
    assert (request["dty"], request["stc"], request["ver"]) == ("0002", "0102", "01.00")
    signal = scaip.signal_of(request)
    assert (signal.controller, signal.ref, signal.kind) == ("26317", "00001A85", Kind.HEARTBEAT)
    assert (signal.voice, signal.severity, signal.raw) == (Voice.NONE, Severity.NOTE, HEARTBEAT)


def test_an_alarm_of_the_field_is_read_with_a_space_in_its_controller_id() -> None:
    signal = scaip.signal_of(scaip.parse(ALARM))
    assert (signal.controller, signal.kind) == ("8031372", Kind.PENDANT)
    assert (signal.voice, signal.severity) == (Voice.INBOUND, Severity.ALARM)


@pytest.mark.parametrize(
    ("fields", "kind", "voice"),
    [
        ({}, Kind.PENDANT, Voice.INBOUND),
        ({"dty": "5"}, Kind.FALL, Voice.INBOUND),
        ({"dty": "0005", "cha": "1", "crd": "sip:26317@home"}, Kind.FALL, Voice.CALL_BACK),
        ({"dty": "0023"}, Kind.SMOKE, Voice.INBOUND),
        ({"dty": "0021"}, Kind.GAS, Voice.INBOUND),
        ({"dty": "0026"}, Kind.CO, Voice.INBOUND),
        ({"dty": "0033"}, Kind.FLOOD, Voice.INBOUND),
        ({"dty": "0010"}, Kind.INACTIVITY, Voice.INBOUND),
        ({"dty": "0028"}, Kind.INTRUDER, Voice.INBOUND),
        ({"dty": "9999"}, Kind.PENDANT, Voice.INBOUND),
        ({"stc": "16"}, Kind.TECHNICAL, Voice.NONE),
        ({"stc": "0019"}, Kind.CANCEL, Voice.NONE),
        ({"mty": "RE"}, Kind.CANCEL, Voice.NONE),
        ({"stc": "0102"}, Kind.TEST, Voice.NONE),
        ({"mreq": "4"}, Kind.PENDANT, Voice.NONE),
        ({"crd": "no-voice:"}, Kind.PENDANT, Voice.NONE),
    ],
)
def test_kinds_and_voice(fields: dict[str, str], kind: Kind, voice: Voice) -> None:
    signal = scaip.signal_of(scaip.parse(_mrq(**fields)))
    assert (signal.kind, signal.voice) == (kind, voice)


def test_information_is_no_alarm() -> None:
    signal = scaip.signal_of(scaip.parse(_mrq(mty="IN", ico="001", ite="door open")))
    assert (signal.severity, signal.text) == (Severity.NOTE, "door open")


def test_place_and_position_are_kept() -> None:
    body = b"<mrq><ref>1</ref><cid>+1</cid><dty>3</dty><lco>11</lco><lge><geo>23.1,-113.2</geo></lge></mrq>"  # noqa: E501
    signal = scaip.signal_of(scaip.parse(body))
    assert (signal.controller, signal.place) == ("1", "浴室 23.1,-113.2")


@pytest.mark.parametrize(
    ("body", "status", "ref"),
    [
        (b"", 2, ""),
        (b"hello", 2, ""),
        (b"<scaip><ref>1</ref></scaip>", 2, ""),
        (b"<mrq><ref>7</ref><cid>1</cid>", 2, "7"),
        (b"<mrq><ref>7</ref><ref>8</ref></mrq>", 2, "7"),
        (b"<!DOCTYPE mrq SYSTEM 'http://x/'><mrq/>", 2, ""),
        (b"<!DOCTYPE m [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><mrq><ref>&b;</ref></mrq>", 2, ""),
        (b"<?xml version='1.0' encoding='no-such'?><mrq/>", 2, ""),
        (b"<?xml version='1.0' encoding='gb18030'?><mrq/>", 2, ""),
        (b"<mrq>" + b"<a>" * 5000, 2, ""),
        (b"<mrq>" + b"<a>1</a>" * 1000 + b"</mrq>", 2, ""),
        (b"<mrq>" + b" " * LARGEST + b"</mrq>", 1, ""),
        (b"<mrq/>", 7, ""),
        (b"<mrq><ref>7</ref><cid>1</cid></mrq>", 7, "7"),
        (b"<mrq><ref>7</ref><cid></cid><dty>3</dty></mrq>", 7, "7"),
        (_mrq(cid="12x"), 3, "1"),
        (_mrq(ref="a b"), 3, ""),
        (_mrq(cha="9"), 3, "1"),
        (_mrq(crd="http://x"), 3, "1"),
        (_mrq(stc="12345"), 3, "1"),
        (_mrq(mty="XX"), 3, "1"),
    ],
)
def test_what_is_refused_and_with_which_number(body: bytes, status: int, ref: str) -> None:
    with pytest.raises(ScaipError) as refused:
        scaip.parse(body)
    assert (refused.value.status, refused.value.ref) == (status, ref)


def test_answers_are_written_in_the_order_of_the_schema() -> None:
    signal = scaip.signal_of(scaip.parse(ALARM))
    head = b'<?xml version="1.0" encoding="UTF-8"?><mrs><ref>803137200003</ref><snu>0</snu>'
    assert scaip.encode(scaip.accepted(signal, False)) == head + b"<mre>1</mre><cre>61</cre></mrs>"
    assert scaip.encode(scaip.accepted(signal, True)) == head + b"<mre>0</mre><cre>61</cre></mrs>"
    answer = scaip.encode(scaip.refused(ScaipError(3, "a < b", "7")))
    assert answer.endswith(b"<mrs><ref>7</ref><snu>3</snu><ste>a &lt; b</ste></mrs>")


def _fields() -> st.SearchStrategy[dict[str, str]]:
    digits = "0123456789"
    return st.fixed_dictionaries(
        {
            "ref": st.text(digits + "abcXYZ", min_size=1, max_size=16),
            "cid": st.text(digits, min_size=1, max_size=16),
            "dty": st.text(digits, min_size=4, max_size=4),
        },
        optional={
            "mty": st.sampled_from(["ME", "RE", "IN", "PI"]),
            "stc": st.text(digits, min_size=4, max_size=4),
            "lte": st.text("浴室abc<&> ", min_size=1, max_size=32).filter(str.strip),
        },
    )


@given(_fields())
def test_what_is_written_is_read_again(fields: dict[str, str]) -> None:
    request = scaip.parse(scaip.build(fields))
    assert {tag: request[tag] for tag in fields} == {k: v.strip() for k, v in fields.items()}


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 200))
def test_noise_is_refused_with_our_own_error_alone(noise: bytes, start: int, cut: int) -> None:
    for body in (noise, ALARM[:start] + noise + ALARM[start + cut :]):
        try:
            scaip.signal_of(scaip.parse(body))
        except ScaipError as error:
            assert error.status in (1, 2, 3, 7)
