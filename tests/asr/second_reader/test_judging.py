"""What of Whisper's output is believed."""

from __future__ import annotations

import pytest

from asr.second_reader.judging import PROMPT, Segment, judged, plain
from asr.second_reader.port import Reading

NOTHING = Reading("", 0.0)


def said(text: str, logprob: float = -0.3, no_speech: float = 0.1, zip_: float = 0.9) -> Segment:
    return Segment(text, logprob, no_speech, zip_)


def test_good_segments_are_joined_and_their_probability_is_the_confidence() -> None:
    reading = judged([said(" 低保怎么申请？", -0.2), said("谢谢。", -0.8)], 4)
    assert reading.text == "低保怎么申请谢谢"
    assert 0.6 < reading.confidence < 0.82
    assert judged([said("人工", 0.0)], 2).confidence == 1.0


@pytest.mark.parametrize(
    "segment",
    [
        said("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目"),
        said("字幕由Amara.org社区提供"),
        said(PROMPT),
        said("以下是拨打"),
        said("谢谢观看"),
        said("低保怎么申请", logprob=-1.5),
        said("低保怎么申请", logprob=-0.8, no_speech=0.9),
        said("好好好好好好好好", zip_=3.0),
        said("好的好的好的好的好的"),
        said("Thank you for watching"),
        said("。。。"),
        said(""),
        said("我想问一下低保怎么申请需要什么材料到哪里办多久能办下来呢谢谢你"),
    ],
)
def test_what_is_not_believed(segment: Segment) -> None:
    assert judged([segment], 2.0) == NOTHING


def test_a_doubtful_segment_does_not_take_the_others_along() -> None:
    assert judged([said("我要离婚"), said("谢谢观看")], 3).text == "我要离婚"


@pytest.mark.parametrize(
    "segment",
    [said("我要离婚", -0.3, 0.9), said("人工", -1.0, 0.2), said("13800138000"), said("不不不")],
)
def test_what_is_believed_nevertheless(segment: Segment) -> None:
    assert judged([segment], 3).text


def test_nothing_said() -> None:
    assert judged([], 3) == NOTHING


def test_traditional_characters_and_wide_forms_become_ours() -> None:
    assert plain("開放時間，早上９點。 頭髮裡麼") == "开放时间早上9点头发里么"
