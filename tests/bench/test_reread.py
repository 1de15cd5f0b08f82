"""What the bench of the second reader makes of a call and of its record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import speech_eval
from bench.records import CallRecord, Said
from bench.reread import Clip, Reply, begun, figures, timed
from telephony.caller.events import CallEvent, CallResult

WAITS = frozenset({"请稍等。"})
ANSWERED_MS, SAYS_MS, SPEECH_MS = 1_000.0, 10_000.0, 2_000.0
ENDED_MS = SAYS_MS + SPEECH_MS
LOUD = (8000 * np.sin(np.arange(16_000) / 4)).astype("<i2").tobytes()


def sound(*spans: tuple[float, float]) -> bytes:
    """30 s in which there is sound from ms to ms."""
    pcm = np.zeros(30 * 8000, dtype="<i2")
    for start, end in spans:
        pcm[int(start * 8) : int(end * 8)] = 5000
        pcm[int(start * 8) : int(end * 8) : 2] = -5000
    return pcm.tobytes()


def call(heard: bytes, *lines: Said, notes: tuple[tuple[float, str, str], ...] = ()) -> Reply:
    result = CallResult(
        True, 200, "", "us", (CallEvent("say", SAYS_MS, {}),), ANSWERED_MS, heard=heard
    )
    record = CallRecord(lines, notes, (ENDED_MS - ANSWERED_MS + 500,))
    return timed(Clip(LOUD, SPEECH_MS, "低保"), result, record, WAITS)


def machine(text: str, after_ms: float) -> Said:
    """Said so long after the end of speech."""
    return Said("machine", text, ENDED_MS - ANSWERED_MS + after_ms)


def note(after_ms: float, key: str, value: str) -> tuple[float, str, str]:
    return (ENDED_MS - ANSWERED_MS + after_ms, key, value)


def test_a_reply_after_the_request_to_wait_is_told_apart_from_it() -> None:
    heard = sound((1200, 9000), (ENDED_MS + 1500, ENDED_MS + 2200), (ENDED_MS + 2210, 20_000))
    reply = call(
        heard,
        Said("machine", "您好。", 100),
        Said("caller", "低保", SAYS_MS - ANSWERED_MS + 100),
        machine("请稍等。", 1480),
        machine("低保是……", 2190),
        notes=(note(2150, "reread", "低保"),),
    )
    assert reply == Reply("read", 500, 2150, 1500, 1500 + 2190 - 1480)


def test_a_reply_without_it_is_what_is_heard_first() -> None:
    heard = sound((1200, 9000), (ENDED_MS + 1400, 20_000))
    reply = call(heard, machine("低保是……", 1380), notes=(note(1350, "reread_missed", "nothing"),))
    assert reply == Reply("nothing", 500, 1350, None, 1400)


def test_a_call_in_which_nobody_was_asked_or_nothing_followed() -> None:
    heard = sound((1200, 9000), (ENDED_MS + 700, 20_000))
    assert call(heard, machine("低保是……", 680)).second == ""
    waits = call(heard, machine("请稍等。", 680), notes=(note(2700, "reread_missed", "late"),))
    assert (waits.second, waits.wait_ms, waits.reply_ms) == ("late", 700, None)
    long_ago = call(heard, notes=(note(-3000, "reread", "喂"), note(9000, "reread", "好的")))
    assert (long_ago.second, long_ago.reply_ms) == ("", None)


def test_a_call_that_was_never_answered() -> None:
    result = CallResult(False, 503, "busy", "far", ())
    assert timed(Clip(LOUD, 1, ""), result, CallRecord((), (), ()), WAITS).reply_ms is None


def test_sounds_are_counted_from_silence_to_silence() -> None:
    assert begun(sound((1000, 1500), (1700, 2000), (2600, 2700))) == [1000, 2600]


def test_only_calls_in_which_the_second_reader_was_asked_count() -> None:
    replies = [
        Reply("", 500, None, None, 600.0),
        Reply("read", 500, 1300, None, 1400.0),
        Reply("late", 500, 2500, 1500, 2600.0),
        Reply("refused", 500, 501, None, None),
    ]
    found = figures(replies)
    assert (found["calls"], found["second_reader_asked"]) == (4, 3)
    assert [found[what] for what in ("read", "nothing", "late", "refused")] == [1, 0, 1, 1]
    assert (found["without_reply"], found["asked_to_wait"]) == (1, 1)
    assert (found["reply_ms"]["n"], found["reply_ms"]["max"]) == (2, 2600.0)


def test_the_row_of_the_evaluation_is_the_bench_s_last_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_eval, "RESULTS", tmp_path)
    row = speech_eval.reread_row()
    assert row.reached is None and "make bench" in row.why
    (tmp_path / "reread.json").write_text(
        '{"figures": {"second_reader_needed": {"second_reader_asked": 9, "read": 7, "nothing": 0, '
        '"late": 2, "refused": 0, "reply_ms": {"n": 9, "p50": 1500.0, "p95": 2510.0}}, '
        '"in_babble": {"reply_ms": {"n": 3, "p50": 4000.0, "p95": 4400.0}}}}'
    )
    row = speech_eval.reread_row()
    assert (row.value, row.samples, row.reached) == (2.51, 9, False)
    assert "7 were read" in row.notes[0] and "1.5 s" in row.notes[0]
    assert "4.4 s" in row.notes[0]
