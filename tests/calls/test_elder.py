"""Calls that come into elder mode by each way, on the shipped tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from asr.port import VoiceStarted
from ivr.dialogue import Dialogue
from ivr.tree import load
from telephony.calls.service import Calls
from tests.calls.conftest import TREE
from tests.calls.hall import PROMPT_S, Hall, Shelf, Stream
from tests.fakes.sip import FakeLeg

QUESTION = "您好，请说您的需求。"


class Patient(Stream):
    """Ears that know patience."""

    patience_ms = 0

    def patience(self, milliseconds: int) -> None:
        self.patience_ms = milliseconds


def hall_of(folder: Path, recalled: Deferred[frozenset[str]] | None = None) -> Hall:
    """A node with slow prompts, whose recogniser can be patient."""
    hall = Hall(folder, Dialogue(load(TREE)))
    hall.ears.open = lambda on_heard, phrases=(), language="": opened(hall, on_heard, phrases)  # type: ignore[method-assign]
    slow = Shelf(folder / "slow")
    parts = replace(
        hall.parts,
        slow=slow,
        recall=lambda invitation: recalled if recalled is not None else succeed(frozenset()),
    )
    hall.parts, hall.slow = parts, slow  # type: ignore[attr-defined]
    calls = hall.calls
    hall.calls = Calls(
        parts, "node1", calls._area_of, calls._new_id, calls._max_call_s, calls._ticket_of
    )
    return hall


def opened(hall: Hall, on_heard: object, phrases: Sequence[str]) -> Patient:
    stream = Patient(on_heard, hall.ears)  # type: ignore[arg-type]
    hall.ears.streams.append(stream)
    return stream


def to_question(hall: Hall) -> FakeLeg:
    leg = hall.call()
    hall.pass_time(2 * PROMPT_S + 0.5)
    return leg


def playing_slow(hall: Hall, leg: FakeLeg) -> list[str]:
    """The texts that the leg plays now from the slow prompts; nothing when from the usual ones."""
    slow: Shelf = hall.slow  # type: ignore[attr-defined]
    if not all(Path(file).parent.name == "slow" for file in leg.playing):
        return []
    return slow.texts(leg.playing)


def why(hall: Hall) -> list[str]:
    return [data["value"] for data in hall.journal.data("note") if data["key"] == "elder"]


def patience(hall: Hall) -> int:
    (stream,) = hall.ears.open_streams
    assert isinstance(stream, Patient)
    return stream.patience_ms


def test_by_the_callers_record_from_the_first_word(tmp_path: Path) -> None:
    hall = hall_of(tmp_path, succeed(frozenset({"elder"})))
    leg = hall.call()
    assert playing_slow(hall, leg) and why(hall) == ["record"]
    assert patience(hall) == 1200


@pytest.mark.parametrize("recalled", [Deferred(), fail(OSError("the database is away"))])
def test_a_record_that_is_late_or_lost_keeps_nobody_waiting(
    tmp_path: Path, recalled: Deferred[frozenset[str]]
) -> None:
    hall = hall_of(tmp_path, recalled)
    leg = hall.call()
    assert leg.playing and not playing_slow(hall, leg) and why(hall) == []


@pytest.mark.parametrize(("said", "reason"), [("我今年七十二", "age"), ("讲慢一点", "asked")])
def test_by_what_is_said(tmp_path: Path, said: str, reason: str) -> None:
    hall = hall_of(tmp_path)
    leg = to_question(hall)
    assert patience(hall) == 0
    hall.ears.final(said)
    hall.pass_time(0)
    assert why(hall) == [reason]
    assert playing_slow(hall, leg)[-1] == QUESTION
    assert patience(hall) == 1200


def test_by_key(tmp_path: Path) -> None:
    hall = hall_of(tmp_path)
    leg = to_question(hall)
    leg.far_presses("*")
    hall.pass_time(0)
    assert why(hall) == ["asked"] and playing_slow(hall, leg)[-1] == QUESTION


def test_by_slow_answers_and_it_stays(tmp_path: Path) -> None:
    hall = hall_of(tmp_path)
    leg = to_question(hall)
    for said in ("政策咨询", "投诉"):
        hall.pass_time(PROMPT_S + 4.2)
        hall.ears.open_streams[0].on_heard(VoiceStarted(0))
        hall.ears.final(said)
        hall.pass_time(0)
    assert why(hall) == ["slow"]
    assert playing_slow(hall, leg)
    hall.pass_time(2 * PROMPT_S)
    assert hall.connect(leg) is not None
    hall.line.dialled[-1].far_hangs_up()
    hall.pass_time(3)
    assert why(hall) == ["slow"]
    hall.over()
