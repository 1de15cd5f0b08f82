"""Personal data at rest, its search key, and what lists show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import Vault, mask_number

KEY = b"k" * 32


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again_and_shows_nothing(text: str) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(text)
    assert vault.open(sealed) == text
    assert sealed.isascii() and (len(text) < 4 or text not in sealed)


def test_the_same_text_is_sealed_differently_each_time_but_found_by_one_key() -> None:
    vault = Vault(KEY)
    assert vault.seal("+8613800138000") != vault.seal("+8613800138000")
    assert vault.search_key("+8613800138000") == Vault(KEY).search_key("+8613800138000")
    assert vault.search_key("+8613800138000") != vault.search_key("+8613800138001")
    assert vault.search_key("x") != Vault(b"K" * 32).search_key("x")
    assert vault.search_key("") == ""


@pytest.mark.parametrize("damage", ["", "x", "not sealed at all, but long enough", "低保", "00000"])
def test_what_was_not_sealed_here_reads_as_damage(damage: str) -> None:
    assert Vault(KEY).open(damage) == "\N{REPLACEMENT CHARACTER}"
    sealed = Vault(b"K" * 32).seal("secret")
    assert Vault(KEY).open(sealed) == "\N{REPLACEMENT CHARACTER}"


def test_half_a_surrogate_is_no_reason_to_lose_the_rest() -> None:
    vault = Vault(KEY)
    assert vault.open(vault.seal("138\udce900")) == "138?00"
    assert vault.search_key("\udce9")


def test_the_key_file_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "personal.key"
    sealed = Vault.at(path).seal("secret")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert [file.name for file in path.parent.iterdir()] == ["personal.key"]
    assert Vault.at(path).open(sealed) == "secret"


def test_a_start_that_died_while_it_made_the_key_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "personal.key"
    (tmp_path / "personal.key.new").write_bytes(b"half")
    assert Vault.at(path).open(Vault.at(path).seal("a")) == "a"


def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "personal.key"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="is not a key file; restore it from the backup"):
        Vault.at(path)
    assert path.read_bytes() == b"short"
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613800138000", "+86138****8000"),
        ("13800138000", "138****8000"),
        ("+862038888888", "+8620****8888"),
        ("02038888888", "020****8888"),
        ("87654321", "876****"),
        ("12345678", "123****"),
        ("1234567", "123****"),
        ("12345", "12345"),
        ("120", "120"),
        ("", ""),
    ],
)
def test_numbers_are_masked_in_lists(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@given(st.from_regex(r"\+?[0-9]{7,20}", fullmatch=True))
def test_no_subscriber_number_is_ever_shown_whole(number: str) -> None:
    shown = mask_number(number)
    assert "****" in shown and number not in shown
    assert sum(map(str.isdigit, shown)) <= len(number) - 4
