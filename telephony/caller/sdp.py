"""Session descriptions: our offer, our answers, what the far end's mean (RFC 4566, RFC 3264)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

CODECS = {"PCMA": 8, "PCMU": 0}  # RFC 3551 table 4
EVENT_PAYLOAD = 101
_MIRROR = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


class NoAudio(ValueError):
    """The far end's description has no audio that this caller can use; the message says why."""


@dataclass(frozen=True, slots=True)
class FarMedia:
    """Where and how the far end wants its audio. `events` is the RFC 4733 payload type or None.

    `direction` is as seen from the far end.
    """

    host: str
    port: int
    codec: str
    payload: int
    events: int | None
    direction: str

    @property
    def hears(self) -> bool:
        """True when the far end wants our audio (RFC 3264 section 5.1, RFC 4566 section 6)."""
        return self.direction in ("sendrecv", "recvonly") and self.host != "0.0.0.0"


@dataclass(frozen=True, slots=True)
class NearMedia:
    """Our side: address and port of our RTP, codecs in order of preference."""

    host: str
    port: int
    codecs: tuple[str, ...] = ("PCMA", "PCMU")


def offer(near: NearMedia, version: int, direction: str = "sendrecv") -> bytes:
    """Our description with every codec; `version` grows by one with each (RFC 3264 section 8)."""
    payloads = {CODECS[name]: name for name in near.codecs}
    return _describe(near, version, payloads, EVENT_PAYLOAD, direction, ())


def answer(near: NearMedia, version: int, far: bytes) -> tuple[bytes, FarMedia]:
    """Answer an offer: one codec, mirrored direction, every other medium refused by port 0.

    Returns our description and the far end's wish. Raises NoAudio.
    """
    media = parse(far, near.codecs)
    refused = tuple(_lines(far, "m="))
    mirror = _MIRROR[media.direction]
    payloads = {media.payload: media.codec}
    return _describe(near, version, payloads, media.events, mirror, refused), media


def _describe(
    near: NearMedia,
    version: int,
    payloads: dict[int, str],
    events: int | None,
    direction: str,
    offered: tuple[str, ...],
) -> bytes:
    kind = "IP6" if ":" in near.host else "IP4"
    numbers = [*payloads, *([events] if events is not None else [])]
    audio = [f"m=audio {near.port} RTP/AVP {' '.join(map(str, numbers))}"]
    audio += [f"a=rtpmap:{number} {name}/8000" for number, name in payloads.items()]
    if events is not None:
        audio += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    audio += ["a=ptime:20", f"a={direction}"]
    lines = ["v=0", f"o=- 12349 {version} IN {kind} {near.host}", "s=-"]
    lines += [f"c=IN {kind} {near.host}", "t=0 0"]
    used = False
    for medium in offered or ("audio",):
        if not used and medium.split(" ")[0] == "audio" and medium.split(" ")[1:2] != ["0"]:
            lines += audio
            used = True
        else:
            words = medium.split(" ")
            lines.append("m=" + " ".join([words[0], "0", *words[2:]]))
    return ("\r\n".join(lines) + "\r\n").encode()


def _lines(text: bytes, mark: str) -> list[str]:
    decoded = text.decode("utf-8", "replace").splitlines()
    return [line[len(mark) :].strip() for line in decoded if line.startswith(mark)]


def parse(text: bytes, codecs: tuple[str, ...]) -> FarMedia:
    """What the far end says of its audio, with the first codec of its list that is in `codecs`.

    Raises NoAudio.
    """
    sections = [""]
    for line in text.decode("utf-8", "replace").splitlines():
        if line.startswith("m="):
            sections.append("")
        sections[-1] += line + "\n"
    if not sections[0].startswith("v=0"):
        raise NoAudio("the session description does not begin with v=0")
    for section in sections[1:]:
        words = section.splitlines()[0][2:].split()
        if words[:1] == ["audio"] and len(words) > 3 and words[1] != "0":
            return _audio(words, section.encode(), sections[0].encode(), codecs)
    raise NoAudio("the session description has no audio with a port")


def _audio(words: list[str], section: bytes, session: bytes, codecs: tuple[str, ...]) -> FarMedia:
    port_text = words[1].split("/")[0]
    if not port_text.isascii() or not port_text.isdigit() or not 0 < int(port_text) < 65536:
        raise NoAudio("the audio port is not a number")
    if words[2].upper() not in ("RTP/AVP", "RTP/AVPF"):
        raise NoAudio(f"the audio profile {words[2][:20]} is not RTP/AVP")
    maps: dict[int, str] = {number: name for name, number in CODECS.items()}
    for line in _lines(section, "a=rtpmap:"):
        number, _, name = line.partition(" ")
        if number.isascii() and number.isdigit() and len(number) < 4:
            maps[int(number)] = name.strip().upper()
    numbers = [int(w) for w in words[3:] if w.isascii() and w.isdigit() and len(w) < 4]
    spoken = [(n, maps.get(n, "").split("/")[0]) for n in numbers]
    usable = [(n, name) for n, name in spoken if name in codecs]
    if not usable:
        raise NoAudio(f"none of the far end's codecs is one of {', '.join(codecs)}")
    events = next((n for n in numbers if maps.get(n, "").startswith("TELEPHONE-EVENT/8000")), None)
    direction = "sendrecv"
    for line in (*_lines(session, "a="), *_lines(section, "a=")):
        direction = line if line in _MIRROR else direction
    return FarMedia(
        _host(section, session), int(port_text), usable[0][1], usable[0][0], events, direction
    )


def _host(section: bytes, session: bytes) -> str:
    for line in (*_lines(section, "c="), *_lines(session, "c=")):
        words = line.split()
        if len(words) == 3:
            host = words[2].split("/")[0]
            try:
                return str(ipaddress.ip_address(host))
            except ValueError as error:
                raise NoAudio(f"the media address {host[:40]} is not an IP address") from error
    raise NoAudio("the session description has no connection line")
