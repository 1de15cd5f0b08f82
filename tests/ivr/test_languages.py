"""Callers who speak Cantonese are led to people who do, then to anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr import events as ev
from tests.ivr.walk import Walk

Call = Callable[..., Walk]


@pytest.mark.parametrize("said", ["讲粤语", "我要讲广东话", "白话", "我想讲粤语"])
def test_who_says_so_waits_for_somebody_who_speaks_it(call: Call, said: str) -> None:
    walk = call().to_question().say(said)
    (queued,) = walk.of(ev.Enqueue)
    assert queued.skill == "粤语" and queued.limit_ms == 60_000
    assert walk.notes("language") == ["粤语"] and walk.notes("intent") == ["cantonese"]
    assert walk.of(ev.Listen) == [ev.Listen(language="粤语")]


def test_the_key_does_too_from_the_first_second(call: Call) -> None:
    (queued,) = call().press("5").of(ev.Enqueue)
    assert queued.skill == "粤语"


def test_the_menu_names_the_key(call: Call) -> None:
    assert "讲粤语请按5" in call().to_question().wait().said


def test_after_a_minute_anybody_will_do_and_the_caller_is_told(call: Call) -> None:
    walk = call().press("5").send(ev.NoRecogniser()).send(ev.QueueEnded("timeout"))
    assert "没有会讲粤语的话务员" in walk.said
    walk.hear_out()
    (queued,) = walk.of(ev.Enqueue)
    assert queued.skill == ""
    assert walk.notes("language") == ["粤语"]


def test_an_emergency_waits_for_no_language(call: Call) -> None:
    walk = call().press("5").press("2")
    (queued,) = walk.of(ev.Enqueue)
    assert queued.priority == "emergency" and queued.skill == ""


def test_an_emergency_that_leads_there_keeps_its_rank(call: Call) -> None:
    walk = call().press("2").send(ev.QueueEnded("nobody")).press("5")
    (queued,) = walk.of(ev.Enqueue)
    assert queued.priority == "emergency" and queued.skill == ""
