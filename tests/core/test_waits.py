"""A caller's wait, from the journal's records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import waits
from core.waits import Wait

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def _run(kinds: list[str]) -> Wait | None:
    wait: Wait | None = None
    for second, kind in enumerate(kinds):
        wait = waits.step(wait, kind, AT + timedelta(seconds=second))
    return wait


@pytest.mark.parametrize(
    ("kinds", "seconds", "end"),
    [
        (["answered", "queued", "offered", "connected"], 2, "answered"),
        (["queued", "offered", "refused", "offered", "connected", "ended"], 4, "answered"),
        (["queued", "ended"], 1, "abandoned"),
        (["queued", "waited", "leaving", "ended"], 1, "unanswered"),
        (["queued", "node", "leaving"], 2, "unanswered"),
        (["queued", "recovered"], 1, "unanswered"),
        (["queued", "queued", "connected"], 2, "answered"),
        (["queued", "connected", "left", "queued", "connected"], 1, "answered"),
        (["queued", "said", "node"], 0, ""),
    ],
)
def test_waits(kinds: list[str], seconds: float, end: str) -> None:
    wait = _run(kinds)
    assert wait is not None
    assert (wait.seconds, wait.end) == (seconds, end)


def test_nobody_waits_before_the_queue() -> None:
    assert _run(["opened", "answered", "node", "connected", "ended"]) is None


@given(st.lists(st.sampled_from(["queued", "node", "said", *waits.ENDS])))
def test_an_ended_wait_never_changes_again(kinds: list[str]) -> None:
    wait: Wait | None = None
    for second, kind in enumerate(kinds):
        after = waits.step(wait, kind, AT + timedelta(seconds=second))
        if wait is not None and wait.until is not None:
            assert after == wait or (kind == "queued" and after is not None and not after.end)
        if after is not None:
            assert (after.until is None) == (after.end == "")
            assert after.seconds >= 0
        wait = after
