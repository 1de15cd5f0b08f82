"""A call's two files become one: aligned, whole, found again, and never lost on a fault."""

from __future__ import annotations

import hashlib
import os
import wave
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from telephony.calls.recording import RecordingFault, RecordingFolder

STARTED = datetime(2026, 3, 4, 23, 59)
CALL = "a" * 32


@pytest.fixture
def folder(tmp_path: Path) -> RecordingFolder:
    made = RecordingFolder(tmp_path, 0)
    assert made.has_room()
    return made


def _mono(path: Path, samples: np.ndarray, killed: bool = False) -> None:
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        writer.writeframes(samples.astype("<i2").tobytes())
    if killed:
        # A process that was killed never wrote the lengths into the header.
        raw = bytearray(path.read_bytes())
        raw[4:8] = raw[40:44] = bytes(4)
        path.write_bytes(bytes(raw))


def _stereo(path: Path) -> np.ndarray:
    with wave.open(str(path)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (2, 2, 8000)
        return np.frombuffer(reader.readframes(reader.getnframes()), "<i2").reshape(-1, 2)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize(
    ("said", "heard"), [(800, 800), (800, 400), (400, 800), (0, 800), (800, 0), (480_001, 480_321)]
)
def test_caller_left_and_everyone_else_right_sample_by_sample(
    said: int, heard: int, killed: bool, folder: RecordingFolder, tmp_path: Path
) -> None:
    left = np.arange(1, said + 1) % 30_000
    right = -(np.arange(1, heard + 1) % 30_000)
    files = folder.live(CALL)
    _mono(files[0], left, killed)
    _mono(files[1], right, killed)
    saved = folder.save(CALL, STARTED)
    whole = tmp_path / saved.path
    sound = _stereo(whole)
    assert len(sound) == max(said, heard)
    assert (sound[:said, 0] == left).all() and not sound[said:, 0].any()
    assert (sound[:heard, 1] == right).all() and not sound[heard:, 1].any()
    assert saved.path == f"recordings/2026/03/04/{CALL}.wav"
    assert saved.duration_ms == max(said, heard) // 8
    assert saved.bytes == whole.stat().st_size
    assert saved.sha256 == hashlib.sha256(whole.read_bytes()).hexdigest()
    assert not any(file.exists() for file in files)


def test_a_file_cut_in_the_middle_of_a_sample_is_read_up_to_it(
    folder: RecordingFolder, tmp_path: Path
) -> None:
    said, heard = folder.live(CALL)
    _mono(said, np.arange(100))
    _mono(heard, np.arange(100))
    os.truncate(said, 44 + 151)
    sound = _stereo(tmp_path / folder.save(CALL, STARTED).path)
    assert list(sound[:75, 0]) == list(range(75)) and not sound[75:, 0].any()


def test_one_file_alone_is_enough(folder: RecordingFolder, tmp_path: Path) -> None:
    _mono(folder.live(CALL)[0], np.ones(80))
    assert _stereo(tmp_path / folder.save(CALL, STARTED).path)[:, 0].all()


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"x" * 44])
def test_nothing_recorded_is_a_fault_that_says_so(
    content: bytes | None, folder: RecordingFolder, tmp_path: Path
) -> None:
    for file in folder.live(CALL):
        if content is not None:
            file.write_bytes(content)
    with pytest.raises(RecordingFault, match="nothing was recorded"):
        folder.save(CALL, STARTED)
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_cannot_be_written_keeps_the_two_files(
    folder: RecordingFolder, tmp_path: Path
) -> None:
    files = folder.live(CALL)
    for file in files:
        _mono(file, np.ones(80))
    (tmp_path / "recordings" / "2026").write_text("in the way")
    with pytest.raises(RecordingFault, match="cannot be written"):
        folder.save(CALL, STARTED)
    assert all(file.exists() for file in files)
    (tmp_path / "recordings" / "2026").unlink()
    assert folder.save(CALL, STARTED).duration_ms == 10


def test_a_disk_that_fills_up_while_joining_leaves_no_half_of_a_recording(
    folder: RecordingFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in folder.live(CALL):
        _mono(file, np.ones(80))

    def full(self: wave.Wave_write, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(wave.Wave_write, "writeframes", full)
        with pytest.raises(RecordingFault, match="No space left"):
            folder.save(CALL, STARTED)
    assert sorted(tmp_path.rglob("*.wav")) == sorted(folder.live(CALL))
    assert not list(tmp_path.rglob("*.part"))
    assert folder.save(CALL, STARTED).duration_ms == 10


@pytest.mark.parametrize("left", [(), ("heard",), ("said", "heard")])
def test_a_recording_that_was_joined_before_the_process_died_is_found_again(
    left: tuple[str, ...], folder: RecordingFolder, tmp_path: Path
) -> None:
    said, heard = folder.live(CALL)
    _mono(said, np.full(80, 5))
    _mono(heard, np.full(80, 7))
    originals = {"said": said.read_bytes(), "heard": heard.read_bytes()}
    first = folder.save(CALL, STARTED)
    for name in left:
        (tmp_path / "recordings" / "live" / f"{CALL}.{name}.wav").write_bytes(originals[name])
    again = folder.save(CALL, STARTED)
    assert again == first
    assert (_stereo(tmp_path / again.path) == (5, 7)).all()
    assert folder.left_over() == []


def test_too_little_free_space_is_no_room(tmp_path: Path) -> None:
    assert RecordingFolder(tmp_path, 0).has_room()
    assert not RecordingFolder(tmp_path, 10**9).has_room()
    (tmp_path / "file").write_text("")
    assert not RecordingFolder(tmp_path / "file", 0).has_room()


def test_files_left_behind_are_listed_by_call(folder: RecordingFolder) -> None:
    for call in ("b", "a"):
        for file in folder.live(call):
            file.write_bytes(b"")
    assert folder.left_over() == ["a", "b"]
