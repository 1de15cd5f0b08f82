"""The pages of docs/protocols say what the code does: each message is read, each reply is ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from core.settings import CODE
from telephony.pendants import bs8521, contact_id, dc09, now_ip, scaip

NOW = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)


def _page(name: str) -> tuple[str, str, dict[str, str]]:
    """A page's message, its reply, and its table of values."""
    text = (CODE / "docs/protocols" / f"{name}.md").read_text()
    blocks = dict(re.findall(r"```(message|reply)\n(.*?)\n```", text, re.DOTALL))
    values = dict(re.findall(r"^\| (\w+) \| `(\w+)` \|$", text, re.MULTILINE))
    return blocks["message"], blocks.get("reply", ""), values


def test_scaip() -> None:
    message, reply, _ = _page("scaip")
    signal = scaip.signal_of(scaip.parse(message.encode()))
    assert scaip.encode(scaip.accepted(signal, False)).decode() == reply


def test_now_ip() -> None:
    message, reply, _ = _page("now-ip")
    assert now_ip.answer(now_ip.parse(message.encode())).decode() == reply


def test_bs8521() -> None:
    message, _, values = _page("bs8521")
    alarm = bs8521.parse(message)
    kind = bs8521.signal_of(alarm, "bs8521", b"").kind.value
    said = {"controller": alarm.controller, "unit": alarm.unit, "event": alarm.event, "kind": kind}
    assert values == said


def test_contact_id() -> None:
    message, _, values = _page("contact-id")
    event = contact_id.parse(message)
    assert values == {
        "account": event.account, "qualifier": event.qualifier, "code": event.code,
        "zone": event.zone, "kind": contact_id.kind_of(event).value,
    }  # fmt: skip


def test_dc09() -> None:
    message, reply, _ = _page("dc-09")
    frame = dc09.parse(message.encode(), NOW)
    dc09.signal_of(frame, message.encode())
    assert dc09.reply("ACK", frame, NOW).decode().strip() == reply
