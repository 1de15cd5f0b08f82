"""SIPp's plain caller, twenty a second: a stranger's SIP stack, and many calls."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.e2e.conftest import scene
from tests.e2e.service import Service

CALLS = 200


@scene
async def test_two_hundred_calls_of_sipp(service: Service, tmp_path: Path) -> None:
    sipp = shutil.which("sipp")
    if sipp is None:
        pytest.skip("sipp is not installed (Debian: sip-tester)")
    began = datetime.now(UTC)
    process = await asyncio.create_subprocess_exec(
        sipp, "-sn", "uac", f"127.0.0.1:{service.sip_port}", "-i", "127.0.0.1",
        "-p", str(free_port()), "-mp", str(free_port()), "-s", "12349",
        "-m", str(CALLS), "-r", "20", "-d", "3000", "-nostdin", "-timeout", "90",
        cwd=tmp_path, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out = (await process.communicate())[0].decode(errors="replace")
    assert process.returncode == 0, out[-3000:]
    done = re.findall(r"(Successful|Failed) call +\| +\d+ +\| +(\d+)", out)
    assert dict(done[-2:]) == {"Successful": str(CALLS), "Failed": "0"}, out[-3000:]
    await service.at_rest()
    found = await service.get("tickets", since=began.isoformat(), limit=200)
    assert len({ticket["number"] for ticket in found["tickets"]}) == CALLS
    assert not found["next"]
    assert {ticket["disposition"] for ticket in found["tickets"]} == {"abandoned"}
