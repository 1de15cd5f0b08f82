"""Who proves who they are hears how their case stands; who guesses is held up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import Sessions
from tests.tickets.cases.sample import BORN, DIGITS, LAST_FOUR, NOW, NUMBER, ROW, records
from tickets.cases import store
from tickets.cases.limit import COUNTED, LOCKED, locked
from tickets.cases.phone import Answer, CaseDesk
from tickets.cases.record import LABELS, Status
from tickets.cases.spoken import sentences
from tickets.cases.tables import Case

CALLER, OTHER = "+8613800138000", "+8613900139000"
MORE = (
    "办的是最低生活保障申请。",
    "最近一次办理是2026年3月2日，环节是入户调查。",
    "接下来是民主评议。",
    "承诺在2026年4月10日前办结。",
    "以上是2026年3月2日的办理情况。",
)
TOLD = Answer("told", NUMBER, "最低生活保障申请", "reviewing", MORE)


class Desk:
    """A desk with three cases, and a clock."""

    def __init__(self, sessions: Sessions) -> None:
        self.now = NOW
        self.desk = CaseDesk(sessions, lambda: self.now, "Asia/Shanghai")
        self.calls = 0

    def check(
        self,
        digits: str = DIGITS,
        last_four: str = LAST_FOUR,
        born: str = BORN,
        caller: str = CALLER,
        call: str = "",
    ) -> Answer:
        """One check, in a call of its own unless one is named."""
        self.calls += 1
        call = call or f"c{self.calls}"
        return self.desk.check(call, caller, digits, last_four, born)

    def ready(self, caller: str = CALLER) -> str:
        return self.desk.ready("new", caller).decision


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    store.put(sessions, "低保系统", records(), "wang", NOW)
    return Desk(sessions)


def test_who_knows_all_three_is_told(desk: Desk) -> None:
    assert desk.ready() == "ready"
    assert desk.check() == TOLD
    assert desk.check(last_four="002x") == TOLD


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_four": "0021"}, {"born": "19491230"}, {"last_four": "1234", "born": "19400506"},
        {"digits": "202603010002"}, {"digits": "99999999"}, {"digits": "20260220"},
        {"last_four": "", "born": ""}, {"digits": ""},
    ],
)  # fmt: skip
def test_whatever_does_not_fit_is_answered_alike(desk: Desk, wrong: dict[str, str]) -> None:
    assert desk.check(**wrong) == Answer("refused")


@pytest.mark.parametrize("caller", ["", CALLER])
def test_without_cases_or_without_a_number_a_person_looks_it_up(
    sessions: Sessions, caller: str
) -> None:
    desk = Desk(sessions)
    assert desk.ready(caller) == "unavailable"
    store.put(sessions, "低保系统", records(), "wang", NOW)
    assert desk.ready(caller) == ("ready" if caller else "unavailable")
    assert desk.check(caller=caller).decision == ("told" if caller else "unavailable")


@pytest.mark.parametrize("digits", [DIGITS, "99999999"])
def test_three_failed_calls_lock_the_caller_and_the_number(desk: Desk, digits: str) -> None:
    for _ in range(3):
        assert desk.ready() == "ready"
        assert desk.check(digits, last_four="0000").decision == "refused"
    assert desk.ready() == "locked" and desk.ready(OTHER) == "ready"
    assert desk.check() == Answer("locked"), "this caller may try no other number either"
    assert desk.check(digits, caller=OTHER) == Answer("locked"), "exist or not, the same"
    assert desk.check("20260215", "1234", "19400506", caller=OTHER).decision == "told"
    desk.now += LOCKED
    assert desk.ready() == "ready" and desk.check() == TOLD


def test_after_a_lock_one_more_failure_locks_again(desk: Desk) -> None:
    for _ in range(3):
        desk.check(last_four="0000")
    desk.now += LOCKED
    assert desk.check(last_four="0000").decision == "refused"
    assert desk.check() == Answer("locked")
    desk.now += COUNTED
    assert desk.check() == TOLD


def test_tries_of_one_call_count_as_one(desk: Desk) -> None:
    for call in ("one", "two"):
        for _ in range(3):
            assert desk.check(last_four="0000", call=call).decision == "refused"
    assert desk.ready() == "ready" and desk.check() == TOLD


def test_a_slip_before_the_right_answer_is_forgiven(desk: Desk) -> None:
    for call in ("one", "two", "three", "four"):
        assert desk.check(last_four="0000", call=call).decision == "refused"
        assert desk.check(call=call) == TOLD


def test_ones_own_case_clears_no_guess_at_another(desk: Desk) -> None:
    for call in ("one", "two", "three"):
        assert desk.check(last_four="0000", call=call).decision == "refused"
        assert desk.check("20260215", born="19500101", call=call).decision == "refused"
        assert desk.check("20260215", "1234", "19400506", call=call).decision == "told"
    assert desk.ready() == "locked"
    assert desk.check(caller=OTHER) == Answer("locked")


@given(st.lists(st.integers(0, 3 * 24 * 60), max_size=8))
def test_locked_is_three_in_a_day_and_half_an_hour(minutes: list[int]) -> None:
    failed = [NOW - timedelta(minutes=ago) for ago in minutes]
    day = [ago for ago in minutes if ago < 24 * 60]
    assert locked(failed, NOW) == (len(day) >= 3 and min(day) < 30)


def case(status: Status, promised: date | None = date(2026, 4, 10)) -> Case:
    row = {**ROW, "status": LABELS[status]}
    (record,) = records(row)
    steps = [[step.on.isoformat(), step.name, step.note] for step in record.steps]
    return Case(
        number=record.number, matter=record.matter, status=status.value, steps=steps,
        next_step=record.next_step, promised_on=promised, updated_at=record.updated_at,
    )  # fmt: skip


def test_what_is_said_of_a_case() -> None:
    said = sentences(case(Status.REVIEWING), date(2026, 3, 4), "Asia/Shanghai")
    assert said == MORE and not any("李秀兰" in text for text in said)
    late = sentences(case(Status.REVIEWING), date(2026, 4, 11), "Asia/Shanghai")
    assert "还没有办结" in late[3] and "转人工" in late[3]
    for status in (Status.APPROVED, Status.REJECTED, Status.CLOSED):
        done = sentences(case(status), date(2026, 5, 1), "Asia/Shanghai")
        assert not any("承诺" in text or "原定" in text for text in done)
    bare = case(Status.RECEIVED, None)
    bare.steps, bare.next_step = [], ""
    assert sentences(bare, date(2026, 3, 4), "Asia/Shanghai") == (MORE[0], MORE[4])


def test_a_case_was_last_told_in_the_authoritys_zone() -> None:
    late = case(Status.RECEIVED)
    late.updated_at = datetime.fromisoformat("2026-03-02T17:00:00+00:00")
    assert "3月3日" in sentences(late, date(2026, 3, 4), "Asia/Shanghai")[-1]
