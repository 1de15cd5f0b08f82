"""Groups of digits are made of the prompts of single digits, with no voice at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.voice import sound, spoken_digits
from ivr.voice.build import PROMPTS
from ivr.voice.prompts import PromptStore, read_index
from ivr.voice.spoken_digits import SpokenDigits, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("幺三八，", ["幺", "三", "八"]),
        ("零零二艾克斯。", ["零", "零", "二", "艾克斯"]),
        ("八。", ["八"]),
        ("八", []),
        ("三八妇女节。", []),
        ("您说的是：", []),
        ("。", []),
        ("", []),
    ],
)
def test_what_is_a_group_of_digits(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_group_is_its_digits_without_their_silence_and_a_pause(tmp_path: Path) -> None:
    store = PromptStore(PROMPTS, tmp_path, None, None)
    digits = read_index(PROMPTS)
    file = store.get("幺三八，")
    assert file is not None and file == store.get("幺三八，") and file != store.get("幺三八。")
    alone = sum(len(sound.read_wav(digits[word])) for word in "幺三八")
    saved = 3 * 2 * (sound.PAD_MS - spoken_digits.EDGE_MS) * 8
    assert len(sound.read_wav(file)) == alone - saved + 8 * spoken_digits.PAUSE_MS["，"]
    assert store.get("幺三八妇女，") is None


def test_without_the_prompt_of_a_digit_there_is_no_group(tmp_path: Path) -> None:
    digits = read_index(PROMPTS)
    spoken = SpokenDigits(tmp_path, lambda word: None if word == "三" else digits[word])
    assert spoken.get("幺三八，") is None and spoken.get("幺八，") is not None


def test_a_folder_that_cannot_be_written_makes_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    spoken = SpokenDigits(tmp_path / "file", read_index(PROMPTS).get)
    assert spoken.get("幺八，") is None


def test_numbers_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_digits, "KEPT", 2)
    (tmp_path / "before.wav").write_bytes(b"of an earlier run")
    spoken = SpokenDigits(tmp_path, read_index(PROMPTS).get)
    files = [spoken.get(text) for text in ("幺八，", "二八，", "三八，")]
    assert set(tmp_path.iterdir()) == set(files[1:])
    again = spoken.get("幺八，")
    assert again is not None and again.is_file()
