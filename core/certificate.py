"""A private CA and a certificate for https and SIP over TLS, made on first start."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 3650
RENEW_DAYS = 30
LEAF_DAYS = 397  # browsers refuse longer ones (CA/Browser Forum BR 6.3.2)


def ensure(folder: Path, names: list[str], now: datetime) -> tuple[Path, Path, Path]:
    """Return (CA file, certificate file, key file), made or renewed when needed.

    `names` are host names and IP addresses beside localhost; what can be neither is left out.
    Renewed 30 days before it ends, when a name is missing, and when a file is damaged.
    Raises OSError when the folder cannot be written.
    """
    ca_file, leaf, key = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    alternatives = _alternatives(names)
    if _usable(ca_file, leaf, key, {str(each.value) for each in alternatives}, now):
        return ca_file, leaf, key
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, ca = _load_or_make_ca(folder, now)
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    certificate = (
        _builder("12349 hotline", ca, leaf_key.public_key(), now, LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    _write(key, _pem(leaf_key), 0o600)
    _write(leaf, _text(certificate) + _text(ca), 0o644)
    return ca_file, leaf, key


def _usable(ca_file: Path, leaf: Path, key: Path, names: set[str], now: datetime) -> bool:
    try:
        ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
        certificate = x509.load_pem_x509_certificate(leaf.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        certificate.verify_directly_issued_by(ca)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    return (
        certificate.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)
        and names <= _names(certificate)
        # A stop between the two files leaves the key of one and the certificate of another.
        and private.public_key() == certificate.public_key()
    )


def ends(leaf: Path) -> datetime:
    """Return when a certificate ends. Raises OSError, ValueError."""
    return x509.load_pem_x509_certificate(leaf.read_bytes()).not_valid_after_utc


def _names(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def _load_or_make_ca(
    folder: Path, now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    ca_file, key_file = folder / "ca.pem", folder / "ca.key"
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
        # No certificate may outlive the CA that signed it.
        lasts = ca.not_valid_after_utc > now + timedelta(days=LEAF_DAYS)
        belongs = key.public_key() == ca.public_key()
        if isinstance(key, ec.EllipticCurvePrivateKey) and belongs and lasts:
            return key, ca
    made = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    ca = (
        _builder("12349 hotline private CA", None, made.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(made, hashes.SHA256())
    )
    _write(key_file, _pem(made), 0o600)
    _write(ca_file, _text(ca), 0o644)
    return made, ca


def _builder(
    name: str,
    issuer: x509.Certificate | None,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    """Begin a certificate with what RFC 5280, 4.2.1.1 and 4.2.1.2 ask; no issuer: it is its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_authority(issuer, public), critical=False)
    )


def _authority(
    issuer: x509.Certificate | None, public: ec.EllipticCurvePublicKey
) -> x509.AuthorityKeyIdentifier:
    if issuer is None:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(public)
    try:
        named = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(named)


def _alternatives(names: list[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in dict.fromkeys(["localhost", socket.gethostname(), "127.0.0.1", "::1", *names]):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            with contextlib.suppress(ValueError):
                found.append(x509.DNSName(name))
    return found


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _text(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
