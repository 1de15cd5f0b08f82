"""The builder renders what is new, keeps what is good and removes what nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.voice import sound
from ivr.voice.build import SOUNDS, build
from ivr.voice.port import VoiceUnavailable


class Counting:
    """A speaker that hums and counts."""

    def __init__(self, name: str = "hum/1") -> None:
        self.name = name
        self.asked: list[str] = []

    def render(self, text: str, speed: float = 1.0) -> bytes:
        self.asked.append(text)
        return b"\0\x10" * 4000


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.wav")} - SOUNDS.keys()


def test_only_what_is_new_is_rendered(tmp_path: Path) -> None:
    first = Counting()
    build(["一。", "二。"], tmp_path, first)
    assert first.asked == ["一。", "二。"] and len(files(tmp_path)) == 2
    second = Counting()
    index = build(["二。", "三。"], tmp_path, second)
    assert second.asked == ["三。"]
    assert set(index["prompts"]) == {"二。", "三。"}
    assert files(tmp_path) == {entry["file"] for entry in index["prompts"].values()}


def test_broken_off_build_goes_on_where_it_was(tmp_path: Path) -> None:
    class Tired(Counting):
        def render(self, text: str, speed: float = 1.0) -> bytes:
            if len(self.asked) == 2:
                raise VoiceUnavailable("tired")
            return super().render(text, speed)

    with pytest.raises(VoiceUnavailable):
        build(["一。", "二。", "三。"], tmp_path, Tired())
    rest = Counting()
    build(["一。", "二。", "三。"], tmp_path, rest)
    assert rest.asked == ["三。"]


def test_damaged_file_and_other_voice_are_rendered_again(tmp_path: Path) -> None:
    index = build(["一。", "二。"], tmp_path, Counting())
    (tmp_path / index["prompts"]["一。"]["file"]).write_bytes(sound.wav(b"\xd5"))
    third = Counting()
    build(["一。", "二。"], tmp_path, third)
    assert third.asked == ["一。"]
    other = Counting("hum/2")
    build(["一。", "二。"], tmp_path, other)
    assert other.asked == ["一。", "二。"]


def test_text_whose_reading_changed_is_rendered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(["最长一年。", "二。"], tmp_path, Counting())
    monkeypatch.setattr("ivr.voice.build.said", lambda text: text + "!" if "长" in text else text)
    again = Counting()
    build(["最长一年。", "二。"], tmp_path, again)
    assert again.asked == ["最长一年。"]


def test_sounds_are_written_beside(tmp_path: Path) -> None:
    build([], tmp_path, Counting())
    for name in SOUNDS:
        assert len(sound.read_wav(tmp_path / name)) > 1000
