"""SIP MESSAGE and DC-09 over real sockets on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from twisted.internet import reactor as _reactor

from core import clock, migrate
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from telephony.pendants import dc09, scaip
from telephony.pendants.connection import Connections
from telephony.pendants.dc09 import Frame
from telephony.pendants.dc09_server import Dc09Server, TcpFrames, UdpFrames
from telephony.pendants.desk import PendantDesk
from telephony.pendants.simulate import pendant
from telephony.pendants.sip_server import MessageServer, TcpMessages, UdpMessages
from telephony.pendants.tables import SignalRow
from telephony.sip.config import LOOPBACK, Trunk
from tests.core.loop import on_loop

reactor: Any = _reactor
NOW = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)
HERE = "127.0.0.1"


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    url = f"sqlite:///{tmp_path}/hotline.db"
    migrate.upgrade(url)
    engine = open_database(url, Vault(b"k" * 32))
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def desk(sessions: Sessions) -> Iterator[PendantDesk]:
    made = PendantDesk(sessions, reactor, lambda: NOW)
    yield made
    made.stop()


def _sip(body: bytes, branch: str = "1", method: str = "MESSAGE", length: int = -1) -> bytes:
    return (
        f"{method} sip:12349@{HERE} SIP/2.0\r\nVia: SIP/2.0/UDP {HERE}:5;rport;"
        f"branch=z9hG4bK{branch}"
        f"\r\nFrom: <sip:26317@{HERE}>;tag=1\r\nTo: <sip:12349@{HERE}>\r\nCall-ID: {branch}@x\r\n"
        f"CSeq: 1 {method}\r\nContent-Type: application/scaip+xml\r\n"
        f"Content-Length: {len(body) if length < 0 else length}\r\n\r\n"
    ).encode() + body


def _mrq(ref: str = "1") -> bytes:
    return scaip.build({"ref": ref, "cid": "26317", "dty": "0005"})


def _count(sessions: Sessions) -> int:
    with sessions() as db:
        return db.scalar(select(func.count()).select_from(SignalRow)) or 0


class Udp(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.got.put_nowait(data)


async def _udp(port: int) -> tuple[Any, Udp]:
    loop = asyncio.get_running_loop()
    return await loop.create_datagram_endpoint(Udp, remote_addr=(HERE, port))


@on_loop
async def test_a_message_over_udp_is_stored_then_answered_with_mrs(
    desk: PendantDesk, sessions: Sessions
) -> None:
    server = MessageServer(desk, (LOOPBACK,), reactor)
    port = reactor.listenUDP(0, UdpMessages(server), interface=HERE)
    transport, udp = await _udp(port.getHost().port)
    transport.sendto(_sip(_mrq()))
    reply = await udp.got.get()
    assert _count(sessions) == 1
    assert reply.startswith(b"SIP/2.0 200 OK\r\n")
    assert b"<mrs><ref>1</ref><snu>0</snu><mre>1</mre><cre>61</cre></mrs>" in reply
    # The request again gets the very same response; the same signal anew the same mrs.
    transport.sendto(_sip(_mrq()))
    assert await udp.got.get() == reply
    transport.sendto(_sip(_mrq(), branch="2"))
    again = await udp.got.get()
    assert again.partition(b"\r\n\r\n")[2] == reply.partition(b"\r\n\r\n")[2]
    assert _count(sessions) == 1
    transport.sendto(_sip(b"<mrq>", branch="3"))
    assert b"<snu>2</snu>" in await udp.got.get()
    transport.sendto(_sip(_mrq("2"), branch="4", length=5000))
    assert (await udp.got.get()).startswith(b"SIP/2.0 400 ")
    transport.sendto(_sip(b"", branch="5", method="INVITE"))
    assert (await udp.got.get()).startswith(b"SIP/2.0 405 ")
    transport.sendto(b"\xff\x00 noise")
    transport.sendto(_sip(b"", branch="6", method="OPTIONS"))
    assert (await udp.got.get()).startswith(b"SIP/2.0 200 ")
    transport.close()
    await port.stopListening().asFuture(asyncio.get_running_loop())


@on_loop
async def test_a_stranger_is_refused(desk: PendantDesk, sessions: Sessions) -> None:
    server = MessageServer(desk, (Trunk("far", ("192.0.2.1",)),), reactor)
    port = reactor.listenUDP(0, UdpMessages(server), interface=HERE)
    transport, udp = await _udp(port.getHost().port)
    transport.sendto(_sip(_mrq()))
    assert (await udp.got.get()).startswith(b"SIP/2.0 403 ")
    assert _count(sessions) == 0
    transport.close()
    await port.stopListening().asFuture(asyncio.get_running_loop())


@on_loop
async def test_what_is_not_stored_is_not_acknowledged(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/empty.db", Vault(b"k" * 32))
    desk = PendantDesk(open_sessions(engine), reactor, lambda: NOW)
    server = MessageServer(desk, (LOOPBACK,), reactor)
    port = reactor.listenUDP(0, UdpMessages(server), interface=HERE)
    transport, udp = await _udp(port.getHost().port)
    transport.sendto(_sip(_mrq()))
    assert (await udp.got.get()).startswith(b"SIP/2.0 500 ")
    transport.close()
    await port.stopListening().asFuture(asyncio.get_running_loop())
    desk.stop()


@on_loop
async def test_messages_over_tcp_in_pieces(desk: PendantDesk, sessions: Sessions) -> None:
    server = MessageServer(desk, (LOOPBACK,), reactor)
    port = reactor.listenTCP(0, Connections(lambda: TcpMessages(server, reactor)), interface=HERE)
    reader, writer = await asyncio.open_connection(HERE, port.getHost().port)
    both = _sip(_mrq("1"), "1") + _sip(_mrq("2"), "2")
    for at in range(0, len(both), 100):
        writer.write(both[at : at + 100])
        await writer.drain()
    assert b"<ref>1</ref>" in await reader.readuntil(b"</mrs>")
    assert b"<ref>2</ref>" in await reader.readuntil(b"</mrs>")
    assert _count(sessions) == 2
    writer.close()
    await writer.wait_closed()
    await port.stopListening().asFuture(asyncio.get_running_loop())


@on_loop
async def test_dc09_over_tcp_and_udp(desk: PendantDesk, sessions: Sessions) -> None:
    server = Dc09Server(desk, b"", lambda host: True)
    tcp = reactor.listenTCP(0, Connections(lambda: TcpFrames(server, reactor)), interface=HERE)
    udp_port = reactor.listenUDP(0, UdpFrames(server), interface=HERE)
    raw = dc09.encode(Frame("ADM-CID", "0042", "1234", "#1234|1101 00 007"))
    reader, writer = await asyncio.open_connection(HERE, tcp.getHost().port)
    writer.write(raw[:20])
    await writer.drain()
    writer.write(raw[20:])
    assert b'"ACK"0042L0#1234[]' in await reader.readuntil(b"\r")
    transport, udp = await _udp(udp_port.getHost().port)
    transport.sendto(raw)
    assert b'"ACK"0042L0#1234[]' in await udp.got.get()
    assert _count(sessions) == 1
    writer.close()
    await writer.wait_closed()
    transport.close()
    await tcp.stopListening().asFuture(asyncio.get_running_loop())
    await udp_port.stopListening().asFuture(asyncio.get_running_loop())


@on_loop
async def test_the_simulated_device_is_acknowledged(desk: PendantDesk, sessions: Sessions) -> None:
    key = bytes(range(16))
    messages = MessageServer(desk, (LOOPBACK,), reactor)
    frames = Dc09Server(PendantDesk(sessions, reactor, clock.utc_now), key, lambda host: True)
    ports = [
        reactor.listenTCP(0, Connections(lambda: TcpMessages(messages, reactor)), interface=HERE),
        reactor.listenTCP(0, Connections(lambda: TcpFrames(frames, reactor)), interface=HERE),
    ]
    for port, protocol in zip(ports, ("scaip", "dc09"), strict=True):
        words = ["--protocol", protocol, "--to", f"{HERE}:{port.getHost().port}"]
        words += ["--key", key.hex()] if protocol == "dc09" else []
        result = await asyncio.to_thread(CliRunner().invoke, pendant, words)
        assert result.exit_code == 0, result.output
    assert _count(sessions) == 2
    for port in ports:
        await port.stopListening().asFuture(asyncio.get_running_loop())
    frames._desk.stop()
