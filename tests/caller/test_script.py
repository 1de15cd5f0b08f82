"""When a synthetic caller speaks, presses keys and hangs up."""

from telephony.caller.script import Act, Cue, Press, Script, Speak, Step, advance

ONE, TWO = Speak(b"", "one"), Press("2")


def run(script: Script, cues: list[tuple[float, Cue]]) -> list[tuple[float, Step | Act]]:
    done: list[tuple[float, Step | Act]] = []
    for now, cue in cues:
        script, act = advance(script, cue, now)
        if act is not None:
            done.append((now, act))
    return done


def ticks(start: int, end: int) -> list[tuple[float, Cue]]:
    return [(float(now), Cue.TICK) for now in range(start, end)]


def test_each_step_waits_for_the_far_end_to_fall_silent() -> None:
    assert run(
        Script((ONE, TWO)),
        [
            (0, Cue.UP),
            (0.5, Cue.TICK),
            (1, Cue.BEGAN),
            (4, Cue.TICK),
            (5, Cue.SILENT),
            (6, Cue.TICK),
            (7, Cue.DONE),
            (8, Cue.BEGAN),
            (12, Cue.SILENT),
        ],
    ) == [(5, ONE), (12, TWO)]


def test_nothing_happens_before_the_answer() -> None:
    assert run(Script((ONE,)), [(0, Cue.BEGAN), (1, Cue.SILENT), *ticks(2, 30)]) == []


def test_a_silent_far_end_is_spoken_to_in_the_end() -> None:
    assert run(Script((ONE,), patience_s=8), [(0, Cue.UP), *ticks(1, 12)]) == [(8, ONE)]


def test_a_talking_far_end_is_not_interrupted_by_patience() -> None:
    assert run(Script((ONE,)), [(0, Cue.UP), (1, Cue.BEGAN), *ticks(2, 60), (61, Cue.SILENT)]) == [
        (61, ONE)
    ]


def test_a_delay_interrupts() -> None:
    step = Speak(b"", after_s=2)
    assert run(Script((step,)), [(0, Cue.UP), (1, Cue.BEGAN), (1.9, Cue.TICK), (2, Cue.TICK)]) == [
        (2, step)
    ]


def test_the_echo_of_what_was_interrupted_is_no_reply() -> None:
    # The far end falls silent 700 ms after our barge-in began to stop it: not a reply to it yet.
    cues = [(0.0, Cue.UP), (1.0, Cue.BEGAN), (2.0, Cue.TICK), (2.5, Cue.DONE), (2.9, Cue.SILENT)]
    cues += [(4.0, Cue.BEGAN), (6.0, Cue.SILENT)]
    assert run(Script((Speak(b"", after_s=2), TWO)), cues)[1:] == [(6, TWO)]


def test_speech_that_outlasts_our_own_is_a_reply() -> None:
    cues = [(0.0, Cue.UP), (1.0, Cue.BEGAN), (2.0, Cue.TICK), (2.5, Cue.DONE), (9.0, Cue.SILENT)]
    assert run(Script((Speak(b"", after_s=2), TWO)), cues)[1:] == [(9, TWO)]


def test_hangs_up_some_time_after_the_last_reply() -> None:
    cues = [(0.0, Cue.UP), (1.0, Cue.BEGAN), (2.0, Cue.SILENT), (3.0, Cue.DONE), (4.0, Cue.BEGAN)]
    assert run(
        Script((ONE,), linger_s=4), [*cues, *ticks(5, 20), (20, Cue.SILENT), *ticks(21, 30)]
    )[1:] == [(24, Act.HANG_UP)]


def test_without_steps_only_the_limit_hangs_up() -> None:
    assert run(Script(), [(0, Cue.UP), *ticks(1, 1000)]) == []
    assert run(Script(hangup_after_s=3), [(0, Cue.UP), *ticks(1, 9)]) == [(3, Act.HANG_UP)]
    assert run(Script((ONE,), hangup_after_s=30), [(0, Cue.UP), *ticks(1, 99)])[-1] == (
        30,
        Act.HANG_UP,
    )
