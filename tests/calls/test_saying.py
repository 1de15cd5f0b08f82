"""Speaking to one leg: without gaps, cut at once, each sentence noted as far as it was heard."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.task import Clock

from telephony.calls.saying import Saying, seconds
from tests.calls.hall import PROMPT_S, Shelf
from tests.fakes.sip import FakeLeg, FakeLine


class Desk:
    """A voice on a leg that is up."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.shelf = Shelf(folder / "prompts")
        self.line = FakeLine(self.clock, lambda leg, invitation: None)
        self.leg: FakeLeg = self.line.invite()
        self.leg.answer()
        self.clock.advance(0)
        self.said: list[tuple[str, float, float]] = []
        self.done: list[str] = []
        self.saying = Saying(
            self.leg, self.shelf, self.clock, lambda *heard: self.said.append(heard)
        )

    def say(self, *texts: str) -> None:
        self.saying.say(texts, lambda: self.done.append(texts[0]))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_sentences_that_are_at_hand_are_played_in_one_go(desk: Desk) -> None:
    desk.say("一。二。", "三。")
    assert desk.shelf.texts(desk.leg.playing) == ["一。", "二。", "三。"]
    desk.clock.advance(3 * PROMPT_S)
    assert desk.done == ["一。二。"]
    assert desk.said == [("一。", 0, 2), ("二。", 2, 4), ("三。", 4, 6)]


def test_a_cut_is_noted_up_to_where_it_was_heard(desk: Desk) -> None:
    desk.say("一。二。三。")
    desk.clock.advance(2.5)
    desk.saying.hush()
    assert desk.leg.playing == () and desk.done == []
    assert desk.said == [("一。", 0, 2), ("二。", 2, 2.5)]
    desk.saying.hush()
    assert len(desk.said) == 2


def test_who_hangs_up_has_heard_what_was_said_until_then(desk: Desk) -> None:
    desk.say("一。二。三。")
    desk.clock.advance(2.5)
    desk.leg.far_hangs_up()
    desk.saying.hush()
    assert desk.said == [("一。", 0, 2), ("二。", 2, 2.5)]


def test_a_pause_keeps_the_place_and_each_sentence_is_noted_once(desk: Desk) -> None:
    desk.say("一。二。三。")
    desk.clock.advance(2.5)
    desk.saying.pause()
    desk.saying.pause()
    assert desk.leg.playing == () and desk.said == [("一。", 0, 2)]
    desk.clock.advance(1)
    desk.saying.resume()
    desk.saying.resume()
    assert desk.shelf.texts(desk.leg.playing) == ["二。", "三。"]
    desk.clock.advance(3.4)
    assert not desk.done
    desk.clock.advance(0.1)
    assert desk.done == ["一。二。三。"]
    assert desk.said[1:] == [("二。", 2, 5), ("三。", 5, 7)]


def test_what_was_paused_may_be_cut_for_good(desk: Desk) -> None:
    desk.say("一。二。三。")
    desk.clock.advance(2.5)
    desk.saying.pause()
    desk.clock.advance(1)
    desk.saying.resume()
    desk.clock.advance(0.5)
    desk.saying.pause()
    desk.clock.advance(1)
    desk.saying.hush()
    assert desk.said == [("一。", 0, 2), ("二。", 2, 4)]
    desk.saying.resume()
    desk.clock.advance(10)
    assert desk.leg.playing == () and not desk.done


def test_a_sentence_that_is_rendered_in_a_pause_waits_for_its_end(desk: Desk) -> None:
    desk.shelf.missing.add("一。")
    desk.say("一。二。")
    desk.saying.pause()
    desk.shelf.render("一。")
    desk.clock.advance(1)
    assert desk.leg.playing == ()
    desk.saying.resume()
    assert desk.shelf.texts(desk.leg.playing) == ["一。"]
    desk.clock.advance(PROMPT_S)
    desk.clock.advance(PROMPT_S)
    assert desk.done == ["一。二。"]


def test_what_is_said_anew_replaces_the_old_whose_end_is_not_told(desk: Desk) -> None:
    desk.say("一。")
    desk.clock.advance(1)
    desk.say("二。")
    desk.clock.advance(PROMPT_S)
    assert desk.done == ["二。"]
    assert desk.said == [("一。", 0, 1), ("二。", 1, 3)]


def test_hushing_leaves_music_alone(desk: Desk, tmp_path: Path) -> None:
    desk.leg.play_loop(desk.shelf.file("音乐"))
    desk.saying.pause()
    desk.saying.resume()
    desk.saying.hush()
    assert desk.leg.playing


def test_the_next_sentence_is_rendered_while_the_first_plays(desk: Desk) -> None:
    desk.shelf.missing.add("二。")
    desk.say("一。二。")
    assert "二。" in desk.shelf.wanted
    desk.shelf.render("二。")
    desk.clock.advance(PROMPT_S)
    assert desk.shelf.texts(desk.leg.playing) == ["二。"]


def test_a_rendered_file_is_played_even_if_it_could_not_be_kept(desk: Desk) -> None:
    desk.shelf.missing.add("一。")
    desk.say("一。")
    waiting = desk.shelf.wanted.pop("一。")
    file = desk.shelf.file("一。")
    for each in waiting:
        each.callback(file)
    assert desk.leg.playing == (file,)
    desk.clock.advance(PROMPT_S)
    assert desk.done == ["一。"]


def test_nothing_to_say_is_done_at_once(desk: Desk) -> None:
    desk.say("")
    assert desk.done == [""]


def test_a_hush_while_rendering_keeps_silent_and_leaves_no_timer(desk: Desk) -> None:
    desk.shelf.missing.add("一。")
    desk.say("一。")
    desk.saying.hush()
    assert desk.clock.getDelayedCalls() == []
    desk.shelf.render("一。")
    assert desk.leg.playing == () and desk.done == []


def test_the_length_of_prompts_of_either_kind(tmp_path: Path, desk: Desk) -> None:
    assert seconds(desk.shelf.file("一。")) == PROMPT_S
    alaw = tmp_path / "alaw.wav"
    form = b"\x06\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0\0\0"
    fact = b"fact\4\0\0\0\x80\x3e\0\0"
    body = b"WAVEfmt \x12\0\0\0" + form + fact + b"data\x80\x3e\0\0" + b"\xd5" * 16_000
    alaw.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    assert seconds(alaw) == 2.0
    (tmp_path / "junk.wav").write_bytes(b"junk")
    assert seconds(tmp_path / "junk.wav") == 0.0
    assert seconds(tmp_path / "absent.wav") == 0.0
    assert seconds(tmp_path) == 0.0
