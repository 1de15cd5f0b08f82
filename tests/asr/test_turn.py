"""The turn machine: whatever levels, probabilities and texts come, every utterance is one."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from asr.endofspeech import FRAME_MS, EndOfSpeechSettings
from asr.patience import PatienceSettings
from asr.turn import Do, Turn
from asr.voicing import Tone, VoicingSettings

ENDS, PATIENCE = EndOfSpeechSettings(), PatienceSettings()
QUIET, LOUD = -75.0, -20.0
TEXTS = st.sampled_from(["", "是", "人工", "低保怎么申请", "那个", "幺三八", "我妈妈昨天在家里摔"])
LENGTHS = st.integers(1, 60)


class Turns(RuleBasedStateMachine):
    """Does what the machine says, as `asr.decoding` does, and keeps the books."""

    @initialize(detector=st.booleans())
    def start(self, detector: bool) -> None:
        self.turn = Turn(ENDS, VoicingSettings() if detector else None)
        self.detector = detector
        self.text = ""
        self.told = self.opened = self.decoding = self.voiced = False
        self.silent_ms = 0

    def do(self, wanted: list[Do]) -> None:
        for do in wanted:
            match do:
                case Do.OPEN:
                    assert not self.opened
                    self.opened, self.decoding = True, False
                case Do.TELL:
                    assert self.opened and not self.told
                    self.told = True
                case Do.DECODE:
                    assert self.opened and self.told and not self.decoding
                    assert not self.detector or self.voiced, "decoded without a voice in it"
                    self.decoding = True
                case Do.PIECE:
                    assert self.decoding
                    self.opened = self.decoding = False
                    self.do(self.turn.piece(self.text))
                case Do.DISCARD:
                    assert self.decoding
                    self.opened = self.decoding = False
                case Do.DROP:
                    assert self.opened and not self.decoding
                    self.opened = False
                case Do.FINAL:
                    assert self.told and not self.decoding
                    self.told = False

    @rule(
        level=st.sampled_from([QUIET, -60.0, -40.0, LOUD]),
        frames=LENGTHS,
        probability=st.sampled_from([0.0, 0.05, 0.12, 0.35, 0.9]),
        tone=st.sampled_from(list(Tone)),
    )
    def sound(self, level: float, frames: int, probability: float, tone: Tone) -> None:
        for _ in range(frames):
            self.do(self.turn.push(level, lambda: tone))
            self.silent_ms = self.silent_ms + FRAME_MS if level == QUIET else 0
            if self.turn.sounding:
                self.voiced = self.voiced or (probability >= 0.1 and tone is Tone.NO)
                self.do(self.turn.hear(probability, FRAME_MS, lambda: tone))
            if not self.told and not self.turn.sounding:
                self.voiced = False

    @rule(text=TEXTS)
    def understand(self, text: str) -> None:
        self.text = text
        if self.turn.speech:
            self.turn.understood_more()

    @rule()
    def decoder_sees_an_end(self) -> None:
        if self.turn.speech:
            self.do(self.turn.cut())

    @rule(milliseconds=st.integers(0, 5000))
    def be_patient(self, milliseconds: int) -> None:
        self.turn.patience.at_least(milliseconds)

    @rule(milliseconds=st.integers(0, 5000))
    def lose_audio(self, milliseconds: int) -> None:
        self.turn.restart(milliseconds)
        self.told = self.opened = self.decoding = self.voiced = False

    @invariant()
    def it_knows_what_is_open(self) -> None:
        assert self.turn.open == self.told
        assert self.turn.speech == self.decoding
        assert self.turn.sounding == self.opened

    @invariant()
    def silence_ends_every_utterance(self) -> None:
        if self.silent_ms > PATIENCE.longest_ms + FRAME_MS:
            assert not self.told and not self.opened


Turns.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_turns = Turns.TestCase


def hear(turn: Turn, level: float, milliseconds: int, probability: float = 0.9) -> list[Do]:
    """Feed so much sound; what it brought, a `PIECE` answered with 低保怎么申请."""
    done: list[Do] = []
    for _ in range(0, milliseconds, FRAME_MS):
        wanted = turn.push(level)
        done += wanted
        if Do.PIECE in wanted:
            done += turn.piece("低保怎么申请")
        if turn.sounding:
            done += turn.hear(probability, FRAME_MS)
    return done


def test_speech_is_told_decoded_and_over() -> None:
    done = hear(turn := Turn(ENDS, VoicingSettings()), QUIET, 500)
    done += hear(turn, LOUD, 800) + hear(turn, QUIET, 1000)
    assert done == [Do.OPEN, Do.TELL, Do.DECODE, Do.PIECE, Do.FINAL]


def test_a_sound_without_a_voice_is_never_decoded() -> None:
    turn = Turn(ENDS, VoicingSettings())
    done = hear(turn, QUIET, 500) + hear(turn, LOUD, 3000, 0.02) + hear(turn, QUIET, 1000)
    assert Do.DECODE not in done and done.count(Do.TELL) == done.count(Do.FINAL) == 1


def test_a_short_syllable_of_which_the_detector_is_unsure_is_decoded_when_it_is_over() -> None:
    turn = Turn(ENDS, VoicingSettings())
    done = hear(turn, QUIET, 500) + hear(turn, LOUD, 200, 0.12)
    assert Do.DECODE not in done
    done = hear(turn, QUIET, 1000, 0.02)
    assert done == [Do.DECODE, Do.PIECE, Do.FINAL]


def test_after_a_sound_that_was_no_voice_the_next_is_told_when_it_is_one() -> None:
    turn = Turn(ENDS, VoicingSettings())
    hear(turn, QUIET, 500)
    hear(turn, LOUD, 600, 0.02)
    hear(turn, QUIET, 1000, 0.02)
    assert hear(turn, LOUD, 60) == [Do.OPEN]
    assert hear(turn, LOUD, 200)[:2] == [Do.TELL, Do.DECODE]


def test_who_paused_is_waited_for() -> None:
    turn = Turn(ENDS, None)
    turn.patience.at_least(1200)
    done = hear(turn, QUIET, 500)
    done += hear(turn, LOUD, 800) + hear(turn, QUIET, 900) + hear(turn, LOUD, 400)
    assert Do.FINAL not in done and done.count(Do.TELL) == 1
    assert hear(turn, QUIET, 1300)[-1] is Do.FINAL
