"""When a talk has come to something new that the articles may answer."""

from __future__ import annotations

import pytest

from agent_ui.live.asking import LONGEST, Asking, heard, telling


@pytest.mark.parametrize("text", ["", "喂，你好", "嗯嗯，好的", "13800138000", "谢谢，再见"])
def test_what_tells_nothing_asks_nothing(text: str) -> None:
    assert telling(text) == "" and heard(Asking(), text) == (Asking(), ())


def test_something_new_is_asked_alone_and_with_what_was_said_before() -> None:
    state, asked = heard(Asking(), "我想问一下低保怎么申请")
    assert asked == ("我想问一下低保怎么申请",)
    state, asked = heard(state, "低保")
    assert asked == (), "nothing new"
    _, asked = heard(state, "还有结婚登记要带什么材料")
    assert asked[0] == "还有结婚登记要带什么材料" and asked[1].endswith(asked[0])
    assert asked[1].startswith("我想问一下低保怎么申请")


def test_a_matter_that_was_left_is_asked_again() -> None:
    state, _ = heard(Asking(), "低保怎么申请")
    for text in ("结婚登记要带什么材料", "养老院有没有床位", "骨灰安放在哪里办理"):
        state, asked = heard(state, text)
        assert asked
    assert heard(state, "低保怎么申请")[1]


def test_a_speech_without_end_is_cut() -> None:
    _, asked = heard(Asking(), "老人家里困难想申请救助" * 50)
    assert all(len(question) <= LONGEST for question in asked)
