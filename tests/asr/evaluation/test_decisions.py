"""The evaluation asks the real tree and the real search; the free graph loads in the real Vosk."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.commands import DEFAULT
from asr.evaluation.anysound import load_any_sound
from asr.evaluation.clips import espeak
from asr.evaluation.corpora import Line as Telephone
from asr.evaluation.corpora import load
from asr.evaluation.line import floats, through
from asr.evaluation.listening import listen
from asr.evaluation.rereading import cut
from asr.evaluation.scoring import Outcome, sound_errors
from asr.model_folder import inspect
from asr.port import Final, Heard, Partial, VoiceStarted
from asr.second_reader.port import Reading
from bench.speech_eval import about, people_folder
from bench.speech_line import Line, vocabulary
from core.settings import Settings

CORPORA = load()


@pytest.fixture(scope="module")
def line() -> Line:
    return Line(Settings(), CORPORA.area, CORPORA.today)


def final(text: str, confidence: float = 1.0) -> Final:
    return Final(text, (), confidence, 0, 1000)


@pytest.mark.parametrize(
    ("node", "heard", "outcome"),
    [
        ("need", [final("低保怎么申请")], Outcome("told", "dibao-shenqing")),
        ("need", [final("转人工")], Outcome("choice", "person")),
        ("need", [Partial("我摔倒了", 900)], Outcome("nothing")),
        (
            "need",
            [Partial("我摔倒了", 900), Partial("我摔倒了啊", 1100)],
            Outcome("asked back", "emergency"),
        ),
        ("need", [final("救命")], Outcome("asked back", "emergency")),
        ("need", [final("救命啊着火了")], Outcome("choice", "emergency")),
        ("need", [final("我要投诉")], Outcome("choice", "complaint")),
        ("need", [final("")], Outcome("nothing")),
        ("need", [], Outcome("nothing")),
        ("answer", [final("是的")], Outcome("yes")),
        ("answer", [final("不是")], Outcome("no")),
        ("answer", [final("")], Outcome("nothing")),
        ("anything_else", [final("不用了")], Outcome("choice", "finished")),
        ("anything_else", [final("还需要")], Outcome("choice", "policy")),
        # An utterance without words before the one that counts.
        ("need", [final(""), Partial("转人", 1), final("转人工")], Outcome("choice", "person")),
    ],
)
def test_the_first_thing_that_the_line_does(
    line: Line, node: str, heard: list[Heard], outcome: Outcome
) -> None:
    assert line.decide(node, heard) == outcome


def test_what_is_uncertain_is_read_again(line: Line) -> None:
    unsure, read = Final("八了二", (), 0.4, 500, 2500), list[Final]()

    def again(utterance: Final) -> Reading:
        read.append(utterance)
        return Reading("低保怎么申请", 0.9)

    assert line.decide("need", [unsure]).kind == "nothing"
    found = line.decide("need", [unsure], again)
    assert found.what == "dibao-shenqing" and read == [unsure]
    read.clear()
    assert line.decide("need", [final("低保怎么申请")], again).kind == "told"
    assert not read


def test_the_second_reader_gets_the_utterance_with_its_surroundings() -> None:
    pcm = bytes(range(250)) * 160
    utterance = Final("好", (), 0.4, 1000, 1500)
    assert cut(pcm, utterance) == pcm[700 * 16 : 1800 * 16]
    assert cut(pcm, Final("好", (), 0.4, 100, 200)) == pcm[: 500 * 16]


def test_an_article_may_be_offered_only(line: Line) -> None:
    texts = [text for meaning, _, text in CORPORA.intents if "-" in meaning]
    kinds = {line.decide("need", [final(text)]).kind for text in texts}
    assert {"told", "offered", "nothing", "choice"} <= kinds


def test_the_words_come_from_the_tree(line: Line) -> None:
    words = vocabulary(line)
    assert "救命" in words.alarm and "急救" in words.near_alarm
    assert "是的" in words.yes and "不是" in words.no
    assert len(words.sentences) > 300


def test_people_are_found_through_the_variable_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOTLINE_SHARED", raising=False)
    assert people_folder() is None
    monkeypatch.setenv("HOTLINE_SHARED", str(tmp_path))
    assert people_folder() is None
    (tmp_path / "data" / "speech").mkdir(parents=True)
    assert people_folder() == tmp_path / "data" / "speech"


def test_the_page_says_when_nobody_was_heard() -> None:
    folder = inspect(DEFAULT)
    assert any("were not heard" in text for text in about(CORPORA, folder, None))


def test_the_free_graph_hears_sounds_that_are_no_words(tmp_path: Path) -> None:
    model = load_any_sound(inspect(DEFAULT), tmp_path)
    said = "低保怎么申请"
    pcm = through(floats(espeak(said)), Telephone("clean"), [], 1)
    text = listen(model.decoding(), pcm).text
    wrong, total = sound_errors(said, text)
    assert text and wrong < total


def test_an_article_that_only_the_first_reading_finds_is_told(line: Line) -> None:
    found = line.decide(
        "need", [final("低保怎么申请", 0.4)], lambda _: Reading("天上星星有多少颗", 0.9)
    )
    assert found == Outcome("told", "dibao-shenqing")


def test_pieces_with_a_short_pause_are_read_as_one(line: Line) -> None:
    asked: list[tuple[int, int]] = []

    def again(of: Final) -> Reading:
        asked.append((of.start_ms, of.end_ms))
        return Reading("低保怎么申请" if of.end_ms - of.start_ms > 2000 else "地堡", 0.8)

    first, rest = Final("地堡", (), 0.4, 0, 1000), Final("怎么山区", (), 0.4, 1500, 2600)
    heard = [first, VoiceStarted(1500), Partial("怎么", 2000), rest]
    assert line.decide("need", heard, again) == Outcome("told", "dibao-shenqing")
    assert asked == [(0, 1000), (0, 2600)]
