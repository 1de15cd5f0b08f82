"""The private CA and its certificate, judged by OpenSSL as a browser would."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from core import certificate

NOW = datetime.now(UTC)
Files = tuple[Path, Path, Path]


def _handshake(ca: Path, leaf: Path, key: Path, name: str) -> str:
    """Connect to a TLS server with the certificate as a client that trusts only the CA."""
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(leaf, key)
    client = ssl.create_default_context(cafile=str(ca))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with served.wrap_socket(connection, server_side=True) as wrapped:
                    wrapped.send(b"ok")
            except OSError:
                pass

        server = threading.Thread(target=serve)
        server.start()
        try:
            with (
                socket.create_connection(listener.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname=name) as wrapped,
            ):
                assert wrapped.recv(2) == b"ok"
                return wrapped.version() or ""
        finally:
            server.join(10)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "hotline.gz.gov.cn", "10.1.2.3", "::1"])
def test_a_client_that_trusts_the_ca_accepts_the_server(name: str, tmp_path: Path) -> None:
    files = certificate.ensure(tmp_path, ["hotline.gz.gov.cn", "10.1.2.3"], NOW)
    assert _handshake(*files, name) == "TLSv1.3"


def test_another_name_or_another_ca_is_not_accepted(tmp_path: Path) -> None:
    files = certificate.ensure(tmp_path / "a", [], NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(*files, "elsewhere.cn")
    foreign, _, _ = certificate.ensure(tmp_path / "b", [], NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(foreign, *files[1:], "localhost")


def test_keys_are_readable_by_the_owner_alone(tmp_path: Path) -> None:
    _, _, key = certificate.ensure(tmp_path, [], NOW)
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600


def _contents(files: Files) -> list[bytes]:
    return [file.read_bytes() for file in files]


def test_a_certificate_that_serves_is_left_as_it_is(tmp_path: Path) -> None:
    first = _contents(certificate.ensure(tmp_path, ["10.1.2.3"], NOW))
    later = NOW + timedelta(days=certificate.LEAF_DAYS - certificate.RENEW_DAYS - 1)
    assert _contents(certificate.ensure(tmp_path, ["10.1.2.3"], later)) == first
    assert _contents(certificate.ensure(tmp_path, [], later)) == first


def test_it_is_renewed_by_the_same_ca_before_it_ends(tmp_path: Path) -> None:
    first = _contents(certificate.ensure(tmp_path, [], NOW))
    later = NOW + timedelta(days=certificate.LEAF_DAYS - certificate.RENEW_DAYS + 1)
    ca, leaf, key = certificate.ensure(tmp_path, [], later)
    assert ca.read_bytes() == first[0]
    assert leaf.read_bytes() != first[1] and key.read_bytes() != first[2]
    assert certificate.ends(leaf) > later + timedelta(days=certificate.LEAF_DAYS - 1)


def test_a_new_name_renews_it(tmp_path: Path) -> None:
    certificate.ensure(tmp_path, [], NOW)
    files = certificate.ensure(tmp_path, ["10.9.9.9"], NOW)
    assert _handshake(*files, "10.9.9.9")


def test_a_ca_that_ends_before_the_certificate_would_is_made_anew(tmp_path: Path) -> None:
    first = _contents(certificate.ensure(tmp_path, [], NOW))
    old = NOW + timedelta(days=certificate.CA_DAYS - certificate.LEAF_DAYS + 1)
    ca, leaf, _ = certificate.ensure(tmp_path, [], old)
    assert ca.read_bytes() != first[0]
    made = x509.load_pem_x509_certificate(ca.read_bytes())
    assert made.not_valid_after_utc > certificate.ends(leaf)


@pytest.mark.parametrize("damaged", ["ca.pem", "ca.key", "cert.pem", "key.pem"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n", None])
def test_damaged_and_missing_files_are_made_anew(
    damaged: str, content: bytes | None, tmp_path: Path
) -> None:
    certificate.ensure(tmp_path, [], NOW)
    if content is None:
        (tmp_path / damaged).unlink()
    else:
        (tmp_path / damaged).write_bytes(content)
    later = NOW + timedelta(days=1)
    assert _handshake(*certificate.ensure(tmp_path, ["10.9.9.9"], later), "10.9.9.9")


def test_a_key_that_belongs_to_another_certificate_is_replaced(tmp_path: Path) -> None:
    files = certificate.ensure(tmp_path / "a", [], NOW)
    other = certificate.ensure(tmp_path / "b", [], NOW)
    files[2].write_bytes(other[2].read_bytes())
    assert _handshake(*certificate.ensure(tmp_path / "a", [], NOW), "localhost")


def test_names_that_no_certificate_can_hold_are_left_out(tmp_path: Path) -> None:
    files = certificate.ensure(tmp_path, ["热线", "10.1.2.3", "10.1.2.3", "::0001"], NOW)
    assert _handshake(*files, "10.1.2.3")
    before = _contents(files)
    assert _contents(certificate.ensure(tmp_path, ["热线", "::0001"], NOW)) == before
