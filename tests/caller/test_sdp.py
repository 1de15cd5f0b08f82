"""Offers and answers as RFC 3264 wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.caller.sdp import NearMedia, NoAudio, answer, offer, parse

NEAR = NearMedia("192.0.2.1", 4000)
BOTH = ("PCMA", "PCMU")


def sdp(*media: str, session: str = "c=IN IP4 192.0.2.9\r\n") -> bytes:
    return (
        "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n" + session + "t=0 0\r\n" + "".join(media)
    ).encode()


AUDIO = "m=audio 6000 RTP/AVP 9 8 96\r\na=rtpmap:96 telephone-event/8000\r\n"


def test_our_offer_is_understood() -> None:
    far = parse(offer(NEAR, 1), BOTH)
    assert (far.host, far.port, far.codec, far.payload, far.events) == (
        "192.0.2.1",
        4000,
        "PCMA",
        8,
        101,
    )


def test_the_far_ends_first_codec_of_ours_counts() -> None:
    assert parse(sdp("m=audio 6000 RTP/AVP 0 8\r\n"), BOTH).codec == "PCMU"
    assert parse(sdp("m=audio 6000 RTP/AVP 0 8\r\n"), ("PCMA",)).codec == "PCMA"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
        ("sendrecv", "sendrecv"),
    ],
)
def test_answer_mirrors_direction_and_events(theirs: str, ours: str) -> None:
    body, far = answer(NEAR, 2, sdp(AUDIO + f"a={theirs}\r\n"))
    assert f"a={ours}\r\n".encode() in body and b"a=rtpmap:96 telephone-event/8000" in body
    assert far.hears == (theirs in ("sendrecv", "recvonly"))


def test_other_media_are_refused_in_their_place() -> None:
    body, _ = answer(
        NEAR, 2, sdp("m=video 7000 RTP/AVP 97\r\n", AUDIO, "m=text 7002 RTP/AVP 98\r\n")
    )
    media = [line for line in body.decode().splitlines() if line.startswith("m=")]
    assert media == ["m=video 0 RTP/AVP 97", "m=audio 4000 RTP/AVP 8 96", "m=text 0 RTP/AVP 98"]


def test_the_connection_of_the_medium_wins() -> None:
    far = parse(sdp(AUDIO + "c=IN IP4 192.0.2.77\r\n"), BOTH)
    assert far.host == "192.0.2.77"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        sdp(),
        sdp("m=audio 0 RTP/AVP 8\r\n"),
        sdp("m=audio 6000 RTP/SAVP 8\r\n"),
        sdp("m=audio 6000 RTP/AVP 9\r\n"),
        sdp("m=audio 99999 RTP/AVP 8\r\n"),
        sdp(AUDIO, session=""),
        sdp(AUDIO, session="c=IN IP4 not.an.address\r\n"),
    ],
)
def test_no_usable_audio(text: bytes) -> None:
    with pytest.raises(NoAudio):
        parse(text, BOTH)


@given(st.binary(max_size=200), st.integers(0, 150))
def test_junk_is_no_audio_or_audio(junk: bytes, at: int) -> None:
    good = sdp(AUDIO)
    for text in (junk, good[:at] + junk + good[at:]):
        try:
            assert 0 < parse(text, BOTH).port < 65536
        except NoAudio as error:
            assert str(error)
