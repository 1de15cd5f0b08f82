"""Reads who calls whom out of a raw INVITE. Pure, and safe against any text."""

from __future__ import annotations

import re

from telephony.sip import message as sip
from telephony.sip.config import Trunk
from telephony.sip.numbers import normalise
from telephony.sip.port import Invitation

ANONYMOUS = ("anonymous", "unavailable", "unknown", "restricted", "private", "none")
PRIVATE = {"id", "user", "header"}
"""Privacy values that ask to hide the caller (RFC 3323, 4.2 and RFC 3325, 9.3)."""

LONGEST_NAME = 80
MOST_ENTRIES = 20


def invitation(raw: str, source: str, trunk: Trunk) -> Invitation:
    """Return what the INVITE `raw` from `source` (ip:port) on `trunk` says. Never raises."""
    message = sip.parse(raw)
    withheld = bool(PRIVATE & _privacy(message))
    caller, name = _caller(message, trunk, withheld)
    return Invitation(
        sip_call_id=message.get("call-id")[:256],
        source=source,
        trunk=trunk.name,
        caller=caller,
        caller_name="" if withheld else name,
        called=_called(message, trunk),
        withheld=withheld,
        diversion=_diversion(message, trunk),
        geolocation=_geolocation(message),
        raw=raw,
    )


def _privacy(message: sip.SipMessage) -> set[str]:
    words = ";".join(message.all("privacy")).replace(",", ";").split(";")
    return {word.strip().lower() for word in words} - {""}


def _caller(message: sip.SipMessage, trunk: Trunk, withheld: bool) -> tuple[str, str]:
    """Return the caller's number and display name; empty where it must not or cannot be known."""
    origin = sip.address(message.get("from"))
    if trunk.trusted:
        for value in message.all("p-asserted-identity"):
            # RFC 3325, 9.1: one sip/sips and one tel URI at most; the first with a number counts.
            for entry in sip.split_commas(value):
                asserted = sip.address(entry)
                number = _number(asserted.uri, trunk)
                if number:
                    return number, _name(asserted.name or origin.name)
    elif withheld:
        return "", ""
    return _number(origin.uri, trunk), _name(origin.name)


def _number(uri: str, trunk: Trunk) -> str:
    user = sip.user_of(uri)
    if user.strip().lower() in ANONYMOUS:
        return ""
    return normalise(user, trunk.country)


def _name(text: str) -> str:
    """Return a display name without control characters, shortened; '' for 'Anonymous'."""
    clean = "".join(char for char in text if char.isprintable()).strip()
    # A byte that was no UTF-8 arrives as a lone surrogate, which no database takes.
    clean = re.sub(r"[\ud800-\udfff]", "\ufffd", clean)
    return "" if clean.lower() in ANONYMOUS else clean[:LONGEST_NAME]


def _called(message: sip.SipMessage, trunk: Trunk) -> str:
    """Return the number dialled: the Request-URI, else To."""
    number = normalise(sip.user_of(message.uri), trunk.country)
    return number or normalise(sip.user_of(sip.address(message.get("to")).uri), trunk.country)


def _diversion(message: sip.SipMessage, trunk: Trunk) -> tuple[str, ...]:
    """Return the numbers that the call was diverted from, the last diversion first.

    Diversion (RFC 5806) is in that order already; History-Info (RFC 7044) runs the other way and
    ends with the present target.
    """
    found = [
        _number(sip.address(entry).uri, trunk)
        for value in message.all("diversion")
        for entry in sip.split_commas(value)
    ]
    if not found:
        history = [
            _number(sip.address(entry).uri, trunk)
            for value in message.all("history-info")
            for entry in sip.split_commas(value)
        ]
        found = history[:-1][::-1]
    return tuple(number for number in found if number)[:MOST_ENTRIES]


def _geolocation(message: sip.SipMessage) -> str:
    """Return the PIDF-LO document of the body if there is one, else the Geolocation header."""
    for part, body in sip.parts(message):
        kind = part.get("content-type").partition(";")[0].strip().lower()
        if kind == "application/pidf+xml":
            return body
    return ", ".join(message.all("geolocation"))
