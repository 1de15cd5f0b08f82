"""The SIP side of one node: takes and makes legs, refuses what must not come in, joins legs."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater

from telephony.sip import admission, digest, identity
from telephony.sip import message as sip
from telephony.sip.admission import Admission, Verdict
from telephony.sip.browser_gate import GateAgent
from telephony.sip.config import SipSettings, Trunk, trunk_for
from telephony.sip.endpoint import Endpoint
from telephony.sip.leg import SipLeg
from telephony.sip.native import log
from telephony.sip.numbers import normalise
from telephony.sip.port import BrowserGate, Invitation, Leg, LegEvents, Line, SipFacts
from telephony.sip.sdp import SdpError
from telephony.sip.wavs import Joiner

STOP_LIMIT_S = 2.0
"""How long `stop` waits for the BYEs of running calls to be answered."""

REALM = "hotline"


class NoGate:
    """Stands in where no console is attached: every browser leg ends unanswered."""

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        """See BrowserGate."""
        log.warn("no console is attached to ring {agent}", agent=agent)

    def end(self, agent: str, leg_id: str) -> None:
        """See BrowserGate."""


class SipLine(Line):
    """`telephony.sip.port.Line` on pjsua2. One per process; reactor thread only."""

    def __init__(
        self,
        settings: SipSettings,
        reactor: Any,
        on_call: Callable[[Leg, Invitation], None],
        gate: BrowserGate | None = None,
        is_urgent: Callable[[Invitation], bool] = lambda invitation: False,
    ) -> None:
        """Prepare the line; nothing is opened before `start`.

        `reactor` gives the time (IReactorTime) and the gate's UDP port (IReactorUDP). `on_call`
        gets each admitted incoming leg, RINGING and without owner; it must set one or refuse.
        `is_urgent` says of an invitation that no limit may refuse it (alarms, red keys).
        """
        self._settings = settings
        self._reactor = reactor
        self._on_call = on_call
        self._is_urgent = is_urgent
        self._endpoint = Endpoint(settings, reactor, self._invited)
        self._gate = GateAgent(gate or NoGate())
        self._legs: dict[str, SipLeg] = {}
        self._admission = Admission(settings.max_calls)
        self._secret = secrets.token_bytes(32)
        self._nonces = digest.Seen()
        self._empty: list[Deferred[None]] = []
        self._folder: Path | None = None
        self._joiner: Joiner | None = None
        self._udp: Any = None

    # ---- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Open ports and take calls. Raises SipSettingsError with one sentence where it cannot."""
        self._folder = Path(tempfile.mkdtemp(prefix="hotline-prompts-"))
        self._joiner = Joiner(self._folder)
        host = self._settings.gate_address
        self._udp = self._reactor.listenUDP(0, self._gate, interface=host, maxPacketSize=65536)
        try:
            self._endpoint.start()
        except Exception:
            self._close()
            raise

    def drain(self) -> Deferred[None]:
        """Refuse new calls (503) but urgent ones; fires when the last leg is over."""
        self._admit(admission.Drain())
        finished: Deferred[None] = Deferred()
        self._empty.append(finished)
        self._tell_empty()
        return finished

    def stop(self) -> Deferred[None]:
        """Hang up what is left, close the ports, and fire when all is closed."""
        self._admit(admission.Drain())
        for leg in tuple(self._legs.values()):
            leg.give_up(503, "the line is closing")
        limit = self._reactor.seconds() + STOP_LIMIT_S
        wait = LoopingCall(lambda: None)

        def look() -> None:
            if not self._legs or self._reactor.seconds() >= limit:
                wait.stop()

        wait.f = look
        wait.clock = self._reactor
        finished: Deferred[Any] = wait.start(0.02)

        def close(_: object) -> Deferred[None]:
            for leg in tuple(self._legs.values()):
                leg.abandon()
            self._legs.clear()
            # One more turn, in which nothing refers to the library's calls any more.
            return deferLater(self._reactor, 0.05, self._close)

        return finished.addCallback(close)

    def _close(self) -> None:
        self._endpoint.stop()
        if self._udp is not None:
            self._udp.stopListening()
            self._udp = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # ---- the port ------------------------------------------------------------------------------

    @property
    def legs(self) -> int:
        """Legs alive now."""
        return len(self._legs)

    @property
    def trunks(self) -> tuple[Trunk, ...]:
        """The trunks that are set up."""
        return self._settings.trunks

    @property
    def port(self) -> int:
        """The port of UDP and TCP, which matters where the settings say 0."""
        return self._endpoint.port

    def facts(self) -> SipFacts:
        """Return versions, codecs, limits, addresses, and how many INVITEs were refused and why."""
        return self._endpoint.facts

    def trunk_loads(self) -> list[dict[str, Any]]:
        """Return each trunk's name, calls now and limit."""
        buckets = self._admission.buckets
        return [
            {
                "name": trunk.name,
                "calls": buckets[trunk.name].calls if trunk.name in buckets else 0,
                "limit": trunk.max_calls,
            }
            for trunk in self._settings.trunks
        ]

    def bridge(self, a: Leg, b: Leg) -> None:
        """See Line."""
        if a is b or a.id not in self._legs or b.id not in self._legs:
            return
        a.stop_playing()
        b.stop_playing()
        self.hear(a, b)
        self.hear(b, a)

    def unbridge(self, a: Leg, b: Leg) -> None:
        """See Line."""
        self.unhear(a, b)
        self.unhear(b, a)

    def hear(self, listener: Leg, speaker: Leg) -> None:
        """See Line."""
        one, other = self._legs.get(listener.id), self._legs.get(speaker.id)
        if one is not None and other is not None and one is not other:
            one.wiring.hear(other.wiring)

    def unhear(self, listener: Leg, speaker: Leg) -> None:
        """See Line."""
        one, other = self._legs.get(listener.id), self._legs.get(speaker.id)
        if one is not None and other is not None:
            one.wiring.unhear(other.wiring)

    def dial(
        self,
        uri: str,
        owner: LegEvents,
        caller: str = "",
        headers: dict[str, str] | None = None,
    ) -> Leg:
        """See Line. A URI that cannot be dialled ends the leg at once with code 400."""
        leg = self._new_leg(self._endpoint.sip_account, owner=owner)
        number = normalise(caller)
        sender = f"<sip:{number}@{self._endpoint.host}>" if number else ""
        leg.invite(uri, headers or {}, sender)
        return leg

    def dial_browser(self, agent: str, owner: LegEvents) -> Leg:
        """See Line."""
        leg = self._new_leg(self._endpoint.web_account, owner=owner)
        self._gate.expect(leg.id, agent)
        leg.invite(f"sip:{leg.id}@{self._gate.uri_host}", {}, "")
        leg.remote = agent
        return leg

    # ---- what browsers say ---------------------------------------------------------------------

    def browser_answered(self, leg_id: str, sdp: str) -> None:
        """Take the SDP answer of an agent's browser; a bad one ends the leg with code 488."""
        try:
            self._gate.accept(leg_id, sdp)
        except SdpError as error:
            log.warn("a browser's answer was not taken: {error}", error=str(error))
            self._gate.decline(leg_id, 488)

    def browser_rejected(self, leg_id: str) -> None:
        """The agent declined the call, or hung up: the leg ends (486 if it was still ringing)."""
        if not self._gate.decline(leg_id, 486) and leg_id in self._legs:
            self._legs[leg_id].hangup()

    def browser_gone(self, agent: str) -> None:
        """The agent's page is closed or out of reach: all their legs end (480 if ringing)."""
        for leg_id in self._gate.of_agent(agent):
            if not self._gate.decline(leg_id, 480) and leg_id in self._legs:
                self._legs[leg_id].give_up(480, "the browser is gone")

    # ---- INVITEs -------------------------------------------------------------------------------

    def _new_leg(self, account: Any, owner: LegEvents | None = None, call_id: int = -1) -> SipLeg:
        assert self._joiner is not None, "the line is not started"
        leg_id = secrets.token_hex(8)
        leg = SipLeg(self._endpoint, self._joiner, leg_id, account, self._over, call_id, owner)
        self._legs[leg_id] = leg
        return leg

    def _invited(self, account: Any, call_id: int, raw: str, source: str) -> None:
        """Inside the library: make the call, and decide once the library has let go."""
        leg = self._new_leg(account, call_id=call_id)
        self._endpoint.post(self._decide, leg, raw, source)

    def _decide(self, leg: SipLeg, raw: str, source: str) -> None:
        trunk = trunk_for(self._settings.trunks, source.rpartition(":")[0].strip("[]"))
        if trunk is None:
            self._refuse(leg, "unknown_source", 403)
            return
        if trunk.needs_digest and not self._authentic(leg, raw, trunk):
            return
        invitation = identity.invitation(raw, source, trunk)
        verdict = self._admit(admission.Arrived(trunk, self._urgent(invitation)))
        if verdict is not Verdict.ADMIT:
            assert verdict is not None
            self._refuse(leg, verdict.value, 503, self._settings.retry_after_s)
            return
        leg.trunk = trunk.name
        leg.remote = invitation.caller or source
        try:
            self._on_call(leg, invitation)
        except Exception:
            log.failure("a call could not be taken over")
            leg.refuse(500)

    def _urgent(self, invitation: Invitation) -> bool:
        try:
            return self._is_urgent(invitation)
        except Exception:
            log.failure("whether a call is urgent could not be told")
            return True

    def _authentic(self, leg: SipLeg, raw: str, trunk: Trunk) -> bool:
        now = self._reactor.seconds()
        account = digest.Account(trunk.user, trunk.password, trunk.realm or REALM)
        self._nonces, proof = digest.verify(
            sip.parse(raw), account, self._secret, self._nonces, now
        )
        if proof is digest.Proof.VALID:
            return True
        stale = proof is digest.Proof.STALE
        values = digest.challenges(account, self._secret, now, stale)
        headers = [("WWW-Authenticate", value) for value in values]
        # The first INVITE of an honest caller carries no credentials: that is no refusal.
        self._refuse(leg, "" if proof is digest.Proof.MISSING else "digest", 401, 0, headers)
        return False

    def _refuse(
        self,
        leg: SipLeg,
        why: str,
        code: int,
        retry_after: int = 0,
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        if why:
            refused = self._endpoint.facts.refused
            refused[why] = refused.get(why, 0) + 1
            log.info("an INVITE was refused: {why}", why=why)
        leg.refuse(code, retry_after, headers or ())

    def _admit(self, event: admission.Event) -> Verdict | None:
        self._admission, verdict = admission.step(self._admission, event, self._reactor.seconds())
        return verdict

    def _over(self, leg: SipLeg) -> None:
        self._legs.pop(leg.id, None)
        self._gate.forget(leg.id)
        if leg.trunk:
            self._admit(admission.Left(leg.trunk))
        self._tell_empty()

    def _tell_empty(self) -> None:
        if not self._legs:
            waiting, self._empty = self._empty, []
            for finished in waiting:
                finished.callback(None)
