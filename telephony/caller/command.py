"""`hotline call`: phone a SIP address as a synthetic citizen would, and tell what happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError

from asr.port import Recogniser
from ivr.voice.port import Speaker, VoiceUnavailable
from telephony.caller.address import BadAddress, SipUri, parse_uri
from telephony.caller.caller import Caller
from telephony.caller.digest import Credentials
from telephony.caller.events import CallEvent, CallResult
from telephony.caller.recording import BadAudio, read_wav
from telephony.caller.rtp import EVENTS
from telephony.caller.script import Press, Speak, Step

DEFAULT_TARGET = "sip:12349@127.0.0.1:5060"
T = TypeVar("T")
_STEPS = ("say", "play", "dtmf", "dtmf_info", "after")


class _Ordered(click.Command):
    """A command that remembers in which order its repeatable step options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note (option, value) pairs in the order of the command line."""
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        left = {name: list(values.get(name) or ()) for name in _STEPS}
        ctx.meta["steps"] = [(p.name, left[p.name].pop(0)) for p in order if p.name in left]
        return super().parse_args(ctx, args)


def make_command(
    make_speaker: Callable[[], Speaker], make_ear: Callable[[Any], Recogniser | None]
) -> click.Command:
    """Build the command.

    `make_speaker` is called only when there is something to say (it may be slow and may raise
    VoiceUnavailable); `make_ear` gets the reactor and returns a recogniser for what the far end
    says, or None to do without.
    """

    @click.command(
        "call", cls=_Ordered, short_help="Phone a SIP address and tell what happens, with times."
    )
    @click.argument("target", default=DEFAULT_TARGET)
    @click.option("--to", "called", help="Number dialled, or a whole SIP address.")
    @click.option(
        "--from",
        "caller",
        default="+8675500000001",
        show_default=True,
        help="Calling number or SIP address; 'anonymous' withholds it.",
    )
    @click.option("--say", multiple=True, help="Say this when the line falls silent (repeatable).")
    @click.option(
        "--play",
        multiple=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="Play a WAV file when the line falls silent (repeatable).",
    )
    @click.option("--dtmf", multiple=True, help="Press keys (RFC 4733); a comma pauses 0.5 s.")
    @click.option("--dtmf-info", multiple=True, help="Press keys by SIP INFO.")
    @click.option(
        "--after",
        multiple=True,
        type=click.FloatRange(min=0),
        metavar="S",
        help="The next step comes S seconds after the one before (or the answer), over anything.",
    )
    @click.option(
        "--hangup-after",
        type=click.FloatRange(min=0),
        metavar="S",
        help="Hang up S seconds after the answer. Without it: 4 s after the last reply.",
    )
    @click.option(
        "--max-seconds",
        type=click.FloatRange(min=1),
        default=120.0,
        show_default=True,
        help="Hang up so long after dialling at the latest.",
    )
    @click.option(
        "--record",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the call as a stereo WAV: left we, right the far end.",
    )
    @click.option("--user", help="User name for digest authentication.")
    @click.option("--password", help="Password for digest authentication.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON line for each event.")
    @click.pass_context
    def call(
        ctx: click.Context,
        target: str,
        called: str | None,
        caller: str,
        hangup_after: float | None,
        max_seconds: float,
        record: Path | None,
        user: str | None,
        password: str | None,
        as_json: bool,
        **_: Any,
    ) -> None:
        """Phone TARGET (a SIP address) as a citizen would and tell what happens, with times.

        What is to be said, played and pressed happens in the order given, each when the far end
        has spoken and fallen silent, or when --after says. Exit code 0 when the call was answered,
        else 1.
        """
        try:
            uri = _target(target, called)
            if not (caller == "anonymous" or caller.startswith(("sip:", "sips:"))):
                parse_uri(f"sip:{caller}@localhost")
            steps = _steps(ctx.meta["steps"], make_speaker)
        except (BadAddress, BadAudio, BadDigits, VoiceUnavailable) as error:
            raise click.ClickException(str(error)) from error
        credentials = Credentials(user, password or "") if user else None

        def start(reactor: Any) -> Deferred[CallResult]:
            ear = make_ear(reactor)
            placed = Caller(
                reactor,
                uri,
                caller="" if caller == "anonymous" else caller,
                script=steps,
                on_event=_print_json if as_json else _print_plain,
                record=record,
                ear=ear,
                credentials=credentials,
                hangup_after=hangup_after,
                max_seconds=max_seconds,
            )
            reactor.addSystemEventTrigger("before", "shutdown", placed.hangup)
            done = placed.call()
            return done.addBoth(_stopped, ear) if ear is not None else done

        _run(start)

    return call


def _stopped(outcome: T, ear: Recogniser) -> T:
    ear.stop()
    return outcome


class BadDigits(ValueError):
    """Keys that no telephone has."""


def _target(target: str, called: str | None) -> SipUri:
    if called and called.startswith(("sip:", "sips:")):
        target, called = called, None
    if ":" not in target and "@" not in target:
        target, called = DEFAULT_TARGET, called or target
    uri = parse_uri(target if target.startswith(("sip:", "sips:")) else f"sip:{target}")
    if called:
        uri = parse_uri(f"sip:{called}@{uri.host}:{uri.port}")
    return uri


def _steps(given: list[tuple[str, Any]], make_speaker: Callable[[], Speaker]) -> list[Step]:
    """Everything is rendered before the first packet, so that timing is not disturbed."""
    speaker = make_speaker() if any(name == "say" for name, _ in given) else None
    steps: list[Step] = []
    after: float | None = None
    for name, value in given:
        if name == "after":
            after = float(value)
            continue
        if name == "say" and speaker is not None:
            steps.append(Speak(speaker.render(value), value, after))
        elif name == "play":
            steps.append(Speak(read_wav(Path(value)), str(value), after))
        else:
            wrong = [key for key in value.upper() if key not in EVENTS + ","]
            if wrong or not value:
                raise BadDigits(f"{value!r} holds something else than the keys 0-9 * # A-D and ,")
            steps.append(Press(value.upper(), name == "dtmf_info", after))
        after = None
    return steps


def _run(start: Callable[[Any], Deferred[CallResult]]) -> None:
    """Run one call on the reactor, then exit with its code."""
    if "twisted.internet.reactor" not in sys.modules:
        from twisted.internet import asyncioreactor

        asyncioreactor.install()
    from twisted.internet import task

    def main(reactor: Any) -> Deferred[None]:
        def ended(result: CallResult) -> None:
            if not result.answered:
                text = f"{result.code} {result.reason}".strip()
                click.echo(f"The call was not answered: {text}.", err=True)
                raise SystemExit(1)

        def failed(failure: Any) -> None:
            failure.trap(OSError, CannotListenError)
            click.echo(f"The call could not be placed: {failure.value}.", err=True)
            raise SystemExit(1)

        return maybeDeferred(start, reactor).addCallbacks(ended, failed)

    task.react(main, ())


def _print_json(event: CallEvent) -> None:
    print(json.dumps(event.flat(), ensure_ascii=False), flush=True)


def _print_plain(event: CallEvent) -> None:
    parts = [f"{key}={value}" for key, value in event.data.items() if value not in ("", None)]
    print(f"{event.ms / 1000:8.3f} s  {event.name:<12} {' '.join(parts)}".rstrip(), flush=True)
