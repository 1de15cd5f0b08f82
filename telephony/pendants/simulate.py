"""`hotline simulate pendant`: a device of one protocol that sends a message and prints the reply.

It shares the writing half of the codecs, and nothing of what receives.
"""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime

import click

from telephony.pendants import dc09, scaip
from telephony.pendants.dc09 import Frame

REPLY_S = 5.0


@click.command()
@click.option("--protocol", type=click.Choice(["scaip", "dc09"]), required=True)
@click.option("--to", "target", required=True, help="HOST:PORT of pendant_sip_port or dc09_port.")
@click.option("--device", default="26317", help="Controller id or account.")
@click.option("--code", default="", help="Device type (scaip: 0003) or event (dc09: 101).")
@click.option("--key", default="", help="AES key of DC-09 in hexadecimal.")
def pendant(protocol: str, target: str, device: str, code: str, key: str) -> None:
    """Send an alarm over TCP and print what comes back; exit code 1 when it is not acknowledged."""
    host, _, port = target.rpartition(":")
    if not port.isdecimal():
        raise click.BadParameter("HOST:PORT is wanted", param_hint="--to")
    number = secrets.randbelow(9999) + 1
    try:
        secret = bytes.fromhex(key)
    except ValueError as error:
        raise click.BadParameter("no hexadecimal", param_hint="--key") from error
    if protocol == "scaip":
        sent, good = _message(device, code or "0003", host, number), b"<snu>0</snu>"
    else:
        frame = Frame(
            "ADM-CID",
            f"{number:04d}",
            device,
            f"#{device}|1{code or '101'} 00 001",
            encrypted=bool(secret),
            at=datetime.now(UTC),
        )
        sent, good = dc09.encode(frame, secret), b'ACK"'
    try:
        reply = _exchange(host, int(port), sent, b"\r" if protocol == "dc09" else b"</mrs>")
    except OSError as error:
        raise click.ClickException(f"{target}: {error}") from error
    click.echo(reply.decode("utf-8", "replace").strip())
    if good not in reply:
        raise SystemExit(1)


def _message(device: str, code: str, host: str, number: int) -> bytes:
    body = scaip.build({"ref": str(number), "cid": device, "dty": code})
    token = secrets.token_hex(8)
    lines = [
        f"MESSAGE sip:12349@{host} SIP/2.0",
        f"Via: SIP/2.0/TCP {host};branch=z9hG4bK{token}",
        f"From: <sip:{device}@{host}>;tag={token}",
        f"To: <sip:12349@{host}>",
        f"Call-ID: {token}",
        "CSeq: 1 MESSAGE",
        "Max-Forwards: 70",
        f"Content-Type: {scaip.CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def _exchange(host: str, port: int, sent: bytes, end: bytes) -> bytes:
    with socket.create_connection((host, port), REPLY_S) as connection:
        connection.sendall(sent)
        reply = b""
        while end not in reply:
            more = connection.recv(4096)
            if not more:
                break
            reply += more
    return reply
