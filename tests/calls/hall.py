"""A node of calls in memory: line, recogniser, journal, prompts and queue in the test's hands."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.task import Clock

from asr.port import Failed, Final, Heard, Partial, RecogniserUnavailable, Word
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.port import Reading
from asr.second_reader.scripted import ScriptedReader
from core.record import Record
from core.sms.port import Told
from ivr import events as ivr
from ivr.voice.port import VoiceUnavailable
from telephony.calls.click import ClickToDial
from telephony.calls.control import Control
from telephony.calls.dialling import Rules
from telephony.calls.machine import CallMachine
from telephony.calls.ports import Parts, Reply, Standing, Waiter
from telephony.calls.recording import RecordingFolder
from telephony.calls.service import Calls
from telephony.calls.session import CallSession
from telephony.sip.config import Trunk
from telephony.sip.outgoing import Outgoing
from tests.calls.toy import Toy
from tests.fakes.sip import FakeLeg, FakeLine

START = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
PROMPT_S = 2.0
OUT = Trunk("out", ("127.0.0.1",), dial="sip:{number}@127.0.0.1:5099")
LOUD = b"\x00\x20" * 160
"""20 ms of sound."""


class Notebook:
    """A journal that remembers; with `held` nothing becomes durable until `release`."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.held: list[Deferred[None]] | None = None

    def write(self, record: Record) -> Deferred[None]:
        self.records.append(record)
        if self.held is None:
            return succeed(None)
        self.held.append(Deferred())
        return self.held[-1]

    def release(self) -> None:
        held, self.held = self.held or [], None
        for each in held:
            each.callback(None)

    @property
    def kinds(self) -> list[str]:
        return [record.kind for record in self.records]

    def data(self, kind: str) -> list[dict[str, Any]]:
        return [record.data for record in self.records if record.kind == kind]

    def texts(self, kind: str) -> list[str]:
        return [data["text"] for data in self.data(kind)]


class Ears:
    """A recogniser whose streams the test speaks for."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ready = True
        self.fault = ""
        self.last = ""
        """What an utterance that is cut off by `finish` was."""
        self.streams: list[Stream] = []

    def open(
        self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = (), language: str = ""
    ) -> Stream:
        if not self.ready or language:
            raise RecogniserUnavailable("no model")
        stream = Stream(on_heard, self)
        self.streams.append(stream)
        return stream

    @property
    def open_streams(self) -> list[Stream]:
        return [stream for stream in self.streams if not stream.closed]

    def stop(self) -> None:
        self.ready = False

    def partial(self, text: str, at_ms: int = 500, stream: int = 0) -> None:
        self.open_streams[stream].on_heard(Partial(text, at_ms))

    def final(
        self,
        text: str,
        start_ms: int = 0,
        end_ms: int = 900,
        stream: int = 0,
        confidence: float = 0.9,
    ) -> None:
        words = (Word(text, start_ms + 50, end_ms, confidence),) if text else ()
        self.open_streams[stream].on_heard(Final(text, words, confidence, start_ms, end_ms))


class Stream:
    """One pair of ears."""

    def __init__(self, on_heard: Callable[[Heard], None], ears: Ears) -> None:
        self.on_heard, self._ears = on_heard, ears
        self.closed = False
        self.fed = 0
        self.patience_ms = 0

    def patience(self, milliseconds: int) -> None:
        self.patience_ms = milliseconds

    def fail(self) -> None:
        """Break down, as a stream whose decoder raises."""
        self.closed = True
        self.on_heard(Failed("no memory"))

    def feed(self, pcm: bytes) -> None:
        assert not self.closed
        self.fed += len(pcm)

    def finish(self) -> None:
        assert not self.closed
        self.closed = True
        last = Final(self._ears.last, (), 0.9, 0, 900)
        self._ears.clock.callLater(0, self.on_heard, last)

    def close(self) -> None:
        self.closed = True


class Shelf:
    """Prompts: each text a file of two seconds, except those that the test takes away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._files: dict[str, Path] = {}
        self.missing: set[str] = set()
        self.wanted: dict[str, list[Deferred[Path]]] = {}

    def get(self, text: str) -> Path | None:
        return None if text in self.missing else self.file(text)

    def want(self, text: str) -> Deferred[Path]:
        if text not in self.missing:
            return succeed(self.file(text))
        result: Deferred[Path] = Deferred()
        self.wanted.setdefault(text, []).append(result)
        return result

    def split(self, text: str) -> list[str]:
        return [part + "。" for part in text.split("。") if part]

    def file(self, text: str) -> Path:
        if text not in self._files:
            path = self._folder / f"{len(self._files)}.wav"
            with wave.open(str(path), "wb") as writer:
                writer.setparams((1, 2, 8000, 0, "NONE", ""))
                writer.writeframes(b"\1\0" * int(PROMPT_S * 8000))
            self._files[text] = path
        return self._files[text]

    def render(self, text: str) -> None:
        self.missing.discard(text)
        for each in self.wanted.pop(text, []):
            if not each.called:
                each.callback(self.file(text))

    def fail(self, text: str) -> None:
        for each in self.wanted.pop(text, []):
            if not each.called:
                each.errback(VoiceUnavailable("no voice"))

    def texts(self, files: Sequence[Path]) -> list[str]:
        names = {path: text for text, path in self._files.items()}
        return [names.get(Path(file), Path(file).name) for file in files]


class Room:
    """The queue; the test is the dispatcher."""

    def __init__(self) -> None:
        self.waiting: dict[str, Waiter] = {}
        self.told: list[tuple[Any, ...]] = []
        self.skills: list[str] = []
        self.busy: set[str] = set()
        self.standings: dict[str, Standing] = {}

    def join(
        self,
        waiting: Waiter,
        priority: str,
        limit_ms: int,
        front: bool,
        skill: str = "",
        **more: object,
    ) -> None:
        self.waiting[waiting.call_id] = waiting
        self.skills.append(skill)
        self.told.append(("join", priority, front))

    def leave(self, call_id: str) -> None:
        self.waiting.pop(call_id, None)
        self.told.append(("leave",))

    def talking(self, agent: str, call_id: str) -> None:
        self.waiting.pop(call_id, None)
        self.told.append(("talking", agent))

    def refused(self, agent: str, call_id: str, reason: str) -> None:
        self.told.append(("refused", agent, reason))

    def done(self, agent: str, call_id: str) -> None:
        self.told.append(("done", agent))

    def reserve(self, agent: str, call_id: str, anyhow: bool = False) -> bool:
        if agent in self.busy:
            return False
        self.told.append(("reserve", agent, anyhow))
        return True

    def release(self, agent: str, call_id: str) -> None:
        self.told.append(("release", agent))

    def standing(self, call_id: str) -> Standing | None:
        return self.standings.get(call_id)


class Gate:
    """The browsers: what each was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def offer(self, agent: str, leg_id: str, sdp: str) -> None:
        self.told.append(("offer", agent))

    def end(self, agent: str, leg_id: str) -> None:
        self.told.append(("end", agent))


class Post:
    """Where texts are sent: the test says what each call is told."""

    def __init__(self) -> None:
        self.fault = ""
        self.asked: list[tuple[str, str, str]] = []
        self.waiting: list[Deferred[Told]] = []

    def text(self, call_id: str, number: str, text: str) -> Deferred[Told]:
        self.asked.append((call_id, number, text))
        self.waiting.append(Deferred())
        return self.waiting[-1]


class Hall:
    """Everything together."""

    def __init__(
        self,
        folder: Path,
        script: Any = None,
        max_call_s: float = 7200,
        readings: Sequence[Reading] = (),
        reading_s: float = 1.0,
        post: Post | None = None,
    ) -> None:
        """`readings` are what a second reader makes of utterances, each in `reading_s` seconds."""
        self.folder = folder
        self.clock = Clock()
        self.gate = Gate()
        self.line = FakeLine(
            self.clock, lambda leg, invitation: self.calls.on_call(leg, invitation), self.gate
        )
        self.journal, self.ears, self.room = Notebook(), Ears(self.clock), Room()
        self.prompts = Shelf(folder / "prompts")
        self.second: ScriptedReader | None = None
        if readings:
            reader = SecondReaderSettings(folder)
            self.second = ScriptedReader(reader, self.clock, readings, reading_s)
        self.recordings = RecordingFolder(folder, 0)
        self.rules = Rules(agencies={"120": "sip:120@127.0.0.1"}, per_hour=3)
        self.elsewhere: set[str] = set()
        self.desk_phones: dict[str, str] = {}
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.reply = Reply(ivr.Answered("answer", "dibao", "低保", "到街道申请。", "办法", 0.9), 3)
        music, beep = folder / "hold.wav", folder / "beep.wav"
        ringback = folder / "ringback.wav"
        for path, seconds in ((music, 1.0), (beep, 0.2), (ringback, 1.0)):
            with wave.open(str(path), "wb") as writer:
                writer.setparams((1, 2, 8000, 0, "NONE", ""))
                writer.writeframes(b"\2\0" * int(seconds * 8000))
        self.parts = Parts(
            machine=CallMachine(script or Toy()),
            line=self.line,
            journal=self.journal,
            prompts=self.prompts,
            recogniser=self.ears,
            ask=lambda text, area: self.reply,
            people=self.room,
            recordings=self.recordings,
            publish=lambda topic, message: self.published.append((topic, message)),
            reactor=self.clock,
            now=lambda: START + timedelta(seconds=self.clock.seconds()),
            run_in_thread=maybeDeferred,
            to_zone=lambda moment: moment + timedelta(hours=8),
            hold_music=music,
            beep=beep,
            ringback=ringback,
            transfer_targets=frozenset(["sip:office@127.0.0.1"]),
            transcribe=lambda: True,
            second=self.second,
            texts=post,
            outgoing=Outgoing(self.line, OUT, self.clock, "12349"),
            desk_phones=self.desk_phones,
        )
        ids = iter(f"{n:032x}" for n in range(1, 1000))
        self.calls = Calls(
            self.parts, "node1", lambda invitation: "440106", lambda: next(ids), max_call_s,
            lambda call: succeed(f"ticket of {call}"),
        )  # fmt: skip

        self.audited: list[tuple[str, str, str]] = []
        self.control = Control(
            self.calls.find,
            lambda call: succeed(call in self.elsewhere),
            self.rules,
            self.parts.slots,
            self.parts.publish,
            self.clock,
            lambda who, did, what: self.audited.append((who, did, what)),
            ClickToDial(self.calls, self.parts, lambda: next(ids)),
        )

    def ask(self, command: str, by: str = "li", call: str = "", **more: str) -> None:
        """An agent asks for something; of the first call unless another is given."""
        call = call or next(iter(self.calls.rows()), "")
        message = {"id": command, "agent": by, "call": call, "command": command, **more}
        self.control.message("agent.control", message)
        self.pass_time(0)

    def supervise(self, command: str, by: str = "chen", call: str = "") -> FakeLeg:
        """A supervisor asks for something; the leg that was dialled last."""
        call = call or next(iter(self.calls.rows()), "")
        message = {"id": command, "supervisor": by, "call": call, "command": command}
        self.control.message("supervise.control", message)
        self.pass_time(0)
        return self.line.dialled[-1]

    @property
    def answers(self) -> list[tuple[str, bool, str]]:
        """What who asked was told: id, whether it was done, why not."""
        topics = ("agent.controlled", "supervise.controlled")
        return [(m["id"], m["ok"], m["why"]) for topic, m in self.published if topic in topics]

    def row(self) -> dict[str, Any]:
        """The first call's live row."""
        return next(iter(self.calls.rows().values()))

    def ring(self, **invitation: Any) -> FakeLeg:
        """A caller phones; nothing has happened yet."""
        return self.line.invite(**invitation)

    def call(self, **invitation: Any) -> FakeLeg:
        """A caller phones and is answered."""
        leg = self.ring(**invitation)
        self.pass_time(0)
        return leg

    def pass_time(self, seconds: float = 0.0) -> None:
        """Let time go on in small steps, so that what follows from what happens happens."""
        self.clock.advance(0)
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end - 1e-9:
            self.clock.advance(min(0.5, end - self.clock.seconds()))
        self.clock.advance(0)

    def session(self, leg: FakeLeg) -> CallSession:
        assert isinstance(leg.owner, CallSession)
        return leg.owner

    def playing(self, leg: FakeLeg) -> list[str]:
        """The texts (or file names) that the leg plays now."""
        return self.prompts.texts(leg.playing)

    def offer(self, leg: FakeLeg, agent: str = "li") -> FakeLeg:
        """The dispatcher gives the caller's call to an agent, whose browser rings; its leg."""
        self.session(leg).offer(agent)
        self.pass_time(0)
        return self.line.dialled[-1]

    def connect(self, leg: FakeLeg, agent: str = "li") -> FakeLeg:
        """... and the agent takes it."""
        side = self.offer(leg, agent)
        self.line.browser_answered(side.id, "v=0")
        self.pass_time(0)
        return side

    def over(self) -> None:
        """Assert that all is closed: once each of call, recording and live row; nothing runs on."""
        self.pass_time(0)
        assert len(self.calls) == 0 and not self.calls.rows()
        opened = self.journal.kinds.count("opened")
        assert self.journal.kinds.count("ended") == opened
        assert self.journal.records[-1].kind == "ended"
        closing = [d for d in self.journal.data("recording") if d["state"] != "running"]
        assert len(closing) == opened
        gone = [message["id"] for topic, message in self.published if topic == "call.gone"]
        assert len(gone) == len(set(gone)) == opened
        assert not self.ears.open_streams
        assert self.line.legs == 0
        assert not self.clock.getDelayedCalls()
        for call in {record.call_id for record in self.journal.records}:
            numbers = [r.seq for r in self.journal.records if r.call_id == call]
            assert numbers == list(range(len(numbers)))

    @property
    def ended(self) -> dict[str, Any]:
        """What the last call's end says."""
        return self.journal.data("ended")[-1]

    @property
    def recording(self) -> dict[str, Any]:
        """What the last call's recording became."""
        return self.journal.data("recording")[-1]
