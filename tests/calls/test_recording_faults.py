"""A disk or folder that fails costs the recording, never the call."""

from __future__ import annotations

from pathlib import Path

from tests.calls.hall import Hall


def test_a_disk_without_room_stops_recordings_not_calls(hall: Hall, tmp_path: Path) -> None:
    hall.recordings._min_free = 1 << 62
    leg = hall.call()
    assert hall.playing(leg) == ["您好，请说您的需求。"]
    leg.far_presses("1")
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording == {"state": "none", "fault": "the disk is full"}


def test_a_disk_that_fills_up_stops_the_recording_and_keeps_what_there_is(hall: Hall) -> None:
    leg = hall.call()
    hall.pass_time(4)
    hall.calls.stop_recordings("the disk is full")
    hall.pass_time(6)
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "partial"
    assert hall.recording["fault"] == "the disk is full"
    assert hall.recording["duration_ms"] == 4000


def test_a_folder_that_refuses_files_costs_the_recording_only(hall: Hall) -> None:
    leg = hall.ring()

    def refuse(said: Path, heard: Path) -> None:
        raise OSError("read-only file system")

    leg.record = refuse  # type: ignore[method-assign]
    hall.pass_time(0)
    assert hall.playing(leg) == ["您好，请说您的需求。"]
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "none"
    assert "read-only file system" in hall.recording["fault"]


def test_a_recording_that_cannot_be_joined_is_told_and_the_call_ends(hall: Hall) -> None:
    leg = hall.call()
    hall.pass_time(1)
    (hall.folder / "recordings" / "2026").write_text("in the way")
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "failed"
    assert "cannot be written" in hall.recording["fault"]
    assert len(list((hall.folder / "recordings" / "live").iterdir())) == 2
