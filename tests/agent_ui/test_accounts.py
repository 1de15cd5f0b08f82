"""The pure parts of accounts: lock-out, passwords, rights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_ui.accounts import passwords
from agent_ui.accounts.lockout import Attempts, Limits, attempt
from agent_ui.roles import Permission, Role, could, may

START = datetime(2026, 3, 2, tzinfo=UTC)
AGENT, SUPERVISOR, OPERATOR = Role.AGENT, Role.SUPERVISOR, Role.OPERATOR

TABLE = {
    Permission.LIVE: {AGENT, SUPERVISOR},
    Permission.TICKETS: {AGENT, SUPERVISOR},
    Permission.LISTEN: {AGENT, SUPERVISOR},
    Permission.WRAP_UP: {AGENT, SUPERVISOR},
    Permission.PHONE: {AGENT, SUPERVISOR},
    Permission.TREES: {AGENT, SUPERVISOR, OPERATOR},
    Permission.ARTICLES: {AGENT, SUPERVISOR, OPERATOR},
    Permission.SERVICE_PLACES: {AGENT, SUPERVISOR, OPERATOR},
    Permission.SERVICE_PLACES_IMPORT: {SUPERVISOR, OPERATOR},
    Permission.METRICS: {SUPERVISOR, OPERATOR},
    Permission.ARTICLES_WRITE: {AGENT, SUPERVISOR},
    Permission.ARTICLES_APPROVE: {SUPERVISOR},
    Permission.ARTICLES_EXCHANGE: {SUPERVISOR, OPERATOR},
}


def test_old_roles_can_do_what_they_could() -> None:
    """The whole table, with all roles and cases, is in test_roles.py."""
    for permission, roles in TABLE.items():
        assert {role for role in (AGENT, SUPERVISOR, OPERATOR) if could(role, permission)} == roles


@pytest.mark.parametrize("permission", list(Permission))
def test_unknown_role_may_nothing(permission: Permission) -> None:
    assert not may("root", permission)
    assert not may("", permission)


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 6), st.integers(1, 600))
def test_never_more_looks_than_the_limit_within_one_lock(
    pauses: list[int], attempts: int, lock_s: int
) -> None:
    limits, state, now = Limits(attempts, lock_s), Attempts(), START
    looked: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        state, allowed = attempt(state, now, limits)
        if allowed:
            looked.append(now)
    # After each run of `attempts` looks there is a pause of at least the lock.
    for last, after in zip(
        looked[attempts - 1 :: attempts], looked[attempts::attempts], strict=False
    ):
        assert after - last >= timedelta(seconds=lock_s)


def test_locked_state_does_not_move() -> None:
    limits = Limits(1, 60)
    locked, allowed = attempt(Attempts(), START, limits)
    assert allowed
    again, allowed = attempt(locked, START + timedelta(seconds=59), limits)
    assert (again, allowed) == (locked, False)
    _, allowed = attempt(locked, START + timedelta(seconds=60), limits)
    assert allowed


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("short", False), ("x" * 201, False), ("aaaaaaaaaaaa", False), ("my-wang-pass", False),
        ("MY-WANG-PASS", False), ("abcdefghij", True), ("长密码也可以用中文来写", True),
    ],
)  # fmt: skip
def test_rule_for_new_passwords(password: str, fine: bool) -> None:
    assert (passwords.fault(password, "wang") == "") is fine


def test_one_time_passwords_differ_and_keep_the_rule() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.fault(each, "admin") == "" for each in made)


def test_hash_fits_its_password_only() -> None:
    kept = passwords.hashed("correct horse")
    assert passwords.fits(kept, "correct horse")
    assert not passwords.fits(kept, "Correct horse")
    assert not passwords.fits("not a hash", "correct horse")
    assert not passwords.fits(passwords.nobody(), "")
