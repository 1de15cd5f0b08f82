"""Checks of `hotline doctor` that belong to no room: machine, disk, clock, ports, stores, keys."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import socket
import ssl
import sys
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from core import certificate, migrate
from core.check import Check
from core.lock import FolderInUse, FolderLock
from core.settings import Settings

LIBRARIES = ("twisted", "sqlalchemy", "redis", "fastapi", "vosk", "onnxruntime")
OLDEST = datetime(2026, 1, 1, tzinfo=UTC)
STA_UNSYNC = 0x0040  # adjtimex(2)


def machine() -> Check:
    """Return versions of system, Python and libraries."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    python = sys.version.split()[0]
    found = f"Python {python}, {platform.platform()}, {os.cpu_count()} cores, {versions}"
    return Check("versions", sys.version_info >= (3, 11), found, "use Python 3.11 or newer")


def disk(settings: Settings) -> Check:
    """Check that the data folder can be written and has room to record."""
    folder = settings.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as error:
        return Check("disk", False, str(error), "give the service a folder it may write")
    found = f"{folder.resolve()}: {free} MB free"
    return Check("disk", free >= settings.min_free_mb, found, "free some disk space")


def clock(now: datetime) -> Check:
    """Check that the clock is plausible, and say whether it is synchronised (adjtimex(2))."""
    buffer = (ctypes.c_char * 512)()
    try:
        ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
        synchronised = not int.from_bytes(bytes(buffer)[40:44], sys.byteorder) & STA_UNSYNC
    except (OSError, AttributeError):
        synchronised = False
    word = "synchronised" if synchronised else "not synchronised by NTP"
    return Check("clock", now > OLDEST, f"{now:%Y-%m-%d %H:%M:%S} UTC, {word}", "set the clock")


def database(settings: Settings) -> Check:
    """Check that the database answers and has the tables of this version."""
    if not settings.db_url and not (settings.data / "hotline.db").exists():
        return Check("database", True, "SQLite, made at first start")
    try:
        lacks = migrate.check(settings.database_url)
    except migrate.MigrationError as error:
        return Check("database", False, str(error), "start the database or mend HOTLINE_DB_URL")
    kind = settings.database_url.split(":")[0]
    return Check("database", not lacks, lacks or f"{kind}, up to date", "hotline db upgrade")


def redis(settings: Settings) -> Check:
    """Check that Redis answers, or that a private server can be started."""
    if not settings.redis_url:
        program = shutil.which("redis-server")
        found = f"private server, {program}" if program else "redis-server is not installed"
        return Check("redis", program is not None, found, "install Debian's redis-server")
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=3) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        return Check("redis", False, str(error), "start Redis or mend HOTLINE_REDIS_URL")
    return Check("redis", True, settings.redis_url.split("@")[-1])


def ports(settings: Settings, running: bool) -> list[Check]:
    """Check that ports are free, or are ours when the service runs on this data folder."""
    wanted = [
        (
            "console port",
            settings.http_address,
            settings.http_port,
            (socket.SOCK_STREAM,),
        ),
        (
            "sip port",
            settings.sip_address,
            settings.sip_port,
            (socket.SOCK_DGRAM, socket.SOCK_STREAM),
        ),
        (
            "sip tls port",
            settings.sip_address,
            settings.tls_port,
            (socket.SOCK_STREAM,),
        ),
    ]
    checks = []
    for name, address, port, kinds in wanted:
        taken = not all(_free(address, port, kind) for kind in kinds)
        state = "in use by the running service" if running and taken else "free"
        if taken and not running:
            state = "in use by another program"
        found = f"{address}:{port} {state}"
        checks.append(Check(name, taken == running, found, "stop it or choose another port"))
    return checks


def certificates(settings: Settings, now: datetime) -> Check:
    """Check that the certificate for https and SIP over TLS is valid for a while."""
    leaf = settings.data / "tls" / "cert.pem"
    if not leaf.exists():
        return Check("certificate", True, "made at first start")
    try:
        ends = certificate.ends(leaf)
    except (OSError, ValueError) as error:
        return Check("certificate", False, str(error), f"remove {leaf.parent} and start again")
    ok = ends > now + timedelta(days=7)
    return Check("certificate", ok, f"valid until {ends:%Y-%m-%d}, {ssl.OPENSSL_VERSION}")


def programs() -> list[Check]:
    """Check programs that pages and set-up use."""
    found = shutil.which("dot")
    return [Check("graphviz", bool(found), found or "missing", "install Debian's graphviz")]


def report(checks: list[Check], as_json: bool) -> str:
    """Return the checks as lines for people, or as JSON."""
    if as_json:
        well = all(check.ok for check in checks)
        return json.dumps(
            {"ok": well, "checks": [check.to_dict() for check in checks]},
            indent=2,
            ensure_ascii=False,
        )
    lines = []
    for check in checks:
        lines.append(f"{'ok  ' if check.ok else 'BAD '} {check.name}: {check.found}")
        if not check.ok and check.remedy:
            lines.append(f"     → {check.remedy}")
    return "\n".join(lines)


def runs(data: Path) -> bool:
    """Say whether a service holds the data folder."""
    if not (data / "hotline.lock").exists():
        return False
    try:
        FolderLock(data).release()
    except FolderInUse:
        return True
    return False


def _free(address: str, port: int, kind: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
