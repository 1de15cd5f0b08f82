"""Makes a browser's SDP answer fit for the library. Pure."""

from __future__ import annotations

import ipaddress

LONGEST = 20_000


class SdpError(ValueError):
    """An answer that cannot be used; the message says why."""


def clean_answer(sdp: str) -> str:
    """Return a browser's answer with what the library cannot take removed.

    a=ssrc and a=msid make the library refuse the answer (488). Candidates over TCP and with mDNS
    names (`….local`, which only a browser resolves) are no use to it; the browser's own checks
    reach it all the same (RFC 8445, 7.3.1.3: peer-reflexive candidates). Raises SdpError on text
    that is no SDP of one audio stream.
    """
    if len(sdp) > LONGEST:
        raise SdpError("the SDP answer is too long")
    lines = [line.rstrip() for line in sdp.replace("\r\n", "\n").split("\n")]
    lines = [line for line in lines if line]
    if not lines or lines[0] != "v=0" or any("\r" in line or "\0" in line for line in lines):
        raise SdpError("the answer is no SDP")
    media = [line for line in lines if line.startswith("m=")]
    if len(media) != 1 or not media[0].startswith("m=audio "):
        raise SdpError("the answer must have one audio stream")
    kept = [line for line in lines if not _useless(line)]
    return "\r\n".join(kept) + "\r\n"


def _useless(line: str) -> bool:
    if line.startswith(("a=ssrc", "a=msid", "a=extmap", "a=rtcp-fb")):
        return True
    if not line.startswith("a=candidate:"):
        return False
    words = line.removeprefix("a=candidate:").split()
    # foundation component transport priority address port typ …  (RFC 8839, 5.1)
    if len(words) < 8 or words[2].lower() != "udp":
        return True
    try:
        ipaddress.ip_address(words[4])
    except ValueError:
        return True
    return False
