"""The library's life: start, transports, codecs, accounts, the poll on the reactor, and the end.

PJSIP has no threads for SIP here: a LoopingCall hands it the reactor thread every few milliseconds.
Its two media threads carry the audio.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, cast

import pjsua2 as pj
from twisted.internet.task import LoopingCall

from telephony.sip.audio import FRAME_MS, RATE
from telephony.sip.clock import Clock
from telephony.sip.config import SipSettings, SipSettingsError
from telephony.sip.native import LibraryLog, SipAccount, Tap, log, reason_of
from telephony.sip.port import SipFacts

CODECS = {"PCMA/8000": 255, "PCMU/8000": 250, "G722/16000": 240, "opus/48000": 230}
"""Offered codecs and their priority; every other one is off."""

MOST_EVENTS_A_POLL = 64
BURIAL_S = 0.25
"""How long a port is kept after it was disconnected: longer than any event of it is on its way."""


class Endpoint:
    """One per process. `on_invite` is called inside the library and must only make a call."""

    def __init__(
        self,
        settings: SipSettings,
        reactor: Clock,
        on_invite: Callable[[Any, int, str, str], None],
    ) -> None:
        self.settings = settings
        self.facts = SipFacts()
        self.reactor = reactor
        self.taps: deque[tuple[Tap, bytes]] = deque()
        self.sip_account: Any = None
        self.web_account: Any = None
        self.silence: Any = None
        self.host = settings.address
        self.port = settings.udp_port
        self._on_invite = on_invite
        self._library: Any = None
        self._posted: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._graves: deque[tuple[float, Any]] = deque()
        self._each_poll: list[Callable[[], None]] = []
        self._poller = LoopingCall(self.poll)
        self._poller.clock = cast(Any, reactor)

    def start(self) -> None:
        """Bring the library up and start polling.

        Raises SipSettingsError where a port is taken or a certificate cannot be read.
        """
        library = self._library = pj.Endpoint()
        try:
            with _quiet():
                library.libCreate()
            library.libInit(self._configuration())
            self._transports()
            library.libStart()
            manager = library.audDevManager()
            manager.setNullDev()
            # Port 0 of the bridge never sounds: what it is connected to always has a frame.
            self.silence = manager.getCaptureDevMedia()
            self._codecs()
            self.sip_account = self._make_account(self._sip_config())
            self.web_account = self._make_account(self._web_config())
            self.facts.version = str(library.libVersion().full)
            self.facts.max_calls = self.settings.max_calls
        except pj.Error as error:
            self.stop()
            raise SipSettingsError(f"the SIP side cannot start: {reason_of(error)}") from error
        self._poller.start(self.settings.poll_ms / 1000, now=False)

    def stop(self) -> None:
        """Take the library down. All calls must be over and their objects dropped."""
        if self._poller.running:
            self._poller.stop()
        self._posted.clear()
        self.taps.clear()
        while self._graves:
            _destroy(self._graves.popleft()[1])
        if self._library is None:
            return
        for account in (self.sip_account, self.web_account):
            if account is not None:
                with contextlib.suppress(pj.Error):
                    account.shutdown()
        self.sip_account = self.web_account = self.silence = None
        with contextlib.suppress(pj.Error):
            self._library.libDestroy()
        self._library = None

    def post(self, function: Callable[..., None], *arguments: Any) -> None:
        """Run `function` on the reactor thread in this poll, after the library has let go."""
        self._posted.append((function, arguments))

    def bury(self, port: Any) -> None:
        """Destroy a port, a while after it was disconnected.

        The media thread may be inside it at this moment, and may hold an event for it: dropping
        the last reference now would free what that thread still uses.
        """
        self._graves.append((self.reactor.seconds() + BURIAL_S, port))

    def each_poll(self, function: Callable[[], None]) -> None:
        """Call `function` at the end of every poll."""
        self._each_poll.append(function)

    def not_each_poll(self, function: Callable[[], None]) -> None:
        """Undo `each_poll`."""
        self._each_poll.remove(function)

    def poll(self) -> None:
        """Let the library work, then everything that it posted, then the audio that was heard."""
        try:
            if self._library is not None:
                done = 0
                while done < MOST_EVENTS_A_POLL and self._library.libHandleEvents(0) > 0:
                    done += 1
        except Exception:
            log.failure("the library failed in its poll")
        while self._posted:
            function, arguments = self._posted.popleft()
            self._run(function, *arguments)
        for _ in range(len(self.taps)):
            tap, audio = self.taps.popleft()
            if tap.deliver is not None:
                self._run(tap.deliver, audio)
        for function in tuple(self._each_poll):
            self._run(function)
        while self._graves and self._graves[0][0] <= self.reactor.seconds():
            _destroy(self._graves.popleft()[1])

    def _run(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            function(*arguments)
        except Exception:
            log.failure("an event of the SIP side failed")

    def _configuration(self) -> Any:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = self.settings.slots
        config.uaConfig.userAgent = self.settings.user_agent
        if self.settings.outbound_proxy:
            config.uaConfig.outboundProxies.append(self.settings.outbound_proxy)
        media = config.medConfig
        media.clockRate = media.sndClockRate = RATE
        media.audioFramePtime = FRAME_MS
        media.maxMediaPorts = self.settings.slots * 4
        media.noVad = True
        media.ecTailLen = 0
        media.quality = 3
        logs = config.logConfig
        logs.level = logs.consoleLevel = self.settings.log_level
        # Whole messages carry names, addresses and SDES keys.
        logs.msgLogging = 0
        writer = LibraryLog()
        logs.writer = writer
        # The library deletes it at its end.
        writer.__disown__()
        self._writer = writer
        return config

    def _transports(self) -> None:
        settings = self.settings
        kinds = [("udp", pj.PJSIP_TRANSPORT_UDP), ("tcp", pj.PJSIP_TRANSPORT_TCP)]
        if settings.certificate:
            kinds.append(("tls", pj.PJSIP_TRANSPORT_TLS))
        port = settings.udp_port
        for name, kind in kinds:
            config = pj.TransportConfig()
            config.boundAddress = settings.address
            config.publicAddress = settings.public_address
            config.port = settings.tls_port if name == "tls" else port
            if name == "tls":
                tls = config.tlsConfig
                tls.certFile = str(settings.certificate)
                tls.privKeyFile = str(settings.private_key)
                tls.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3
                tls.verifyServer = False
                tls.verifyClient = False
            number = self._library.transportCreate(kind, config)
            address = str(self._library.transportGetInfo(number).localName)
            if name == "udp":
                # Bound to 0.0.0.0, the library says which of our addresses it goes by.
                host, _, number_text = address.rpartition(":")
                self.host, port = host, int(number_text)
            self.facts.transports.append(f"{name} {address}")
        local = pj.TransportConfig()
        local.boundAddress = settings.gate_address
        self._web_transport = self._library.transportCreate(pj.PJSIP_TRANSPORT_UDP, local)
        self.port = port

    def _codecs(self) -> None:
        for codec in self._library.codecEnum2():
            name = str(codec.codecId)
            rank = next((rank for start, rank in CODECS.items() if name.startswith(start)), 0)
            self._library.codecSetPriority(name, rank)
            if rank:
                self.facts.codecs.append(name)
        self.facts.codecs.sort(key=lambda name: -CODECS[name.rpartition("/")[0]])

    def _base_config(self, uri: str) -> Any:
        config = pj.AccountConfig()
        config.idUri = uri
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
        transport = config.mediaConfig.transportConfig
        transport.boundAddress = self.settings.address
        transport.publicAddress = self.settings.public_address
        return config

    def _sip_config(self) -> Any:
        settings = self.settings
        config = self._base_config(f"sip:hotline@{self.host}:{self.port}")
        media = config.mediaConfig
        # The upper fifth is kept for browsers, so that neither can take all ports.
        media.transportConfig.port = settings.rtp_port
        media.transportConfig.portRange = settings.rtp_ports * 4 // 5
        media.srtpUse = pj.PJMEDIA_SRTP_OPTIONAL
        media.srtpSecureSignaling = 0
        _set_keying(media, pj.PJMEDIA_SRTP_KEYING_SDES)
        for trunk in settings.trunks:
            # Without a realm the password would be proved to whoever asks for it.
            if trunk.needs_digest and trunk.realm:
                info = pj.AuthCredInfo("digest", trunk.realm, trunk.user, 0, trunk.password)
                config.sipConfig.authCreds.append(info)
        return config

    def _web_config(self) -> Any:
        settings = self.settings
        # The library matches INVITEs to accounts by name or by domain alone: with neither to be
        # guessed, no call from outside falls to this one, which takes nothing but WebRTC.
        name, domain = secrets.token_hex(12), secrets.token_hex(12)
        config = self._base_config(f"sip:{name}@{domain}.invalid")
        config.sipConfig.transportId = self._web_transport
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
        media = config.mediaConfig
        media.transportConfig.port = settings.rtp_port + settings.rtp_ports * 4 // 5
        media.transportConfig.portRange = settings.rtp_ports // 5
        media.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        media.srtpSecureSignaling = 0
        _set_keying(media, pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP)
        media.rtcpMuxEnabled = True
        media.lockCodecEnabled = False
        nat = config.natConfig
        nat.iceEnabled = True
        nat.iceNoRtcp = True
        nat.iceAlwaysUpdate = False
        return config

    def _make_account(self, config: Any) -> Any:
        account = SipAccount(self._on_invite)
        account.create(config, self.sip_account is None)
        return account


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library off standard output until it can be told where to log."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _set_keying(media: Any, keying: int) -> None:
    """Choose how SRTP keys are agreed. A copy is handed out, so it must be assigned back."""
    options = media.srtpOpt
    kinds = pj.IntVector()
    kinds.append(keying)
    options.keyings = kinds
    media.srtpOpt = options


def _destroy(port: Any) -> None:
    """Delete a port's C++ side while its Python side is still whole.

    Were it left to the reference count, the media thread could call into a dying object.
    """
    with contextlib.suppress(Exception):
        port.__swig_destroy__(port)
