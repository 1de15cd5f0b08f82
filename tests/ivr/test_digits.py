"""A number said in pieces or keyed is taken only after it was read back and confirmed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.chinese_ids import check_digit
from ivr import digits
from ivr.digit_words import Understood, understood
from ivr.digits import Done, Event, Heard, Key, Person, Phase, Reply, Say, Silence, State, Wanted

PHONE, ID = digits.telephone(), digits.identity(date(2026, 3, 4))
CALLER = "13800138000"


def run(wanted: Wanted, *events: Event) -> tuple[State, Reply]:
    state, reply = State(), Say()
    for event in events:
        state, reply = digits.step(wanted, state, event)
    return state, reply


def talk(*said: str) -> list[Event]:
    """`#`, `*` and figures are keys, an empty text is silence, all else is said."""
    events: list[Event] = []
    for text in said:
        if text and all(char in "0123456789#*" for char in text):
            events += [Key(char) for char in text]
        else:
            events.append(Heard(text) if text else Silence())
    return events


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (["幺三八零零幺三八零零零", "对"], CALLER),
        (["幺三八", "零零幺三", "八零零零", "对的"], CALLER),
        (["嗯那个一三八", "三个零不对，是零零幺三", "八三个零", "是的"], CALLER),
        (["幺三八", "零零幺二", "不对，是零零幺三", "八零零零", "对"], CALLER),
        (["幺三八零零幺三八零零幺", "不对，是八零零零", "没错"], CALLER),
        (["幺三八零零幺三八零零幺", "错了，是零", "对"], CALLER),
        (["幺三八零零幺三八零零幺", "不对", "幺三八零零幺三八零零零", "对"], CALLER),
        (["幺三八零零幺三八零零幺", "幺三八零零幺三八零零零", "对"], CALLER),
        (["幺三八零零幺三八零零零", "幺三八零零幺三八零零零"], CALLER),
        (["幺三八零零幺三八零零零", "", "对"], CALLER),
        (["13800138000", "#"], CALLER),
        (["1380013800", "0", "对"], CALLER),
        (["零二零", "八七七四四四四四", "嗯"], "02087744444"),
        (["零七五八二三四五六七八", "没了", "对"], "07582345678"),
        (["87744444#", "#"], "87744444"),
        (["八六幺三八零零幺三八零零零", "对"], CALLER),
        (["123*13800138000", "#"], CALLER),
        (["13800138000", "1"], CALLER),
        (["13900138000", "2", "13800138000", "1"], CALLER),
    ],
)
def test_telephone_numbers(said: list[str], value: str) -> None:
    state, reply = run(PHONE, *talk(*said))
    assert reply == Done(value) and state.phase is Phase.DONE


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("不对，是八零零一", ("8001", "no", "")),
        ("八零零零不对是八零零一", ("8001", "no", "8000")),
        ("步对是八零零一", ("8001", "no", "")),
        ("没错", ("", "yes", "")),
        ("不是", ("", "no", "")),
        ("有一个错了", ("", "no", "")),
        ("是八", ("8", "yes", "")),
        ("说完了", ("", "end", "")),
        ("艾克斯", ("X", "", "")),
        ("天气", ("", "", "")),
    ],
)
def test_what_an_utterance_means(text: str, meant: tuple[str, str, str]) -> None:
    assert understood(text) == Understood(*meant)


def test_identity_number_with_x() -> None:
    said = talk("幺幺零幺零五", "幺九四九幺二三幺", "零零二艾克斯", "对")
    assert run(ID, *said)[1] == Done("11010519491231002X")


def test_read_back_in_groups_one_prompt_each() -> None:
    assert run(PHONE, Heard("幺三八零零幺三八零零零"))[1] == Say(
        ("您说的是：", "幺三八，", "零零幺三，", "八零零零。", "对吗？")
    )
    assert run(PHONE, *talk(CALLER))[1] == Say(
        ("您说的是：", "幺三八，", "零零幺三，", "八零零零。", "对请按1，不对请按2。")
    )
    assert run(PHONE, Heard("幺三八"))[1] == Say(("幺三八。", "请接着说。"))
    assert digits.read_back("11010519491231002X") == (
        "幺幺零幺零五，",
        "幺九四九幺二三幺，",
        "零零二艾克斯。",
    )


@pytest.mark.parametrize(
    ("wanted", "said", "why"),
    [
        (ID, "幺幺零幺零五幺九四九幺二三幺零零二一", "这个身份证号码核对不上，可能有一位说错了。"),
        (ID, "九九零幺零五幺九四九幺二三幺零零二艾克斯", "这个身份证号码好像不对。"),
        (PHONE, "九九九九九九九九九九九九九九九九九", "号码的位数多了。"),
        (PHONE, "今天天气很好", "对不起，没有听清。"),
    ],
)
def test_what_cannot_be_right_is_asked_again(wanted: Wanted, said: str, why: str) -> None:
    state, reply = run(wanted, Heard(said))
    assert isinstance(reply, Say) and reply.texts[0] == why and state.digits == ""
    assert wanted.name in reply.texts[-1]


def test_number_that_stops_short_is_kept_and_continued() -> None:
    state, reply = run(PHONE, *talk("幺三八", ""))
    assert reply == Say(("号码还没有说完。", "幺三八。", "请接着说。")) and state.misses == 1


@pytest.mark.parametrize(
    "said",
    [["", "", ""], ["好吃", "好吃", "好吃"], ["***"], ["13800138000", "不对", "不对吗", "不对"]],
)
def test_after_three_misses_a_person_comes(said: list[str]) -> None:
    state, reply = run(PHONE, *talk(*said))
    assert isinstance(reply, Person) and state.phase is Phase.GIVEN_UP


def test_after_the_end_nothing_changes() -> None:
    state, _ = run(PHONE, *talk("13800138000", "#"))
    for event in talk("不对", "5", "", "*"):
        assert digits.step(PHONE, state, event) == (state, Done(CALLER))


NAMES = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.lists(st.integers(1, 10), max_size=3, unique=True),
)
def test_mobile_number_cut_anywhere_is_understood(number: str, cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(number)]
    pieces = [number[a:b] for a, b in pairwise(marks)]
    said = ["".join(NAMES[digit] for digit in piece) for piece in pieces]
    assert run(PHONE, *(Heard(piece) for piece in said), Heard("对"))[1] == Done(number)


@given(st.from_regex(r"440106(19[3-9][0-9])(0[1-9])([01][0-9])[0-9]{3}", fullmatch=True))
def test_identity_number_keyed_is_understood(seventeen: str) -> None:
    number = seventeen + check_digit(seventeen)
    events = [Heard("艾克斯") if key == "X" else Key(key) for key in number]
    outcome = run(ID, *events, Key("#"))[1]
    good = not ID.fault(number)
    assert (outcome == Done(number)) is good


class Caller(RuleBasedStateMachine):
    """Says and keys anything in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.reply: Reply = Say()
        self.offered = ""

    def does(self, event: Event) -> None:
        before = self.state
        if before.phase in (Phase.COLLECTING, Phase.CONFIRMING):
            self.offered = before.digits if before.phase is Phase.CONFIRMING else ""
        self.state, self.reply = digits.step(PHONE, before, event)
        if before.phase in (Phase.DONE, Phase.GIVEN_UP):
            assert self.state == before
        assert self.state.misses >= before.misses

    @rule(text=st.text(alphabet="零幺二三四五六七八九两洞拐", min_size=1, max_size=12))
    def says_digits(self, text: str) -> None:
        self.does(Heard(text))

    @rule()
    def says_a_whole_number(self) -> None:
        self.does(Heard("幺三八零零幺三八零零零"))

    @rule(text=st.sampled_from(["对", "不对", "不对，是八零零幺", "没了", "啊", "天气", ""]))
    def says_words(self, text: str) -> None:
        self.does(Heard(text))

    @rule(key=st.sampled_from("0123456789#*A"))
    def keys(self, key: str) -> None:
        self.does(Key(key))

    @rule()
    def is_silent(self) -> None:
        self.does(Silence())

    @invariant()
    def a_number_is_taken_only_as_it_was_read_back(self) -> None:
        assert isinstance(self.reply, Done) == (self.state.phase is Phase.DONE)
        if isinstance(self.reply, Done):
            assert self.reply.value == self.offered and not PHONE.fault(self.reply.value)

    @invariant()
    def patience_and_length_are_bounded(self) -> None:
        assert len(self.state.digits) <= PHONE.most
        assert self.state.misses <= PHONE.tries
        assert isinstance(self.reply, Person) == (self.state.phase is Phase.GIVEN_UP)
        assert (self.state.misses == PHONE.tries) == (self.state.phase is Phase.GIVEN_UP)

    @invariant()
    def what_is_to_be_confirmed_is_plausible(self) -> None:
        if self.state.phase is Phase.CONFIRMING:
            assert not PHONE.fault(self.state.digits)


TestCaller = Caller.TestCase
