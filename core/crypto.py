"""Encryption of personal data at rest, its search key, and masking for lists."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Vault:
    """One installation's key. Values are AES-256-GCM with a random nonce of 12 bytes."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        if len(key) != 32:
            raise ValueError("the key for personal data must have 32 bytes")
        self._cipher = AESGCM(hashlib.sha256(b"seal" + key).digest())
        self._search = hashlib.sha256(b"search" + key).digest()

    @classmethod
    def at(cls, path: Path) -> Vault:
        """Load the key file, or make it (mode 0600) when there is none. Raises OSError."""
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = _made(path)
        if len(key) != 32:
            raise ValueError(f"{path} is not a key file; restore it from the backup")
        return cls(key)

    def seal(self, text: str) -> str:
        """Encrypt text to printable text."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, _bytes(text), None)).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made; text sealed with another key reads as a mark of damage."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:12], raw[12:], None).decode()
        except (InvalidTag, ValueError):
            return "\N{REPLACEMENT CHARACTER}"

    def search_key(self, text: str) -> str:
        """Return the HMAC under which a value is found without decrypting all; '' for ''."""
        if not text:
            return ""
        return hmac.new(self._search, _bytes(text), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    # Half a surrogate from a broken message must not cost the call its record.
    return text.encode(errors="replace")


def _made(path: Path) -> bytes:
    # Whole and on disk before its name exists: a key that is lost or torn loses what it sealed.
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key := os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def mask_number(number: str) -> str:
    """Hide the middle of a phone number for lists: +8613800138000 becomes +86138****8000."""
    if len(number) <= 6:
        return number
    keep = 6 if number.startswith("+861") else 5 if number.startswith("+86") else 3
    if len(number) < keep + 8:
        return number[: max(1, len(number) - 4)][:3] + "****"
    return number[:keep] + "****" + number[-4:]


def mask_name(name: str) -> str:
    """Hide a person's name for lists but for the family name: 张三 becomes 张*."""
    return name[:1] + "*" * (len(name) - 1)
