"""What the operator sets for the SIP side: addresses, ports, limits, and the trunks it trusts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

LIBRARY_CALLS = 1000
"""Calls that the binding was compiled for (PJSUA_MAX_CALLS); no setting goes beyond."""


class SipSettingsError(ValueError):
    """A setting that cannot work; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A carrier, exchange or caller that may send INVITEs.

    `addresses` are IP addresses or networks in CIDR form. `trusted` honours P-Asserted-Identity
    (RFC 3325, 4 and 9.1: only from a node inside the trust domain). With `user` and `password`
    set, its INVITEs need digest authentication (RFC 3261, 22). `area` is a GB/T 2260 code of six
    digits.
    `calls_per_second` refills a bucket of `burst` calls. `dial` is the SIP URI by which numbers are
    dialled through it, with {number} for the number in E.164; without it none goes out here.
    """

    name: str
    addresses: tuple[str, ...]
    trusted: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    realm: str = ""
    max_calls: int = 200
    calls_per_second: float = 50.0
    burst: int = 100
    area: str = ""
    country: str = "CN"
    dial: str = ""

    @property
    def needs_digest(self) -> bool:
        """True where an INVITE must carry credentials."""
        return bool(self.user and self.password)


LOOPBACK = Trunk("loopback", ("127.0.0.0/8", "::1/128"), trusted=True, max_calls=500)
"""The trunk of callers on this very machine, for tests, demonstrations and load."""


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Everything that the SIP side is told; times in the unit that the name ends with.

    `udp_port` serves UDP and TCP; 0 lets the system choose. TLS needs `certificate` and
    `private_key` (PEM) and is off without them. `public_address` is what SDP and Contact carry
    where `address` is 0.0.0.0 or behind NAT. `gate_address` is where the browser gate's own
    small SIP agent listens; it must be a loopback address.
    """

    address: str = "127.0.0.1"
    public_address: str = ""
    udp_port: int = 5060
    tls_port: int = 5061
    certificate: Path | None = None
    private_key: Path | None = None
    rtp_port: int = 20000
    rtp_ports: int = 8000
    max_calls: int = 500
    trunks: tuple[Trunk, ...] = (LOOPBACK,)
    no_rtp_s: float = 30.0
    never_acked_s: float = 32.0
    ring_limit_s: float = 180.0
    retry_after_s: int = 5
    poll_ms: float = 5.0
    gate_address: str = "127.0.0.1"
    user_agent: str = "hotline-12349"
    log_level: int = 2
    outbound_proxy: str = ""

    def __post_init__(self) -> None:
        """Raise SipSettingsError on a value that cannot work."""
        for name in ("address", "public_address", "gate_address"):
            value = getattr(self, name)
            if value and not _is_address(value):
                raise SipSettingsError(f"sip {name} must be an IP address, not {value!r}")
        if not ipaddress.ip_address(self.gate_address).is_loopback:
            raise SipSettingsError("sip gate_address must be a loopback address")
        for port in (self.udp_port, self.tls_port, self.rtp_port):
            if not 0 <= port <= 65535:
                raise SipSettingsError(f"sip port {port} is not between 0 and 65535")
        if self.rtp_port + self.rtp_ports > 65535:
            raise SipSettingsError("the sip rtp ports reach beyond 65535")
        if not 1 <= self.max_calls <= LIBRARY_CALLS // 2:
            limit = LIBRARY_CALLS // 2
            raise SipSettingsError(f"sip max_calls must be 1 to {limit}: each may need two legs")
        if bool(self.certificate) != bool(self.private_key):
            raise SipSettingsError("sip certificate and private_key must be set together")
        if not 0 <= self.log_level <= 3:
            # Levels 4 and 5 of the library print whole messages and SRTP keys.
            raise SipSettingsError("sip log_level must be 0 to 3")
        names = [trunk.name for trunk in self.trunks]
        if len(names) != len(set(names)):
            raise SipSettingsError("two sip trunks have the same name")
        for trunk in self.trunks:
            _check_trunk(trunk)

    @property
    def slots(self) -> int:
        """Call slots to ask of the library: two legs a call, and room to refuse and for alarms."""
        return min(LIBRARY_CALLS, self.max_calls * 2 + 64)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _check_trunk(trunk: Trunk) -> None:
    """Raise SipSettingsError where a trunk's values cannot work."""
    for address in trunk.addresses:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise SipSettingsError(
                f"trunk {trunk.name}: {address!r} is neither an IP address nor a network"
            ) from None
    if not trunk.addresses:
        raise SipSettingsError(f"trunk {trunk.name} has no address")
    if trunk.max_calls < 1 or trunk.calls_per_second <= 0 or trunk.burst < 1:
        raise SipSettingsError(f"trunk {trunk.name}: its limits must be above zero")
    if bool(trunk.user) != bool(trunk.password):
        raise SipSettingsError(f"trunk {trunk.name}: user and password must be set together")
    if trunk.dial and not (trunk.dial.startswith(("sip:", "sips:")) and "{number}" in trunk.dial):
        raise SipSettingsError(f"trunk {trunk.name}: dial must be a SIP URI with {{number}} in it")
    if trunk.area and not (len(trunk.area) == 6 and trunk.area.isdigit()):
        raise SipSettingsError(f"trunk {trunk.name}: area must be six digits of GB/T 2260")


def trunk_for(trunks: tuple[Trunk, ...], address: str) -> Trunk | None:
    """Return the trunk that `address` (without port) belongs to, the narrowest network first."""
    try:
        source = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(source, ipaddress.IPv6Address) and source.ipv4_mapped:
        source = source.ipv4_mapped
    best: tuple[int, Trunk] | None = None
    for trunk in trunks:
        for text in trunk.addresses:
            network = ipaddress.ip_network(text, strict=False)
            if source.version != network.version or source not in network:
                continue
            if best is None or network.prefixlen > best[0]:
                best = (network.prefixlen, trunk)
    return best[1] if best else None
