"""Whatever happens in whatever order, a call on the shipped tree goes on or ends properly."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.chinese_ids import phone_fault
from core.sms.numbers import mobile
from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.nodes import STATUSES, AnswerNode, CaseStatusNode, DigitsNode
from ivr.state import Phase, State
from ivr.tree import load
from tests.ivr.conftest import CLOSED, OPEN, SHIPPED

DIALOGUE = Dialogue(load(SHIPPED))

WORDS = st.sampled_from(
    ["", "嗯", "好的", "人工", "低保怎么申请", "救命", "我摔倒了", "胸口痛啊", "不是",
     "是的", "不用了", "啦啦啦啦", "投诉", "hello", "𠮷", "1", "谢谢", "换号码",
     "我八十岁了", "讲慢一点", "讲粤语", "查办件进度", "去香梅路怎么走", "下一步",
     "附近的养老院", "下一个", "越秀区", "怎么走",
     "幺三八零零幺三八零零零", "零零幺", "对", "不对", "再听一遍", "要带什么材料", "去哪里办",
     "天河区", "七十二", "外地户口", "发短信"]
)  # fmt: skip
ANSWERS = st.builds(
    ev.Answered,
    decision=st.sampled_from(["answer", "ask", "unsure", "nothing", "?"]),
    asks=st.sampled_from(["", "area", "age", "household", "?"]),
    area=st.sampled_from(["", "440000", "?"]),
    article=st.sampled_from(["", "a"]),
    title=st.sampled_from(["", "低保怎么申请"]),
    spoken=st.sampled_from(["", "向街道申请。", "，。"]),
    source=st.sampled_from(["", "根据办法。"]),
    materials=st.sampled_from(["", "需要准备：身份证。", "，。"]),
)
PLACES = st.builds(
    ev.PlacesFound,
    decision=st.sampled_from(["ready", "sure", "choose", "nothing", "unavailable", "?"]),
    places=st.lists(
        st.sampled_from(
            [ev.PlaceSeen("22,114,香梅路", "香梅路"), ev.PlaceSeen("22,115,莲花山", "莲花山")]
        ),
        max_size=4,
    ).map(tuple),
    why=st.sampled_from(["", "没有找到。"]),
)
WAYS = st.builds(
    ev.WayFound,
    summary=st.just("大约两公里。"),
    steps=st.sampled_from(
        [(), ("先沿香梅路向北走。",), ("先沿香梅路向北走。", "左转。", "到了。")]
    ),
    why=st.sampled_from(["", "走路到不了。"]),
)
CASES = st.builds(
    ev.CaseSeen,
    tag=st.integers(0, 3),
    decision=st.sampled_from(["ready", "told", "refused", "locked", "unavailable", "?"]),
    number=st.just("20260301"),
    matter=st.just("低保申请"),
    status=st.sampled_from(STATUSES),
    more=st.sampled_from([(), ("最近一次变动是2026年3月1日。",)]),
)
SERVICE_PLACES = st.builds(
    ev.ServicePlacesFound,
    decision=st.sampled_from(["kind", "where", "choose", "found", "nothing", "unavailable", "?"]),
    kind=st.sampled_from(["", "care_home"]),
    where=st.sampled_from(["", "area:440104"]),
    choices=st.sampled_from([(), (ev.PlaceSeen("1", "甲路"), ev.PlaceSeen("2", "乙路"))]),
    places=st.lists(
        st.sampled_from(
            [
                ev.ServicePlaceSeen("22,114,甲院", "甲院", ("第一家，甲院。", "电话，12349。")),
                ev.ServicePlaceSeen("", "乙院", ("第二家，乙院。",)),
            ]
        ),
        max_size=3,
    ).map(tuple),
    why=st.sampled_from(["", "没有找到。"]),
)
BOOKED = st.builds(
    ev.CallBackBooked,
    st.sampled_from(["kept", "again", "refused", "unavailable", "?"]),
    st.booleans(),
)
STANDING = st.builds(
    ev.QueueStanding, st.integers(0, 200), st.sampled_from([None, 0.0, 100.0, 900.0, 9e9])
)
TAGS = st.integers(0, 60)
EVENTS = st.one_of(
    st.builds(ev.Started),
    st.builds(ev.SayDone, TAGS),
    st.builds(ev.TimerFired, TAGS),
    st.builds(ev.Digit, st.sampled_from([*"0123456789*#ABCD", "", "12"])),
    st.builds(ev.VoiceStarted),
    st.builds(ev.SpeechPartial, WORDS),
    st.builds(ev.Speech, WORDS, st.floats(0, 1), st.booleans()),
    st.builds(ev.ReadAgain, WORDS, st.floats(0, 1), WORDS),
    ANSWERS,
    PLACES,
    WAYS,
    st.builds(
        ev.SmsDone,
        st.sampled_from(["sent", "queued", "capped", "refused", "unavailable", "?"]),
        st.integers(0, 100),
    ),
    CASES,
    SERVICE_PLACES,
    BOOKED,
    STANDING,
    st.builds(ev.QueueEnded, st.sampled_from(["nobody", "timeout", "closed", "other"])),
    st.builds(ev.PersonCame),
    st.builds(ev.PersonLeft, st.booleans()),
    st.builds(ev.MessageDone, st.floats(0, 120)),
    st.builds(ev.NoRecogniser),
)


class AnyCall(RuleBasedStateMachine):
    """Feeds events at random and checks what must hold after each."""

    state: State
    now: datetime
    over = False
    still = False
    cried = False
    elder = False
    settled: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()

    @initialize(
        now=st.sampled_from([OPEN, CLOSED]),
        known=st.frozensets(st.sampled_from(["number", "elder", "mobile", "sms", "call_backs"])),
    )
    def answer(self, now: datetime, known: frozenset[str]) -> None:
        self.now = now
        self.state, effects = DIALOGUE.start(now, known)
        self.check(effects)

    def check(self, effects: tuple[ev.Effect, ...]) -> None:
        if self.over:
            assert effects == ()
        hung_up = [effect for effect in effects if isinstance(effect, ev.HangUp)]
        assert len(hung_up) <= 1
        if hung_up:
            assert isinstance(effects[-1], ev.HangUp)
            self.over = True
        for effect in effects:
            if isinstance(effect, ev.Say | ev.SayWaiting):
                assert effect.texts and all(effect.texts)
                assert not any("{" in text for text in effect.texts)
            if isinstance(effect, ev.SendSms):
                assert effect.text and (not effect.number or mobile(effect.number))
                assert effect.number or {"mobile", "sms"} <= self.state.known
            if isinstance(effect, ev.Note) and effect.key == "callback":
                assert not phone_fault(effect.value)
        assert self.over == (self.state.phase is Phase.ENDED)
        self.check_waiting(effects)
        self.check_emergency(effects)
        self.check_asking(effects)
        begun = [effect for effect in effects if isinstance(effect, ev.ElderBegins)]
        assert len(begun) == (bool(self.state.elder) and not self.elder), "once, and it stays"
        assert self.state.elder or not self.elder
        self.elder = bool(self.state.elder)
        # A text that stands still is one that is being said, and it goes on or is given up.
        assert not self.state.paused or self.state.saying
        for effect in effects:
            if isinstance(effect, ev.Pause):
                assert not self.still
                self.still = True
            elif isinstance(effect, ev.Resume):
                assert self.still
                self.still = False
            elif isinstance(effect, ev.Hush | ev.Say):
                self.still = False
        assert self.still == self.state.paused or not self.state.saying

    def check_waiting(self, effects: tuple[ev.Effect, ...]) -> None:
        """Nobody who keeps a place is hung up on; places are told over music, and to no alarm."""
        for effect in effects:
            if isinstance(effect, ev.HangUp | ev.RecordMessage | ev.Transfer):
                assert not self.state.holding
            if isinstance(effect, ev.BookCallBack):
                assert "call_backs" in self.state.known and not self.state.emergency
                assert effect.number or "number" in self.state.known
            if isinstance(effect, ev.SayWaiting):
                assert self.state.phase is Phase.QUEUED or self.state.asked_back
        if self.state.holding:
            assert self.state.phase is not Phase.QUEUED and not self.state.emergency

    def check_asking(self, effects: tuple[ev.Effect, ...]) -> None:
        """A condition is asked for at an answer node, and never again once it is settled."""
        asked = {e.value for e in effects if isinstance(e, ev.Note) and e.key == "asked"}
        assert not asked & self.settled
        self.settled = self.state.asker.settled
        if self.state.asking is not None:
            assert isinstance(DIALOGUE.tree.nodes[self.state.node], AnswerNode)
            assert self.state.phase is Phase.LISTENING and self.state.found is not None
            assert self.state.asking.condition not in self.settled

    def check_emergency(self, effects: tuple[ev.Effect, ...]) -> None:
        """Raised once and for all, noted, queued as one, and asked nothing from then on."""
        notes = {effect.key for effect in effects if isinstance(effect, ev.Note)}
        if self.cried:
            assert self.state.emergency, "an emergency is lost"
            assert "asked_back" not in notes and not self.state.asked_back
            queues = [effect for effect in effects if isinstance(effect, ev.Enqueue)]
            assert all(queue.priority == "emergency" for queue in queues)
        elif self.state.emergency:
            self.cried = True
            assert "emergency" in notes
            (queue,) = [effect for effect in effects if isinstance(effect, ev.Enqueue)]
            assert queue.priority == "emergency" and self.state.phase is Phase.QUEUED
        if self.state.phase is Phase.ENDED or self.cried:
            return
        assert len(self.state.distress) < 2, "two words of distress are an emergency"
        if self.state.asked_back:
            assert self.state.timer, "nobody would take the silence for a yes"

    @rule(event=EVENTS)
    def happens(self, event: ev.Event) -> None:
        self.now += timedelta(seconds=3)
        self.step(event)

    @rule()
    def text_is_heard_out(self) -> None:
        self.step(ev.SayDone(self.state.saying))

    @rule()
    def timer_runs_out(self) -> None:
        self.step(ev.TimerFired(self.state.timer))

    @precondition(lambda self: self.state.phase is Phase.LISTENING)
    @rule(words=WORDS)
    def caller_speaks(self, words: str) -> None:
        self.step(ev.Speech(words, 0.9))

    @precondition(lambda self: self.state.phase not in (Phase.ENDED, Phase.TRANSFERRED))
    @rule(word=st.sampled_from(["我摔倒了", "胸口痛啊"]), partial=st.booleans())
    def caller_cries(self, word: str, partial: bool) -> None:
        if self.state.node != "emergency":
            self.heard |= {word}
        said = map(ev.SpeechPartial, (word, f"{word}啊")) if partial else [ev.Speech(word, 0.9)]
        for event in said:
            self.step(event)
        assert self.cried or len(self.heard) < 2, "two different words fell"

    @precondition(lambda self: self.state.asked_back and not self.state.crying)
    @rule(words=WORDS.filter(bool))
    def caller_answers(self, words: str) -> None:
        self.step(ev.Speech(words, 0.9))
        assert self.cried == (words not in ("不是", "不用了", "不对"))

    @precondition(lambda self: self.state.asked_back)
    @rule()
    def caller_denies(self) -> None:
        self.step(ev.Digit("9"))
        assert not self.state.asked_back and not self.cried

    @precondition(lambda self: self.state.asked_back)
    @rule()
    def caller_is_silent(self) -> None:
        if self.state.saying:
            self.step(ev.SayDone(self.state.saying))
        self.step(ev.TimerFired(self.state.timer))
        assert self.cried

    @precondition(lambda self: self.state.phase is Phase.ASKING)
    @rule(answer=ANSWERS)
    def knowledge_replies(self, answer: ev.Answered) -> None:
        self.step(answer)

    @precondition(lambda self: self.state.asking is not None and not self.state.asked_back)
    @rule(keys=st.sampled_from(["72", "8#", "1", "9", "*"]))
    def caller_keys_a_condition(self, keys: str) -> None:
        for key in keys:
            self.step(ev.Digit(key))

    @precondition(lambda self: self.state.node == "directions")
    @rule(reply=st.one_of(PLACES, WAYS))
    def guide_replies(self, reply: ev.PlacesFound | ev.WayFound) -> None:
        self.step(reply)

    @precondition(lambda self: self.state.node == "directions")
    @rule(words=st.sampled_from(["香梅路", "从香梅路到莲花山", "是的", "不是", "下一步", "第二个"]))
    def caller_asks_the_way(self, words: str) -> None:
        self.step(ev.Speech(words, 0.9))

    @precondition(lambda self: self.state.node == "case_status")
    @rule(reply=CASES)
    def case_is_looked_up(self, reply: ev.CaseSeen) -> None:
        self.step(reply)

    @precondition(lambda self: self.state.node == "case_status")
    @rule(keys=st.sampled_from(["20260301#1", "1234", "19580305", "002*", "#"]))
    def caller_keys_a_case(self, keys: str) -> None:
        for key in keys:
            self.step(ev.Digit(key))

    @precondition(lambda self: self.state.phase is Phase.RECORDING)
    @rule()
    def message_is_left(self) -> None:
        self.step(ev.MessageDone(9))

    @precondition(lambda self: self.state.node in ("own_number", "new_number"))
    @rule(words=st.sampled_from(["换号码", "幺三八零零幺三八零零零", "对", "不对", "幺三八"]))
    def caller_gives_a_number(self, words: str) -> None:
        self.step(ev.Speech(words, 0.9, True))

    @precondition(lambda self: self.state.held is not None)
    @rule(words=WORDS, other=WORDS)
    def second_reading_comes(self, words: str, other: str) -> None:
        self.step(ev.ReadAgain(words, 0.7, other))

    @precondition(lambda self: self.state.node == "new_number")
    @rule(keys=st.sampled_from(["87744444#", "13800138000", "0", "*"]))
    def caller_keys_a_number(self, keys: str) -> None:
        for key in keys:
            self.step(ev.Digit(key))

    @precondition(lambda self: self.state.phase is Phase.QUEUED)
    @rule(key=st.sampled_from("13"))
    def caller_does_something_meanwhile(self, key: str) -> None:
        self.step(ev.Digit(key))

    @precondition(lambda self: self.state.node == "book_call_back")
    @rule(reply=BOOKED)
    def call_back_is_booked(self, reply: ev.CallBackBooked) -> None:
        self.step(reply)

    @precondition(lambda self: self.state.holding)
    @rule(reason=st.sampled_from(["nobody", "timeout"]))
    def wait_ends_elsewhere(self, reason: str) -> None:
        self.step(ev.QueueEnded(reason))

    @precondition(lambda self: self.state.holding)
    @rule()
    def person_comes_elsewhere(self) -> None:
        self.step(ev.PersonCame())
        assert self.state.phase is Phase.QUEUED or self.state.asked_back

    @precondition(lambda self: self.state.phase in (Phase.QUEUED, Phase.RECORDING))
    @rule()
    def nobody_comes(self) -> None:
        queued = self.state.phase is Phase.QUEUED
        self.step(ev.QueueEnded("nobody") if queued else ev.MessageDone(0.0))

    def step(self, event: ev.Event) -> None:
        before = self.state
        self.state, effects = DIALOGUE.step(before, event, self.now)
        assert DIALOGUE.step(before, event, self.now) == (self.state, effects)
        self.check(effects)

    @invariant()
    def somebody_moves_next(self) -> None:
        """A call that is not over waits for a timer or for something that is sure to end."""
        waits = (Phase.QUEUED, Phase.RECORDING, Phase.TRANSFERRED, Phase.ENDED)
        assert self.state.phase in waits or self.state.timer

    @invariant()
    def private_only_where_a_case_is_asked_for(self) -> None:
        assert not self.state.private or self.state.node == "case_status"

    @invariant()
    def zero_reaches_people(self) -> None:
        """Or is a digit, where a number is collected; saying so reaches them there too."""
        if self.state.phase in (Phase.ENDED, Phase.QUEUED):
            return
        collects = isinstance(DIALOGUE.tree.nodes[self.state.node], DigitsNode | CaseStatusNode)
        collects |= self.state.asking is not None and bool(self.state.asking.keys)
        if collects and self.state.phase is Phase.LISTENING and not self.state.asked_back:
            state, effects = DIALOGUE.step(self.state, ev.Speech("转人工", 0.9), OPEN)
        else:
            state, effects = DIALOGUE.step(self.state, ev.Digit("0"), OPEN)
        assert state.phase is Phase.QUEUED
        assert any(isinstance(effect, ev.Enqueue) for effect in effects)

    @invariant()
    def left_alone_it_comes_to_an_end(self) -> None:
        """A caller who does nothing more ends in a queue, a message or a farewell."""
        state = self.state
        for _ in range(40):
            if state.phase in (Phase.QUEUED, Phase.RECORDING, Phase.ENDED):
                return
            event = ev.SayDone(state.saying) if state.saying else ev.TimerFired(state.timer)
            state, _ = DIALOGUE.step(state, event, self.now)
        raise AssertionError(f"still at {state.node} after forty steps")


AnyCall.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyCall = AnyCall.TestCase
