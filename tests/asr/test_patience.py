"""How long is waited for more words: by the text, by the speaker, by what was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.patience import Patience, PatienceSettings
from asr.unfinished import Ending, ending

SETTINGS = PatienceSettings()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Ending.WHOLE),
        ("是", Ending.SHORT),
        ("救命", Ending.SHORT),
        ("人工", Ending.SHORT),
        ("低保怎么申请", Ending.WHOLE),
        ("残疾人补贴", Ending.WHOLE),
        ("我想问一下", Ending.OPEN),
        ("低保那个", Ending.OPEN),
        ("我妈妈昨天摔坏了腿", Ending.TOLD),
        ("电话是幺三八", Ending.DIGITS),
        ("幺三八零零幺三八零零零", Ending.WHOLE),
        ("幺二零", Ending.WHOLE),
        ("他住在我家里", Ending.WHOLE),
    ],
)
def test_how_a_text_ends(text: str, expected: Ending) -> None:
    assert ending(text) is expected


def test_a_slow_speaker_is_waited_for_from_then_on() -> None:
    patience = Patience()
    assert patience.wanted_ms("低保怎么申请") == SETTINGS.shortest_ms
    patience.went_on(800)
    patience.finished()
    assert patience.wanted_ms("低保怎么申请") == 800 + SETTINGS.margin_ms
    assert patience.wanted_ms("救命") == SETTINGS.shortest_ms, "a cry waits for nobody"
    for _ in range(SETTINGS.remembered):
        patience.finished()
    assert patience.wanted_ms("低保怎么申请") == SETTINGS.shortest_ms


def test_who_speaks_again_much_later_had_finished() -> None:
    patience = Patience()
    patience.went_on(SETTINGS.cut_ms + 20)
    assert patience.wanted_ms("低保怎么申请") == SETTINGS.shortest_ms


@given(
    st.integers(-1000, 10_000),
    st.lists(st.integers(0, 5000), max_size=8),
    st.sampled_from(["", "是", "低保怎么申请", "那个", "幺三八", "我妈妈昨天摔坏了腿"]),
)
def test_the_wait_keeps_to_its_bounds(floor: int, pauses: list[int], text: str) -> None:
    patience = Patience()
    patience.at_least(floor)
    for pause in pauses:
        patience.paused(pause)
    wanted = patience.wanted_ms(text)
    assert SETTINGS.shortest_ms <= wanted <= SETTINGS.longest_ms
    assert wanted >= min(floor, SETTINGS.longest_ms)
