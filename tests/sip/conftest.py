"""The real line, started once for each file of tests, with owners and callers."""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from telephony.sip.config import SipSettings, Trunk
from telephony.sip.line import SipLine
from telephony.sip.port import Invitation, Leg
from telephony.sip.wavs import header
from tests.sip.peer import Caller

LIMIT_S = 10.0
HERE = Trunk("loopback", ("127.0.0.1",), trusted=True)
SMALL = Trunk("small", ("127.0.0.2",), max_calls=2, calls_per_second=0.001, burst=4)
LOCKED = Trunk("locked", ("127.0.0.3",), user="exchange", password="secret", realm="hotline")


def aio(work: Awaitable[Any]) -> Deferred[Any]:
    """Return a Deferred of an asyncio coroutine or future; TimeoutError after a limit."""
    return Deferred.fromFuture(asyncio.ensure_future(asyncio.wait_for(work, 2 * LIMIT_S)))


def the_reactor() -> Any:
    """Return the reactor; imported late: pytest-twisted installs it after this file is read."""
    from twisted.internet import reactor

    return reactor


async def until(true: Callable[[], Any], what: str = "it did not happen") -> None:
    """Wait until `true()`; fail after a limit."""
    reactor = the_reactor()
    limit = reactor.seconds() + LIMIT_S
    while not true():
        assert reactor.seconds() < limit, what
        await deferLater(reactor, 0.01, lambda: None)


class Owner:
    """Keeps a leg's events in order."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.on_up: Callable[[Leg], None] = lambda leg: None

    def leg_ringing(self, leg: Leg) -> None:
        self.events.append(("ringing",))

    def leg_up(self, leg: Leg) -> None:
        self.events.append(("up",))
        self.on_up(leg)

    def leg_dtmf(self, leg: Leg, digit: str) -> None:
        self.events.append(("dtmf", digit))

    def leg_ended(self, leg: Leg, code: int, reason: str) -> None:
        self.events.append(("ended", code, reason))

    @property
    def names(self) -> list[str]:
        """The events without their values."""
        return [event[0] for event in self.events]

    @property
    def digits(self) -> str:
        """The digits so far."""
        return "".join(event[1] for event in self.events if event[0] == "dtmf")

    @property
    def ended(self) -> bool:
        """True once the leg is over."""
        return "ended" in self.names


class Gate:
    """Keeps what browsers would get."""

    def __init__(self) -> None:
        self.offers: list[tuple[str, str, str]] = []
        self.ends: list[tuple[str, str]] = []

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        self.offers.append((agent, leg_id, sdp))

    def end(self, agent: str, leg_id: str) -> None:
        self.ends.append((agent, leg_id))


class Station:
    """The real line; `take` is what it does with a call and may be replaced by a test."""

    def __init__(self, settings: SipSettings) -> None:
        self.calls: list[tuple[Leg, Invitation, Owner]] = []
        self.callers: list[Caller] = []
        self.gate = Gate()
        self.urgent: Callable[[Invitation], bool] = lambda invitation: False
        self.take: Callable[[Leg, Invitation, Owner], None] = self.answer
        self.line = SipLine(
            settings,
            the_reactor(),
            self._on_call,
            self.gate,
            lambda invitation: self.urgent(invitation),
        )

    @staticmethod
    def answer(leg: Leg, invitation: Invitation, owner: Owner) -> None:
        """Take a call at once."""
        leg.answer()

    def _on_call(self, leg: Leg, invitation: Invitation) -> None:
        owner = Owner()
        leg.owner = owner
        self.calls.append((leg, invitation, owner))
        self.take(leg, invitation, owner)

    async def caller(self, kind: str = "udp", source: str = "127.0.0.1") -> Caller:
        """Return a new caller."""
        port = self.line.port
        if kind == "tls":
            (tls,) = [name for name in self.line.facts().transports if name.startswith("tls")]
            port = int(tls.rpartition(":")[2])
        caller: Caller = await aio(Caller.open(port, kind, source))
        self.callers.append(caller)
        return caller

    async def clear(self) -> None:
        """End what a test left behind, and be as new."""
        for leg, _, _ in self.calls:
            leg.hangup()
        await until(lambda: self.line.legs == 0, f"{self.line.legs} legs were left behind")
        for caller in self.callers:
            caller.close()
        self.calls.clear()
        self.callers.clear()
        self.gate.offers.clear()
        self.gate.ends.clear()
        self.take = self.answer
        self.urgent = lambda invitation: False


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    from tests.sip.certificate import make

    return make(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def whole_station(certificate: tuple[Path, Path]) -> Iterator[Station]:
    settings = SipSettings(
        udp_port=0,
        tls_port=0,
        certificate=certificate[0],
        private_key=certificate[1],
        max_calls=60,
        trunks=(HERE, SMALL, LOCKED),
        no_rtp_s=1.5,
        never_acked_s=1.5,
    )
    station = Station(settings)
    station.line.start()
    yield station
    pytest_twisted.blockon(station.line.stop())


@pytest.fixture
def station(whole_station: Station) -> Iterator[Station]:
    """The real line, without calls."""
    yield whole_station
    pytest_twisted.blockon(Deferred.fromCoroutine(whole_station.clear()))


def sine(hertz: float, ms: int, amplitude: int = 8000) -> bytes:
    """Return a tone as 8 kHz 16-bit samples."""
    count = ms * 8
    values = (int(amplitude * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(count))
    return struct.pack(f"<{count}h", *values)


@pytest.fixture
def wav(tmp_path: Path) -> Callable[[str, float, int], Path]:
    """wav(name, hertz, ms) makes a file with a tone."""

    def make(name: str, hertz: float, ms: int) -> Path:
        data = sine(hertz, ms)
        path = tmp_path / f"{name}.wav"
        path.write_bytes(header(len(data)) + data)
        return path

    return make


@pytest.fixture(params=["memory", "pjsua2"])
def bench(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Each of the two lines in turn, the one in memory and the real one."""
    from tests.sip.benches import FakeBench, RealBench

    if request.param == "memory":
        yield FakeBench()
    else:
        yield RealBench(request.getfixturevalue("station"))
