"""Pendants against the running service: sipp sends alarms, the service is killed, none is lost."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from telephony.pendants import scaip
from telephony.pendants.tables import SignalRow
from tests.conftest import free_port
from tests.e2e.citizen import Citizen, new_number
from tests.e2e.conftest import Start, scene
from tests.e2e.service import Service, eventually

SCENARIO = Path(__file__).parent / "scaip.xml"
ALARMS, RATE, BEFORE_THE_KILL = 200, 50, 40


@scene
async def test_every_acknowledged_alarm_is_stored_once_through_a_kill(
    private: Start, tmp_path: Path
) -> None:
    sipp = shutil.which("sipp")
    if sipp is None:
        pytest.skip("sipp is not installed (Debian package sip-tester)")
    port, log = free_port(), tmp_path / "acknowledged.log"
    service: Service = await private(pendant_sip_port=str(port))
    sender = await asyncio.create_subprocess_exec(
        sipp, f"127.0.0.1:{port}", "-sf", str(SCENARIO), "-i", "127.0.0.1", "-p", str(free_port()),
        "-m", str(ALARMS), "-r", str(RATE), "-nostdin", "-trace_logs", "-log_file", str(log),
        "-timeout", "60s",
        cwd=tmp_path, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip

    async def enough() -> bool:
        return len(acknowledged(log)) >= BEFORE_THE_KILL

    await eventually(enough, "too few alarms were acknowledged", 20)
    await service.kill()
    before = acknowledged(log)
    assert before and set(before) <= set(stored(service)), "an acknowledged alarm is lost"
    assert max(Counter(stored(service)).values()) == 1

    # The devices repeat what was not acknowledged to the service that came back.
    await service.start()
    await asyncio.wait_for(sender.wait(), 90)
    after = acknowledged(log)
    assert len(after) > len(before)
    rows = Counter(stored(service))
    assert all(rows[ref] == 1 for ref in after), "stored twice or not at all"
    assert max(rows.values()) == 1


def acknowledged(log: Path) -> list[str]:
    """The references whose acknowledgement reached sipp."""
    if not log.exists():
        return []
    return re.findall(r"<ref>([0-9]+)</ref><snu>0</snu>", log.read_text())


def stored(service: Service) -> list[str]:
    """The references in the database."""
    with service._sessions()() as db:
        return list(db.scalars(select(SignalRow.ref)))


@scene
async def test_the_voice_call_of_an_alarm_goes_at_once_to_the_emergency_queue(
    private: Start,
) -> None:
    port = free_port()
    service: Service = await private(pendant_sip_port=str(port))
    number = new_number()
    body = scaip.build({"ref": "7", "cid": number.lstrip("+"), "dty": "0005"})
    head = (
        f"MESSAGE sip:12349@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK7\r\n"
        f"From: <sip:1@127.0.0.1>;tag=1\r\nTo: <sip:12349@127.0.0.1>\r\nCall-ID: 7\r\n"
        f"CSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    assert b"<snu>0</snu><mre>1</mre>" in await reader.readuntil(b"</mrs>")
    writer.close()
    await service.watch.until("the alarm", lambda topic, _: topic == "pendant.alarm")
    citizen = await Citizen(service.sip, number=number).answered()
    await service.watch.row(number, state="queued", emergency=True)
    await citizen.hang_up()
    ticket = await service.ticket(number)
    assert ticket["emergency"]
    events = (await service.call(ticket))["events"]
    notes = {e["data"]["key"]: e["data"]["value"] for e in events if e["kind"] == "note"}
    assert number.lstrip("+") in notes["pendant"] and "fall" in notes["pendant"]
