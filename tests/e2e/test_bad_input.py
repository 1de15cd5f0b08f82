"""What goes wrong outside must not harm a call: models, disks, junk."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import socket
import struct
import threading
from pathlib import Path

import numpy as np
import pytest

from telephony.caller.g711 import encode
from tests.e2e.checks import proper_end
from tests.e2e.citizen import Citizen, level, tone
from tests.e2e.conftest import Start, scene
from tests.e2e.service import Service

WARNING = {"recogniser": "按键", "disk": "不再录音"}


def truncated(model: Path, folder: Path) -> Path:
    """A copy of a model whose largest file lacks its second half."""
    copy = folder / "model"
    shutil.copytree(model, copy)
    largest = max((f for f in copy.rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)
    return copy


def missing(model: Path, folder: Path) -> Path:
    """A folder that is not there."""
    return folder / "nowhere"


@scene
@pytest.mark.parametrize("broken", [missing, truncated])
async def test_without_a_model_the_keypad_serves_and_everybody_is_told(
    private: Start, model: Path, tmp_path: Path, broken: object
) -> None:
    folder = broken(model, tmp_path)  # type: ignore[operator]
    service = await private(asr_model=str(folder), min_free_mb=str(10**9))
    node = await service.watch.until(
        "both warnings",
        lambda topic, m: (
            topic == "node.state" and {warning["name"] for warning in m["warnings"]} >= set(WARNING)
        ),
    )
    for warning in node["warnings"]:
        assert WARNING[warning["name"]] in warning["text"]
    code, out, _ = await service.cli("doctor", "--json")
    wrong = {c["name"]: c["found"] for c in json.loads(out)["checks"] if not c["ok"]}
    assert code == 1
    assert set(wrong) == {"speech model", "disk"}
    assert str(folder) in wrong["speech model"]

    citizen = await Citizen(service.sip).answered()
    await service.watch.row(citizen.number, node_name="menu")
    citizen.press("2")
    await service.watch.row(citizen.number, node_name="emergency_alone", emergency=True)
    assert (await citizen.hang_up()).answered
    ticket = await service.ticket(citizen.number)
    assert ticket["recording"]["state"] == "none"
    assert ticket["transcript"], "what the machine said is in the ticket even without a recording"
    call = await service.call(ticket)
    speech = [e["data"]["state"] for e in call["events"] if e["kind"] == "speech"]
    assert speech == ["keypad"]
    assert not list((service.data / "recordings").rglob("*.wav"))


@scene
async def test_junk_on_all_ports_does_no_harm(service: Service) -> None:
    citizen = Citizen(service.sip)
    sip: list[bytes] = []
    citizen.caller.trace(lambda way, data: sip.append(data) if way == "in" else None)
    await citizen.answered()
    media = next(m for data in sip if (m := re.search(rb"m=audio (\d+) ", data)))
    rtp, noise = int(media.group(1)), np.random.default_rng(12349)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as junk:
        for n in range(1500):
            junk.sendto(noise.bytes(int(noise.integers(1, 1400))), ("127.0.0.1", rtp))
            junk.sendto(_rtp(noise, n), ("127.0.0.1", rtp))
            junk.sendto(noise.bytes(int(noise.integers(1, 60))), ("127.0.0.1", rtp + 1))
            if n % 5 == 0:
                sip_junk = (noise.bytes(300), _sip(noise, sip[0]), b"\r\n\r\n", b"INVITE " * 80)
                junk.sendto(sip_junk[n // 5 % 4], ("127.0.0.1", service.sip_port))
            if n % 50 == 0:
                await asyncio.sleep(0)
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", service.sip_port)
        writer.write(noise.bytes(4000) + b"\r\n\r\n")
        await writer.drain()
        writer.close()
    await service.watch.row(citizen.number, node_name="need")
    citizen.press("0")
    await service.watch.row(citizen.number, node_name="message_nobody")
    await citizen.hang_up()
    await proper_end(service, citizen, "abandoned")
    await service.at_rest()


@scene
async def test_a_strangers_sound_neither_takes_nor_joins_a_call(private: Start) -> None:
    # After a restart, the callers of the run before still send to ports that new calls get.
    service = await private()
    over = threading.Event()
    sending = threading.Thread(target=_strange_sound, args=(service.rtp, 20, over))
    sending.start()
    try:
        citizen = Citizen(service.sip).dial()
        await citizen.event("first_audio", 5)
        citizen.say(tone(700, 4))
        await citizen.event("said")
        await citizen.hang_up()
    finally:
        over.set()
        sending.join()
    ticket = await proper_end(service, citizen, "abandoned")
    reader, _ = await service.recording(ticket["call"])
    frames = reader.readframes(reader.getnframes())
    caller = b"".join(frames[n : n + 2] for n in range(0, len(frames), 4))[16_000:]
    assert level(caller, 700) > 1000
    assert level(caller, 1000) < 100


def _strange_sound(first: int, ports: int, over: threading.Event) -> None:
    """Send a tone of 1,000 Hz to some RTP ports, before anybody else can."""
    sound = encode(tone(1000, 0.02), "PCMA")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for n in itertools.count():
            packet = struct.pack(">BBHI4s", 0x80, 8, n % 65536, n * 160, b"else") + sound
            for port in range(first, first + ports, 2):
                with contextlib.suppress(OSError):
                    stranger.sendto(packet, ("127.0.0.1", port))
            if over.wait(0.001):
                return


def _rtp(noise: np.random.Generator, n: int) -> bytes:
    """An RTP packet of a stranger's, with any payload type, padding and extension."""
    first = 0x80 | int(noise.integers(0, 64))
    head = bytes([first, int(noise.integers(0, 256))]) + n.to_bytes(2, "big")
    return head + noise.bytes(8) + noise.bytes(int(noise.integers(0, 400)))


def _sip(noise: np.random.Generator, real: bytes) -> bytes:
    """A message of this very call with some bytes changed."""
    data = bytearray(real)
    for place in noise.integers(0, len(data), 12):
        data[int(place)] = int(noise.integers(0, 256))
    return bytes(data)
