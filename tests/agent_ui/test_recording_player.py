"""The recordings player: peaks kept, channels apart, the transcript follows, notes, download."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from agent_ui import recordings
from agent_ui.recording_notes.store import NoteRefused, add_note, notes_of, remove_note
from agent_ui.recordings import PEAKS, NoWaveform, kept_waveform, waveform
from core.journal_tables import AuditEntry
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served, csrf_of

NOW = datetime.now(UTC)
LOUDNESS = """async (which) => {
  document.querySelector(`[name=which][value=${which}]`).click();
  const audio = document.querySelector('#audio');
  await audio.play();
  return true;
}"""
LISTEN = """() => {
  // Between the merger and the loudspeaker: what each ear gets.
  const connect = AudioNode.prototype.connect;
  window.ears = [];
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination && this instanceof ChannelMergerNode) {
      const split = new ChannelSplitterNode(this.context, { numberOfOutputs: 2 });
      connect.call(this, split);
      window.ears = [0, 1].map((ear) => {
        const meter = new AnalyserNode(this.context, { fftSize: 2048 });
        connect.call(split, meter, ear);
        return meter;
      });
    }
    return connect.call(this, to, ...more);
  };
}"""
EARS = """() => window.ears.map((meter) => {
  const found = new Float32Array(meter.fftSize);
  meter.getFloatTimeDomainData(found);
  return Math.hypot(...found) / Math.sqrt(found.length);
})"""


@pytest.fixture(scope="module")
def file(served: Served) -> Path:
    for name, role in (("boss", "supervisor"), ("wang", "agent"), ("li", "agent")):
        served.user(name, role, "440000", {"boss": "陈主管"}.get(name, name))
    data = served.settings.data
    sample.call(served.journal, "r1", NOW, sample.PERSON, data=data)
    return next((data / "recordings").rglob("r1.wav"))


def test_peaks_are_computed_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept_waveform(file)
    assert first == waveform(file)
    assert max(first.left) > 10
    assert max(first.right) > 10

    def again(*_: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setattr(recordings, "waveform", again)
    assert kept_waveform(file) == first


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"of": null}', '{"of": 1, "waveform": {}}'])
def test_broken_peaks_are_made_anew(file: Path, junk: str) -> None:
    beside = file.with_name(file.name + PEAKS)
    beside.write_text(junk)
    assert kept_waveform(file) == waveform(file)
    assert json.loads(beside.read_text())["of"][0] == file.stat().st_size


def test_peaks_of_another_recording_do_not_count(tmp_path: Path) -> None:
    talk = sample.DIBAO
    sample.record(tmp_path, "x", talk, 40_000)
    made = next(tmp_path.rglob("x.wav"))
    long = kept_waveform(made)
    sample.record(tmp_path, "x", talk, 20_000)
    assert kept_waveform(made).duration_ms == 20_000 != long.duration_ms


def test_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.record(tmp_path, "x", sample.URGENT, 8_000)
    made = next(tmp_path.rglob("x.wav"))

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recordings.tempfile, "mkstemp", full)
    assert kept_waveform(made).duration_ms == 8_000
    assert [each.name for each in made.parent.iterdir()] == ["x.wav"]


def test_no_recording_no_peaks(tmp_path: Path) -> None:
    broken = tmp_path / "x.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(NoWaveform):
        kept_waveform(broken)
    assert [each.name for each in tmp_path.iterdir()] == ["x.wav"]


# ---- notes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_ms", "text", "why"),
    [(0, "  ", "先写"), (0, "长" * 501, "500"), (-1, "x", "时刻"), (99_999_999, "x", "时刻")],
)
def test_notes_that_are_refused(
    served: Served, file: Path, at_ms: int, text: str, why: str
) -> None:
    with served.sessions() as db, pytest.raises(NoteRefused, match=why):
        add_note(db, "r1", at_ms, text, "boss", NOW)


def test_notes_are_in_order_of_their_moments_and_one_takes_back_only_own(
    served: Served, file: Path
) -> None:
    with served.sessions() as db:
        late = add_note(db, "r1", 9000, "later", "boss", NOW)
        early = add_note(db, "r1", 100, "early", "wang", NOW)
        assert [note.text for note in notes_of(db, "r1")] == ["early", "later"]
        with pytest.raises(NoteRefused, match="自己"):
            remove_note(db, "r1", early.id, "boss")
        with pytest.raises(NoteRefused, match="已经删除"):
            remove_note(db, "other", late.id, "boss")
        for note, who in ((early, "wang"), (late, "boss")):
            remove_note(db, "r1", note.id, who)
        assert list(notes_of(db, "r1")) == []


def test_notes_need_a_seen_call_and_an_own_form(served: Served, file: Path) -> None:
    served.user("elsewhere", "supervisor", "450000")
    with served.signed_in("elsewhere") as client:
        form = {"csrf": csrf_of(client), "at_ms": "1", "text": "x"}
        assert client.post("/recordings/r1/notes", data=form).status_code == 404
    with served.signed_in("boss") as client:
        assert client.post("/recordings/r1/notes", data={"text": "x"}).status_code == 403
        form = {"csrf": csrf_of(client), "at_ms": "1", "text": ""}
        answer = client.post("/recordings/r1/notes", data=form)
        assert (answer.status_code, answer.text) == (400, "请先写备注。")


# ---- download --------------------------------------------------------------------------------


def test_download_is_by_right_and_audited_each_time(served: Served, file: Path) -> None:
    with served.signed_in("wang") as client:
        assert client.get("/recordings/r1/download").status_code == 403
        assert "/download" not in client.get("/calls/r1", follow_redirects=True).text
    with served.signed_in("boss") as client:
        assert "/recordings/r1/download" in client.get("/calls/r1", follow_redirects=True).text
        for _ in range(2):
            answer = client.get("/recordings/r1/download")
            assert answer.content == file.read_bytes()
            assert answer.headers["content-disposition"].startswith("attachment")
    with served.sessions() as db:
        did = select(AuditEntry.who).where(AuditEntry.did == "recording.downloaded")
        assert db.scalars(did).all() == ["boss", "boss"]


# ---- in the browser --------------------------------------------------------------------------


def test_note_is_written_at_the_moment_heard_and_found_again(
    served: Served, chromium: Chromium, file: Path
) -> None:
    async def scene(page: Page) -> None:
        notes = page.locator("#recording-notes")
        await expect(notes).to_contain_text("还没有备注")
        await page.evaluate("document.querySelector('#audio').currentTime = 27.5")
        await expect(notes).to_contain_text("在 0:27 处备注")
        await notes.get_by_label("处备注").fill("问候语<b>标准</b>")
        await page.evaluate("document.querySelector('#audio').currentTime = 3")
        await expect(page.locator("#clock")).to_have_text("0:03")
        await notes.get_by_role("button", name="记下").click()
        await expect(notes.locator(".note")).to_contain_text("问候语<b>标准</b>")
        await expect(notes.locator(".note")).to_contain_text("陈主管")
        await notes.get_by_role("button", name="0:27", exact=True).click()
        await expect(page.locator("#clock")).to_have_text("0:27")
        await notes.get_by_role("button", name="删除").click()
        await expect(notes).to_contain_text("还没有备注")

    chromium.play(scene, "boss", "/calls/r1")


def test_each_channel_can_be_heard_alone_in_both_ears(
    served: Served, chromium: Chromium, file: Path
) -> None:
    """At 9-14 s only the caller speaks, at 27-31 s only the agent (sample.PERSON)."""

    async def heard(page: Page, which: str, at: float) -> list[bool]:
        await page.evaluate(f"document.querySelector('#audio').currentTime = {at}")
        await page.evaluate(LOUDNESS, which)
        quiet, loud = 0.01, 0.02
        await page.wait_for_function(
            f"() => document.querySelector('#audio').currentTime > {at + 0.5}"
        )
        most = [0.0, 0.0]
        for _ in range(20):
            found = await page.evaluate(EARS)
            most = [max(pair) for pair in zip(most, found, strict=True)]
            await page.evaluate("() => new Promise(requestAnimationFrame)")
        await page.evaluate("document.querySelector('#audio').pause()")
        assert all(level < quiet or level > loud for level in most), most
        return [level > loud for level in most]

    async def scene(page: Page) -> None:
        await page.evaluate(LISTEN)
        assert await heard(page, "left", 10) == [True, True]
        assert await heard(page, "left", 28) == [False, False]
        assert await heard(page, "right", 28) == [True, True]
        assert await heard(page, "right", 10) == [False, False]
        assert await heard(page, "both", 10) == [True, False]
        assert await heard(page, "both", 28) == [False, True]

    chromium.play(scene, "boss", "/calls/r1")


def test_transcript_follows_and_seeks(served: Served, chromium: Chromium, file: Path) -> None:
    async def scene(page: Page) -> None:
        last = page.locator(".said").last
        await page.evaluate("document.querySelector('#audio').currentTime = 41.9")
        await page.get_by_role("button", name="播放").click()
        await expect(last).to_have_class(re.compile("speaking"))
        await expect(last).to_be_in_viewport()
        await expect(page.locator("#play")).to_be_in_viewport()
        await page.get_by_label("速度").select_option("2")
        assert await page.evaluate("document.querySelector('#audio').playbackRate") == 2
        await page.locator(".said").nth(4).locator(".word").first.click()
        await expect(page.locator("#clock")).to_have_text("0:27")

    small = {"width": 1366, "height": 700}
    chromium.play(scene, "boss", "/calls/r1", viewport=small)
