"""The list of tickets: what is found, by whom, and page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.area import AreaError
from core.db import Sessions
from tests.tickets.journalled import START, Journalled
from tickets import search
from tickets.search import PageKeyError, Query, TooShort, find

ALL = Query(scope="000000")


def _calls(sessions: Sessions, query: Query) -> list[str]:
    with sessions() as db:
        return [ticket.call_id for ticket in find(db, query).tickets]


@pytest.fixture
def three(journal: Journalled) -> None:
    for name, area, caller, words, end in (
        ("a", "440106", "+8613800138000", "我想问一下低保怎么申请", "machine"),
        ("b", "440300", "+862087744444", "我要报名结婚登记", "connected"),
        ("c", "450100", "+8613900139000", "低保边缘家庭怎么办", "abandoned"),
    ):
        at = START + timedelta(hours="abc".index(name))
        journal.opened(name, at, area=area, caller=caller)
        journal.said(name, "caller", words)
        journal.said(name, "machine", "本次通话将被录音", 2000)
        journal.ended(name, end, at)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["c", "b", "a"]),
        ({"text": "低保"}, ["c", "a"]),
        ({"text": "低保 申请"}, ["a"]),
        ({"text": "结婚"}, ["b"]),
        ({"text": "录音"}, []),
        ({"text": "20260302-000002"}, ["b"]),
        ({"text": "138 0013 8000"}, ["a"]),
        ({"caller": "13800138000"}, ["a"]),
        ({"caller": "020-87744444"}, ["b"]),
        ({"caller": "+86 139-0013-9000"}, ["c"]),
        ({"caller": "abc"}, []),
        ({"number": "20260302-000003"}, ["c"]),
        ({"disposition": "connected"}, ["b"]),
        ({"state": "open"}, ["b"]),
        ({"area": "440000"}, ["b", "a"]),
        ({"area": "440100"}, ["a"]),
        ({"area": "440106"}, ["a"]),
        ({"scope": "440300"}, ["b"]),
        ({"scope": "440300", "area": "440000"}, ["b"]),
        ({"scope": "440300", "number": "20260302-000001"}, []),
        ({"since": START + timedelta(hours=1)}, ["c", "b"]),
        ({"until": START + timedelta(hours=1)}, ["a"]),
    ],
)
def test_filters(sessions: Sessions, changes: dict[str, str], found: list[str]) -> None:
    assert _calls(sessions, replace(ALL, **changes)) == found  # type: ignore[arg-type]


@pytest.mark.usefixtures("three")
def test_common_words_are_searched_the_other_way(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RARE", 1)
    assert _calls(sessions, replace(ALL, text="低保 家庭")) == ["c"]


def test_pages_meet_without_gap_or_repeat(journal: Journalled, sessions: Sessions) -> None:
    for number in range(7):
        journal.opened(f"c{number}", START + timedelta(minutes=number // 3))
    seen: list[str] = []
    key = ""
    with sessions() as db:
        for _ in range(4):
            page = find(db, ALL, key, limit=2)
            seen += [ticket.call_id for ticket in page.tickets]
            key = page.next
    assert seen == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    assert key == ""


@pytest.mark.parametrize("key", ["x", "2026-03-02T01:30:00|1", "2026-03-02T01:30:00+00:00|x", "|"])
def test_foreign_page_key_is_refused(sessions: Sessions, key: str) -> None:
    with sessions() as db, pytest.raises(PageKeyError):
        find(db, ALL, key)


@pytest.mark.parametrize("text", ["婚", "低 保", "a"])
def test_single_characters_are_refused(sessions: Sessions, text: str) -> None:
    with sessions() as db, pytest.raises(TooShort):
        find(db, replace(ALL, text=text))


def test_wrong_area_is_refused(sessions: Sessions) -> None:
    with sessions() as db, pytest.raises(AreaError):
        find(db, replace(ALL, area="44'; --"))
