"""A case is looked up for who knows its number, the end of the identity number and the birthday."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ivr import case_check as c
from ivr import case_words as words

TODAY = date(2026, 3, 4)
ASKED = c.Asked(("请说办件编号。",), ("请说后四位。",), ("请说出生年月日。",))
NUMBER, SPOKEN = "20260301", "二零二六零三零一"
READY = c.Seen(0, "ready")
FILLERS = ("嗯", "请问")


def talk(*said: object) -> list[c.Event]:
    """`#`, `*` and figures are keys, an empty text is silence, other texts are said."""
    events: list[c.Event] = []
    for each in said:
        if not isinstance(each, str):
            events.append(each)  # type: ignore[arg-type]
        elif each and all(char in "0123456789#*" for char in each):
            events += [c.Key(char) for char in each]
        else:
            events.append(c.Heard(each) if each else c.Silence())
    return events


def led(*said: object, length: int = 0) -> tuple[c.State, list[c.Reply]]:
    """The state after the node is ready and these events, and the reply to each."""
    asked = c.Asked(ASKED.number, ASKED.last_four, ASKED.born, length)
    state, replies = c.State(), []
    for event in [READY, *talk(*said)]:
        state, reply = c.step(asked, state, event, FILLERS, TODAY)
        replies.append(reply)
    return state, replies


ID = (SPOKEN, "没了", "对")
"""What gives the case number."""


@pytest.mark.parametrize(
    "number", [ID, ("20260301#", "1"), ("二零二六", "零三零一", "说完了", "是的")]
)
@pytest.mark.parametrize(
    ("four", "wanted"),
    [
        ("一二三四", "1234"), ("幺二三四", "1234"), ("1234", "1234"), ("零零二艾克斯", "002X"),
        ("002*", "002X"), ("12*1234", "1234"), ("后四位是一二三四", "1234"),
        ("幺幺零幺零五幺九四九幺二三幺零零二艾克斯", "002X"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "born", ["一九五八年三月五号", "一九五八零三零五", "19580305", "五八年三月五日"]
)
def test_all_three_are_asked_and_checked(
    number: tuple[str, ...], four: str, wanted: str, born: str
) -> None:
    state, replies = led(*number, four, born)
    assert replies[-1] == c.Check(1, NUMBER, wanted, "19580305")
    assert c.private(state)


def test_pieces_are_put_together() -> None:
    _, replies = led(*ID, "一二", "三四", "一九五八年", "三月五号")
    assert replies[-4:] == [
        c.Say((words.GO_ON,)), c.Say(ASKED.born), c.Say((words.GO_ON,)),
        c.Check(1, NUMBER, "1234", "19580305"),
    ]  # fmt: skip


def test_the_number_is_read_back_and_nothing_else_is() -> None:
    _, replies = led(*ID, "一二三四", "一九五八年三月五号")
    said = ["".join(reply.texts) for reply in replies if isinstance(reply, c.Say)]
    assert any("二零二六" in text for text in said)
    assert not any("一二三四" in text or "五八" in text for text in said)


@pytest.mark.parametrize("none", ["没有", "我没有编号", "不知道", "忘了", "#"])
def test_without_a_number_it_is_said_where_it_is_then_a_person(none: str) -> None:
    state, replies = led(none)
    assert replies[-1] == c.Say((words.WHERE_IT_IS, words.OR_PERSON))
    assert not c.private(state)
    assert led(none, none)[1][-1] == c.Person((words.WITHOUT_NUMBER,))


def test_after_that_the_number_is_taken() -> None:
    assert led("没有", *ID)[1][-1] == c.Say(ASKED.last_four)


@pytest.mark.parametrize(
    "wrong",
    ["二零三零年三月五号", "一九五八年二月三十号", "一八五八年三月五号", "三月五号的",
     "农历三月初五", "随便什么", "19581305", "20300305"],
)  # fmt: skip
def test_a_day_that_cannot_be_is_asked_again(wrong: str) -> None:
    _, replies = led(*ID, "一二三四", wrong)
    last = replies[-1]
    assert isinstance(last, c.Say) and last.texts in (
        (words.WRONG_DAY, *ASKED.born), (words.GO_ON,),
    )  # fmt: skip
    assert not any(isinstance(reply, c.Check) for reply in replies)


@pytest.mark.parametrize("wrong", ["一二三四五", "天气真好", "艾克斯"])
def test_four_characters_that_cannot_be_are_asked_again(wrong: str) -> None:
    _, replies = led(*ID, wrong)
    assert replies[-1] == c.Say((words.NOT_HEARD, *ASKED.last_four))


def test_what_was_said_wrong_is_said_again() -> None:
    _, replies = led(*ID, "一二三五", "不对", "一二三四", "19580305")
    assert replies[-1] == c.Check(1, NUMBER, "1234", "19580305")


def test_the_number_can_be_changed() -> None:
    state, replies = led(*ID, "编号说错了", "30000001#", "1", "1234", "19580305")
    assert replies[-1] == c.Check(1, "30000001", "1234", "19580305")
    assert not c.private(led(*ID, "换编号")[0]) and state.case == "30000001"


def test_numbers_of_one_length_need_no_end() -> None:
    _, replies = led(SPOKEN, "对", length=8)
    assert replies[-1] == c.Say(ASKED.last_four)


def test_a_refusal_is_always_the_same_and_the_third_leads_to_a_person() -> None:
    again = ("1234", "19580305")
    said = [*ID]
    for tag in (1, 2):
        said += [*again, c.Seen(tag, "refused")]
        assert led(*said)[1][-1] == c.Say((words.NOTHING_FITS, words.ONCE_MORE, *ASKED.last_four))
    state, replies = led(*said, *again, c.Seen(3, "refused"))
    assert replies[-1] == c.Person((words.NOTHING_FITS, words.TO_PERSON))
    assert state.tries == c.TRIES


@pytest.mark.parametrize(
    ("decision", "reply"),
    [("told", c.Tell()), ("locked", c.Person((words.LOCKED,))), ("unavailable", c.Unavailable()),
     ("?", c.Unavailable())],
)  # fmt: skip
def test_what_comes_of_a_check(decision: str, reply: c.Reply) -> None:
    assert led(*ID, "1234", "19580305", c.Seen(1, decision))[1][-1] == reply


def test_a_reply_to_another_check_changes_nothing() -> None:
    said = [*ID, "1234", "19580305"]
    assert led(*said, c.Seen(0, "told"))[1][-1] == c.Say()
    assert led(*said, c.Seen(1, "refused"), c.Seen(1, "told"))[1][-1] == c.Say()
    assert led(c.Seen(0, "told"))[1][-1] == c.Say()


@pytest.mark.parametrize("decision", ["told", "refused", "unavailable", "?"])
def test_nothing_is_told_before_anything_is_asked(decision: str) -> None:
    _, reply = c.step(ASKED, c.State(), c.Seen(0, decision), (), TODAY)
    assert reply == c.Unavailable()


def test_silence_and_noise_lead_to_a_person() -> None:
    assert led("", "", "")[1][-1] == c.Person((words.TO_PERSON,))
    assert led(*ID, "", "啊啊", "", "啊啊")[1][-1] == c.Person((words.TO_PERSON,))


def test_secrets_are_not_shown() -> None:
    state, replies = led(*ID, "1234", "19580305")
    for shown in (repr(state), repr(replies), repr(talk("一二三四", "1234"))):
        assert "1234" not in shown and "19580305" not in shown and "一二三四" not in shown


SAID = st.sampled_from(
    [SPOKEN, "二零二六", "对", "不对", "没有", "没了", "换编号", "一二三四", "零零二艾克斯", "一二",
     "一九五八年三月五号", "一九五八年", "三月五号", "天气不错", "嗯", "一九五八零三零五", "转"]
)  # fmt: skip
EVENTS = st.one_of(
    st.builds(c.Heard, SAID),
    st.builds(c.Key, st.sampled_from([*"0123456789#*"])),
    st.builds(c.Silence),
    st.builds(
        c.Seen,
        st.integers(0, 4),
        st.sampled_from(["ready", "told", "refused", "locked", "unavailable", "?"]),
    ),
)


class AnyCheck(RuleBasedStateMachine):
    """Never more than three checks, never a status without a check that passed."""

    def __init__(self) -> None:
        super().__init__()
        self.state = c.State()
        self.reply: c.Reply = c.Say()
        self.checks: list[c.Check] = []
        self.answered = 0
        self.over = False

    def take(self, event: c.Event) -> None:
        if self.over:
            return
        before = self.state
        self.state, self.reply = c.step(ASKED, before, event, FILLERS, TODAY)
        if isinstance(self.reply, c.Check):
            self.checks.append(self.reply)
        if isinstance(self.reply, c.Tell):
            assert before.stage is c.Stage.CHECKING
            assert isinstance(event, c.Seen) and event == c.Seen(self.checks[-1].tag, "told")
        assert self.state.misses >= before.misses and self.state.tries >= before.tries
        self.over = isinstance(self.reply, c.Tell | c.Person | c.Unavailable)

    @rule(event=EVENTS)
    def happens(self, event: c.Event) -> None:
        self.take(event)

    @rule()
    def becomes_ready(self) -> None:
        self.take(READY)

    @rule()
    def number_is_given(self) -> None:
        for event in talk("20260301#", "1"):
            self.take(event)

    @rule(four=st.sampled_from(["1234", "002*", "00"]), born=st.sampled_from(["19580305", "1958"]))
    def identity_is_given(self, four: str, born: str) -> None:
        for event in talk(four, born):
            self.take(event)

    @rule(decision=st.sampled_from(["refused", "refused", "refused", "told", "locked"]))
    def check_is_answered(self, decision: str) -> None:
        self.take(c.Seen(self.state.tries + 1, decision))

    @invariant()
    def no_more_than_three_checks_each_with_all_three(self) -> None:
        assert len(self.checks) <= c.TRIES
        for check in self.checks:
            assert len(check.case) >= 6 and len(check.last_four) == 4 and len(check.born) == 8
        assert self.state.tries <= c.TRIES and self.state.misses <= c.MISSES

    @invariant()
    def nothing_said_holds_what_was_given_in_private(self) -> None:
        if isinstance(self.reply, c.Say | c.Person) and c.private(self.state):
            assert set(self.reply.texts) <= {*ASKED.last_four, *ASKED.born, *words.TEXTS}

    @invariant()
    def it_is_private_exactly_while_identity_is_asked(self) -> None:
        asked = self.state.stage in (c.Stage.LAST_FOUR, c.Stage.BORN, c.Stage.CHECKING)
        assert c.private(self.state) == asked


AnyCheck.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestAnyCheck = AnyCheck.TestCase
