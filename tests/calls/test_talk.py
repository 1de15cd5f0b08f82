"""A talk decided: each command where it makes sense, each hang-up, and who hears whom then."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.calls import talk as machine
from telephony.calls import talk_events as te
from telephony.calls.parties import (
    AGENT,
    CALLER,
    THIRD,
    Kind,
    Mode,
    Stage,
    Talk,
    Target,
    Then,
    Third,
    hears,
    on_music,
    shown,
)
from telephony.calls.talk import begun
from telephony.calls.talk_events import (
    Command,
    Drop,
    Gone,
    Handed,
    Keys,
    Lead,
    Over,
    ParkedTooLong,
    ParkTimer,
    Requeue,
    Ring,
    Supervise,
    Told,
    Up,
)

WANG = Target(Kind.AGENT, "wang")
OFFICE = Target(Kind.NUMBER, "+86138****8000", "+8613800138000")
AMBULANCE = Target(Kind.AGENCY, "120", "sip:120@127.0.0.1")
SUP = "supervisor:chen"
BOTH = {(AGENT, CALLER), (CALLER, AGENT)}
TRIO = {(a, b) for a in (AGENT, CALLER, THIRD) for b in (AGENT, CALLER, THIRD) if a != b}


def feed(talk: Talk, *events: te.Event) -> tuple[Talk, list[te.Effect]]:
    """Feed events; return the state and the effects of the last one without its notes."""
    effects: tuple[te.Effect, ...] = ()
    for event in events:
        talk, effects = machine.step(talk, event)
    return talk, [effect for effect in effects if not isinstance(effect, te.Write)]


def li(name: str, **more: object) -> Command:
    return Command("li", name, "q", **more)  # type: ignore[arg-type]


def consulting(target: Target = WANG) -> Talk:
    talk, _ = feed(begun("li"), li("consult", target=target), Up(THIRD))
    return talk


def three(target: Target = WANG) -> Talk:
    talk, _ = feed(consulting(target), li("join"))
    return talk


def parked() -> Talk:
    talk, _ = feed(begun("li"), li("park", slot="1"))
    return talk


def supervised(mode: str, talk: Talk | None = None) -> Talk:
    talk, _ = feed(talk or begun("li"), Supervise("chen", mode, "s"), Up(SUP))
    return talk


# ---- who hears whom ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk, heard, music",
    [
        (begun("li"), BOTH, False),
        (feed(begun("li"), li("hold"))[0], set(), True),
        (feed(begun("li"), li("mute"))[0], {(AGENT, CALLER)}, False),
        (feed(begun("li"), li("consult", target=WANG))[0], set(), True),
        (consulting(), {(AGENT, THIRD), (THIRD, AGENT)}, True),
        (three(), TRIO, False),
        (feed(three(), li("hold"))[0], {(AGENT, THIRD), (THIRD, AGENT)}, True),
        (feed(three(), li("mute"))[0], {p for p in TRIO if p[1] != AGENT}, False),
        (feed(three(OFFICE), li("complete"))[0], {(THIRD, CALLER), (CALLER, THIRD)}, False),
        (parked(), set(), True),
        (supervised("listen"), BOTH | {(SUP, AGENT), (SUP, CALLER)}, False),
        (supervised("whisper"), BOTH | {(SUP, AGENT), (SUP, CALLER), (AGENT, SUP)}, False),
        (
            supervised("barge"),
            {(a, b) for a in (AGENT, CALLER, SUP) for b in (AGENT, CALLER, SUP) if a != b},
            False,
        ),
        (
            supervised("whisper", consulting()),
            {(AGENT, THIRD), (THIRD, AGENT), (SUP, AGENT), (SUP, THIRD), (AGENT, SUP)},
            True,
        ),
        (Talk(over=True), set(), False),
    ],
)
def test_who_hears_whom(talk: Talk, heard: set[tuple[str, str]], music: bool) -> None:
    assert hears(talk) == heard
    assert on_music(talk) is music


def test_the_page_of_docs_says_who_hears_whom() -> None:
    third, _ = feed(three(OFFICE), li("complete"))
    rung, _ = feed(begun("li"), li("consult", target=WANG))
    states = {
        "talk": begun("li"), "held": feed(begun("li"), li("hold"))[0],
        "muted": feed(begun("li"), li("mute"))[0], "third rings": rung, "consult": consulting(),
        "three-way": three(), "three-way held": feed(three(), li("hold"))[0],
        "third leads": third, "parked": parked(),
    }  # fmt: skip
    page = (Path(__file__).resolve().parents[2] / "docs" / "call-control.md").read_text()
    told = {}
    for line in page.partition("## Who hears whom")[2].splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0] in states:
            told[cells[0]] = cells[1:]
    assert told.keys() == states.keys()
    for name, talk in states.items():
        there = {CALLER, *([AGENT] if talk.agent else [])}
        there |= {THIRD} if talk.third_is(Stage.CONSULT, Stage.JOINED) else set()
        for listener, cell in zip((CALLER, AGENT, THIRD), told[name], strict=True):
            heard = ", ".join(sorted(b for a, b in hears(talk) if a == listener))
            if listener == CALLER and on_music(talk):
                heard = "–"
            elif listener in there:
                heard = heard or "nobody"
            assert cell == heard, (name, listener)


def test_the_live_row_says_what_is_so() -> None:
    ringing, _ = feed(begun("li"), li("consult", target=WANG))
    assert shown(ringing, True)["consult_state"] == "ringing"
    row = shown(consulting(), True)
    assert (row["consult"], row["consult_state"], row["held"]) == ("wang", "talking", "")
    row = shown(three(AMBULANCE), True)
    assert (row["conference"], row["consult"], row["consult_state"]) == ("120", "", "")
    assert shown(parked(), True)["parked"] == "1"
    held, _ = feed(begun("li"), li("hold"), li("mute"))
    assert (shown(held, True)["held"], shown(held, True)["muted"]) == ("yes", "yes")


@pytest.mark.parametrize("mode, seen", [("listen", ""), ("whisper", "chen"), ("barge", "chen")])
def test_a_silent_listener_is_shown_where_the_rules_say_so(mode: str, seen: str) -> None:
    assert shown(supervised(mode), True)["supervised_by"] == "chen"
    assert shown(supervised(mode), False)["supervised_by"] == seen


# ---- commands ----------------------------------------------------------------------------------


def test_hold_and_resume() -> None:
    talk, effects = feed(begun("li"), li("hold"))
    assert talk.held and effects == [Told("q", True)]
    talk, _ = feed(talk, li("resume"))
    assert talk == begun("li")


@pytest.mark.parametrize(
    "talk, party",
    [
        (begun("li"), CALLER), (consulting(), THIRD), (three(), CALLER), (three(AMBULANCE), THIRD),
        (consulting(OFFICE), THIRD), (feed(begun("li"), li("consult", target=OFFICE))[0], CALLER),
    ],
)  # fmt: skip
def test_keys_go_to_whoever_has_a_menu(talk: Talk, party: str) -> None:
    _, effects = feed(talk, li("digits", digits="12#"))
    assert effects == [Keys(party, "12#"), Told("q", True)]


def test_a_consultation_rings_and_the_far_ends_no_is_told_to_who_asked() -> None:
    talk, effects = feed(begun("li"), li("consult", target=OFFICE))
    assert effects == [Ring(THIRD, OFFICE, "q")]
    talk, effects = feed(talk, Gone(THIRD, why="对方正忙。"))
    assert effects == [Told("q", False, "对方正忙。")]
    assert talk == begun("li"), "the caller is with the agent again"


@pytest.mark.parametrize("target", [WANG, OFFICE, AMBULANCE])
def test_an_attended_transfer(target: Target) -> None:
    talk, effects = feed(consulting(target), li("complete"))
    inside = target.kind is Kind.AGENT
    if inside:
        assert effects == [Told("q", True), Drop(AGENT), Lead(THIRD), Handed("wang")]
        assert talk == begun("wang")
    else:
        assert effects == [Told("q", True), Drop(AGENT), Handed("", outside=True)]
        assert talk.agent == "" and talk.third_is(Stage.JOINED)


def test_dropping_who_was_consulted_gives_the_caller_back_even_from_hold() -> None:
    talk, _ = feed(begun("li"), li("hold"), li("consult", target=WANG), Up(THIRD))
    talk, effects = feed(talk, li("drop"))
    assert effects == [Drop(THIRD), Told("q", True)]
    assert talk == begun("li")


def test_who_is_consulted_and_hangs_up_first_leaves_hold_as_it_was() -> None:
    assert feed(consulting(), Gone(THIRD))[0] == begun("li")
    talk, _ = feed(begun("li"), li("hold"), li("consult", target=WANG), Up(THIRD), Gone(THIRD))
    assert talk.held and talk.third is None


def test_a_blind_transfer_lets_the_agent_go_when_it_is_answered() -> None:
    talk, _ = feed(begun("li"), li("transfer", target=WANG))
    assert talk.agent == "li" and on_music(talk)
    talk, effects = feed(talk, Up(THIRD))
    assert effects == [Drop(AGENT), Lead(THIRD), Handed("wang")]
    assert talk == begun("wang")


def test_a_blind_transfer_that_fails_gives_the_caller_back_to_the_agent() -> None:
    talk, _ = feed(begun("li"), li("transfer", target=OFFICE))
    talk, effects = feed(talk, Gone(THIRD, why="对方没有接听。"))
    assert talk == begun("li")
    assert effects == [Told("q", False, "对方没有接听。")]


def test_a_blind_transfer_that_fails_after_the_agent_left_goes_to_the_queue() -> None:
    talk, _ = feed(begun("li"), li("transfer", target=OFFICE), li("hangup"))
    assert talk.agent == "" and on_music(talk)
    talk, effects = feed(talk, Gone(THIRD, why="对方正忙。"))
    assert talk.over
    assert effects[-1] == Requeue("transfer not answered")


def test_a_transfer_to_a_queue() -> None:
    talk, effects = feed(begun("li"), li("transfer", target=Target(Kind.QUEUE, "粤语")))
    assert talk.over
    assert effects == [Told("q", True), Drop(AGENT), Requeue("transferred", skill="粤语")]


def test_park_and_retrieve() -> None:
    talk, effects = feed(begun("li"), li("park", slot="1"))
    assert effects == [Told("q", True), Drop(AGENT), ParkTimer(True), Handed("")]
    wang = Command("wang", "retrieve", "w", slot="1")
    talk, effects = feed(talk, wang)
    assert effects == [Ring(THIRD, WANG, "w")] and on_music(talk)
    talk, effects = feed(talk, Up(THIRD))
    assert effects == [ParkTimer(False), Lead(THIRD), Handed("wang")]
    assert talk == begun("wang")


def test_who_retrieves_and_does_not_come_leaves_it_parked() -> None:
    talk, effects = feed(parked(), Command("wang", "retrieve", "w", slot="1"), Gone(THIRD, why="x"))
    assert talk == parked()
    assert effects == [Told("w", False, "x"), ParkTimer(True)]


def test_parked_too_long_goes_back_to_the_queue() -> None:
    talk, effects = feed(parked(), ParkedTooLong())
    assert talk.over and effects == [ParkTimer(False), Requeue("parked too long")]
    rung, _ = feed(parked(), Command("wang", "retrieve", "w", slot="1"))
    assert feed(rung, ParkedTooLong()) == (rung, []), "while somebody is rung for it"


@pytest.mark.parametrize(
    "talk, asked, why",
    [
        (begun("li"), Command("wang", "hold", "q"), machine.NOT_YOURS),
        (begun("li"), Command("wang", "transfer", "q", OFFICE), machine.NOT_YOURS),
        (begun("li"), li("complete"), machine.NO_THIRD),
        (begun("li"), li("join"), machine.NO_THIRD),
        (begun("li"), li("drop"), machine.NO_THIRD),
        (feed(begun("li"), li("consult", target=WANG))[0], li("join"), machine.NO_THIRD),
        (consulting(), li("hold"), machine.BUSY_WITH_THIRD),
        (consulting(), li("consult", target=OFFICE), machine.BUSY_WITH_THIRD),
        (three(), li("transfer", target=OFFICE), machine.BUSY_WITH_THIRD),
        (three(), li("park", slot="1"), machine.BUSY_WITH_THIRD),
        (three(), Command("wang", "hold", "q"), machine.NOT_YOURS),
        (begun("li"), li("transfer", target=Target(Kind.AGENT, "li")), machine.SELF),
        (begun("li"), li("retrieve", slot="1"), machine.NOT_PARKED),
        (parked(), Command("wang", "retrieve", "q", slot="2"), machine.NOT_PARKED),
        (begun("li"), li("dance"), "不明白这个操作。"),
        (Talk(over=True), li("hold"), machine.OVER),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    talk: Talk, asked: Command, why: str
) -> None:
    assert feed(talk, asked) == (talk, [Told("q", False, why)])


# ---- hang-ups ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk, gone, end",
    [
        (begun("li"), Gone(AGENT), Over("agent hung up")),
        (begun("li"), Gone(AGENT, lost=True), Requeue("agent lost", lost=True)),
        (begun("li"), Gone(CALLER), Over("caller hung up")),
        (feed(begun("li"), li("hold"))[0], Gone(CALLER), Over("caller hung up")),
        (parked(), Gone(CALLER), Over("caller hung up")),
        (consulting(), Gone(CALLER), Over("caller hung up")),
        (consulting(), Gone(AGENT, lost=True), Requeue("agent lost", lost=True)),
        (consulting(), Gone(AGENT), Handed("wang")),
        (consulting(OFFICE), Gone(AGENT), Handed("", outside=True)),
        (three(), Gone(AGENT, lost=True), Handed("wang")),
        (three(OFFICE), Gone(AGENT), Handed("", outside=True)),
        (feed(three(OFFICE), Gone(AGENT))[0], Gone(THIRD), Over("far end hung up")),
        (supervised("barge"), Gone(AGENT), Handed("chen")),
        (supervised("barge"), Gone(AGENT, lost=True), Handed("chen")),
        (supervised("listen"), Gone(AGENT), Over("agent hung up")),
        (supervised("whisper"), Gone(AGENT, lost=True), Requeue("agent lost", lost=True)),
    ],
)
def test_who_hangs_up_and_what_follows(talk: Talk, gone: Gone, end: te.Effect) -> None:
    after, effects = feed(talk, gone)
    assert effects[-1] == end
    assert after.over == isinstance(end, Over | Requeue)


def test_the_end_takes_everybody_along() -> None:
    talk = supervised("listen", consulting())
    _, effects = feed(talk, Gone(CALLER))
    assert {Drop(AGENT), Drop(THIRD), Drop(SUP)} <= set(effects)


def test_an_agent_lost_in_a_blind_transfer_lets_it_ring() -> None:
    talk, _ = feed(begun("li"), li("transfer", target=OFFICE), Gone(AGENT, lost=True))
    assert talk.third is not None and not talk.over
    talk, effects = feed(talk, Up(THIRD))
    assert hears(talk) == {(CALLER, THIRD), (THIRD, CALLER)}
    assert effects == [Handed("", outside=True)]


def test_the_third_of_three_may_leave_from_their_own_page() -> None:
    talk, effects = feed(three(), Command("wang", "hangup", "w"))
    assert talk == begun("li")
    assert effects == [Told("w", True), Drop(THIRD)]


def test_the_second_of_two_who_answers_late_is_dropped() -> None:
    assert feed(begun("li"), Up(THIRD)) == (begun("li"), [Drop(THIRD)])
    assert feed(begun("li"), Up(SUP)) == (begun("li"), [Drop(SUP)])


# ---- supervisors -------------------------------------------------------------------------------


def test_a_supervisor_comes_changes_and_leaves() -> None:
    talk, effects = feed(begun("li"), Supervise("chen", "listen", "s"))
    assert effects == [Ring(SUP, Target(Kind.AGENT, "chen"), "s")]
    assert hears(talk) == BOTH, "nothing is heard before they are there"
    talk, _ = feed(talk, Up(SUP))
    talk, effects = feed(talk, Supervise("chen", "barge", "s2"))
    assert effects == [Told("s2", True)] and talk.supervisors[0].mode is Mode.BARGE
    talk, effects = feed(talk, Supervise("chen", "leave", "s3"))
    assert talk == begun("li") and effects == [Drop(SUP), Told("s3", True)]


def test_every_use_of_supervision_is_written_down() -> None:
    for name in ("listen", "whisper", "barge", "takeover"):
        _, effects = machine.step(begun("li"), Supervise("chen", name, "s"))
        assert effects[0] == te.Write("supervised", {"by": "chen", "mode": name, "agent": "li"})


@pytest.mark.parametrize("before", ["", "listen"])
def test_taking_over_frees_the_agent(before: str) -> None:
    talk = supervised(before, consulting()) if before else consulting()
    events = [Supervise("chen", "takeover", "s")] + ([] if before else [Up(SUP)])
    talk, effects = feed(talk, *events)
    assert talk == begun("chen")
    assert effects[-4:] == [Drop(AGENT), Drop(THIRD), Lead(SUP), Handed("chen")]


def test_taking_over_keeps_who_has_joined() -> None:
    talk, effects = feed(supervised("listen", three(AMBULANCE)), Supervise("chen", "takeover", "s"))
    assert talk == Talk("chen", third=Third(AMBULANCE, Then.CONSULT, "q", Stage.JOINED))
    assert Drop(THIRD) not in effects


@pytest.mark.parametrize(
    "talk, asked, why",
    [
        (parked(), Supervise("chen", "listen", "s"), machine.NOBODY),
        (begun("chen"), Supervise("chen", "listen", "s"), machine.IN_IT),
        (consulting(), Supervise("wang", "listen", "s"), machine.IN_IT),
        (begun("li"), Supervise("chen", "sing", "s"), "不明白这个操作。"),
        (Talk(over=True), Supervise("chen", "whisper", "s"), machine.OVER),
    ],
)
def test_who_cannot_supervise_is_told_why(talk: Talk, asked: Supervise, why: str) -> None:
    assert feed(talk, asked) == (talk, [Told("s", False, why)])


def test_a_supervisor_whose_browser_does_not_answer() -> None:
    talk, effects = feed(begun("li"), Supervise("chen", "whisper", "s"), Gone(SUP, why="没有"))
    assert talk == begun("li") and effects == [Told("s", False, "没有")]
