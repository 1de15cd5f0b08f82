"""What the operator's settings mean to telephony: trunks, areas and urgent numbers."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from telephony.calls.dialling import Rules
from telephony.sip.config import SipSettings, Trunk
from telephony.sip.port import Invitation


def sip_settings(settings: Settings, certificate: Path | None, key: Path | None) -> SipSettings:
    """Return what the SIP side is told. Raises SipSettingsError on a value that cannot work."""
    return SipSettings(
        address=settings.sip_address,
        public_address=settings.sip_public_address,
        udp_port=settings.sip_port,
        tls_port=settings.tls_port,
        certificate=certificate,
        private_key=key,
        rtp_port=settings.rtp_port,
        rtp_ports=settings.rtp_ports,
        max_calls=settings.max_calls,
        no_rtp_s=settings.no_rtp_s,
        trunks=tuple(
            Trunk(
                name=trunk.name,
                addresses=tuple(trunk.addresses),
                trusted=trunk.trusted,
                user=trunk.user,
                password=trunk.password,
                max_calls=trunk.max_calls,
                calls_per_second=trunk.calls_per_second,
                burst=max(1, round(trunk.calls_per_second * 2)),
                area=trunk.area,
                dial=trunk.dial,
            )
            for trunk in settings.trunks
        ),
    )


def dial_rules(settings: Settings) -> Rules:
    """Return which numbers agents may dial."""
    return Rules(
        classes=frozenset(settings.out_classes),
        prefixes=tuple(settings.out_prefixes),
        local=settings.out_local_prefix,
        per_hour=settings.out_per_hour,
        agencies=settings.agencies,
    )


def area_of(settings: Settings, invitation: Invitation) -> str:
    """Return the GB/T 2260 code of a call: by the number dialled, else the trunk, else the node."""
    for number in settings.numbers:
        if number.number == invitation.called and number.area:
            return number.area
    for trunk in settings.trunks:
        if trunk.name == invitation.trunk and trunk.area:
            return trunk.area
    return settings.area


def is_urgent(settings: Settings, invitation: Invitation) -> bool:
    """Say whether the number dialled is one that no limit may refuse (a red key)."""
    return any(n.urgent and n.number == invitation.called for n in settings.numbers)
