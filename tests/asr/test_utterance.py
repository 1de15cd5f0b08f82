"""The kept audio: what is cut is what was said then, and no more is kept than promised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asr.utterance import KEPT_MS, RecentAudio

MS = 16


def audio(ms: int, start_ms: int = 0) -> bytes:
    """Samples whose bytes tell their time: each ms is one 16-bit number, eight times."""
    return b"".join((at % 65536).to_bytes(2, "little") * 8 for at in range(start_ms, start_ms + ms))


def test_an_utterance_is_cut_out() -> None:
    kept = RecentAudio()
    kept.feed(audio(5000))
    assert kept.cut(1200, 3400) == audio(2200, 1200)
    assert kept.end_ms == 5000 and kept.start_ms == 0


def test_what_is_too_old_or_not_yet_there_is_left_out() -> None:
    kept = RecentAudio(1000)
    kept.feed(audio(3000))
    assert kept.start_ms == 2000
    assert kept.cut(0, 2500) == audio(500, 2000)
    assert kept.cut(2900, 9000) == audio(100, 2900)
    assert kept.cut(0, 1000) == kept.cut(3000, 4000) == kept.cut(2500, 2500) == b""
    assert kept.cut(-500, -100) == kept.cut(2600, 2400) == b""


@given(
    st.lists(st.integers(0, 700), max_size=30),
    st.integers(-100, 6000),
    st.integers(-100, 6000),
)
def test_however_it_is_fed(sizes: list[int], start: int, end: int) -> None:
    whole = audio(1500)
    kept, at = RecentAudio(300), 0
    for size in sizes:
        kept.feed(whole[at : at + size])
        at = min(at + size, len(whole))
        assert len(kept._audio) <= 300 * MS * 1.05 + 700
    fed = whole[:at]
    first = max(start, kept.start_ms, 0) * MS
    assert kept.cut(start, end) == (fed[first : end * MS] if end > 0 else b"")
    assert kept.start_ms <= max(0, kept.end_ms - 300) + 1


def test_twenty_seconds_are_kept_in_little_memory() -> None:
    kept = RecentAudio()
    for _ in range(3000):
        kept.feed(bytes(320))
    assert kept.end_ms - kept.start_ms == KEPT_MS
    assert len(kept._audio) < 340_000
