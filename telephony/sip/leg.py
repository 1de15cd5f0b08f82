"""One SIP dialogue with its audio, as `telephony.sip.port.Leg` says, on the library's call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pjsua2 as pj

from telephony.sip import watch
from telephony.sip.clock import Timer
from telephony.sip.endpoint import Endpoint
from telephony.sip.native import SipCall, Tap, add_header, log, option, reason_of
from telephony.sip.player import Player
from telephony.sip.port import Leg, LegEvents, LegState
from telephony.sip.recording import Recording
from telephony.sip.wavs import Joiner
from telephony.sip.wiring import Wiring

DIGITS = frozenset("0123456789*#ABCD")
RTP_LOOKS = 6
"""How often within the time limit a leg is looked at for RTP."""


class SipLeg(Leg):
    """A leg; `over(leg)` is called once, after its owner heard `leg_ended`."""

    def __init__(
        self,
        endpoint: Endpoint,
        joiner: Joiner,
        leg_id: str,
        account: Any,
        over: Callable[[SipLeg], None],
        call_id: int = pj.PJSUA_INVALID_ID,
        owner: LegEvents | None = None,
    ) -> None:
        """Make the leg of the library's incoming call `call_id`, or one that `invite` will dial."""
        self.id = leg_id
        self.state = LegState.RINGING
        self.remote = ""
        self.codec = ""
        self.owner = owner
        self.wiring = Wiring()
        self.trunk = ""
        self._endpoint = endpoint
        self._joiner = joiner
        self._over = over
        self._incoming = call_id != pj.PJSUA_INVALID_ID
        self._call: Any = SipCall(account, self, endpoint.post, call_id)
        self._player: Player | None = None
        self._recording: Recording | None = None
        self._tap: Tap | None = None
        self._watch: watch.RtpWatch | None = None
        self._timer: Timer | None = None
        self._confirmed = False
        self._because: tuple[int, str] | None = None
        self._media_index = -1
        if self._incoming:
            self._limit(
                endpoint.settings.ring_limit_s,
                480,
                "nobody answered or refused the call",
            )

    # ---- what the owner asks for -----------------------------------------------------------

    def invite(self, uri: str, headers: dict[str, str], caller: str) -> None:
        """Send the INVITE of an outgoing leg; where that fails, `leg_ended` follows."""
        parameters = option()
        if caller:
            parameters.txOption.localUri = caller
        for name, value in headers.items():
            add_header(parameters, name, value)
        self.remote = uri
        try:
            self._call.makeCall(uri, parameters)
        except pj.Error as error:
            self._endpoint.post(
                self.call_state,
                pj.PJSIP_INV_STATE_DISCONNECTED,
                400,
                str(reason_of(error)),
            )

    def ring(self) -> None:
        if self._incoming and self.state is LegState.RINGING:
            self._do("ring", lambda: self._call.answer(option(statusCode=180)))

    def answer(self) -> None:
        if not self._incoming or self.state is not LegState.RINGING or self._confirmed:
            return
        limit = self._endpoint.settings.never_acked_s
        self._limit(limit, 408, "the answer was never acknowledged (no ACK)")
        self._do("answer", lambda: self._call.answer(option(statusCode=200)))

    def refuse(
        self, code: int, retry_after: int = 0, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        if not self._incoming or self.state is not LegState.RINGING or self._confirmed:
            return
        parameters = option(statusCode=max(300, min(code, 699)))
        if retry_after > 0:
            add_header(parameters, "Retry-After", str(retry_after))
        for name, value in headers:
            add_header(parameters, name, value)
        self._do("refuse", lambda: self._call.answer(parameters))

    def hangup(self) -> None:
        if self.state is not LegState.ENDED and self._call is not None:
            code = 480 if self._incoming and not self._confirmed else 0
            self._do("hang up", lambda: self._call.hangup(option(statusCode=code)))

    def play(self, files: Sequence[Path], done: Callable[[], None], from_ms: int = 0) -> None:
        self._play(files, done, from_ms)

    def play_loop(self, file: Path) -> None:
        self._play([file], None)

    def _play(
        self, files: Sequence[Path], done: Callable[[], None] | None, from_ms: int = 0
    ) -> None:
        self.stop_playing()
        if self.state is LegState.ENDED:
            return

        def finished() -> None:
            self._player = None
            if done is not None:
                done()

        self._player = Player(
            self._endpoint, self._joiner, self.wiring, files, finished if done else None, from_ms
        )

    def stop_playing(self) -> int:
        player, self._player = self._player, None
        return player.close() if player else 0

    def listen(self, on_audio: Callable[[bytes], None] | None) -> None:
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.deliver = None
            self.wiring.remove_ear(tap)
            self._endpoint.bury(tap)
        if on_audio is None or self.state is LegState.ENDED:
            return
        try:
            self._tap = Tap(self._endpoint.taps, on_audio)
        except pj.Error as error:
            log.error("a leg cannot be listened to: {error}", error=reason_of(error))
            return
        self.wiring.add_ear(self._tap)

    def record(self, said: Path, heard: Path) -> None:
        self.stop_recording()
        if self.state is not LegState.ENDED:
            self._recording = Recording(self._endpoint, self.wiring, said, heard)

    def hide(self, on: bool) -> None:
        if self._recording is not None:
            self._recording.hide(on)

    def stop_recording(self, done: Callable[[], None] | None = None) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close(done or (lambda: None))
        elif done is not None:
            self._endpoint.reactor.callLater(0, done)

    def send_dtmf(self, digits: str) -> None:
        wanted = "".join(digit for digit in digits.upper() if digit in DIGITS)
        if wanted and self.state is LegState.UP:
            self._do("send digits", lambda: self._call.dialDtmf(wanted))

    # ---- what the library tells --------------------------------------------------------------

    def media_lost(self) -> None:
        """See CallEvents."""
        self.wiring.lose()

    def call_state(self, state: int, code: int, reason: str) -> None:
        """See CallEvents."""
        if self.state is LegState.ENDED:
            return
        if state == pj.PJSIP_INV_STATE_EARLY and not self._incoming:
            if self.state is LegState.RINGING:
                self.state = LegState.EARLY
                self._tell("leg_ringing")
        elif state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._confirmed = True
            self._maybe_up()
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._end(code, reason)

    def call_media(self) -> None:
        """See CallEvents."""
        if self.state is LegState.ENDED or self._call is None:
            return
        try:
            # The information must stay in a variable: its parts point into it.
            info = self._call.getInfo()
            for media in info.media:
                if media.type == pj.PJMEDIA_TYPE_AUDIO:
                    self._media_index = int(media.index)
                    self._use_media(int(media.index), int(media.status))
                    break
        except pj.Error as error:
            log.error("media of {leg}: {error}", leg=self.id, error=reason_of(error))
        self._maybe_up()

    def _use_media(self, index: int, status: int) -> None:
        if status == pj.PJSUA_CALL_MEDIA_ERROR:
            self.give_up(488, "the media could not be set up")
        elif status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
            self.wiring.use(self._call.getAudioMedia(index))
            self.codec = str(self._call.getStreamInfo(index).codecName)

    def call_digit(self, digit: str) -> None:
        """See CallEvents."""
        if digit.upper() in DIGITS and self.state is not LegState.ENDED:
            self._tell("leg_dtmf", digit.upper())

    # ---- what time brings --------------------------------------------------------------------

    def _check_rtp(self) -> None:
        """Look whether RTP still comes in, and give up where it has not for too long."""
        self._timer = None
        if self.state is not LegState.UP or self._watch is None:
            return
        try:
            info = self._call.getInfo()
            media = info.media[self._media_index]
            expected = bool(int(media.dir) & pj.PJMEDIA_DIR_DECODING)
            packets = int(self._call.getStreamStat(self._media_index).rtcp.rxStat.pkt)
        except (pj.Error, IndexError):
            # No stream: the far end agreed to none, and will not send.
            expected, packets = False, 0
        limit = self._endpoint.settings.no_rtp_s
        sample = watch.Sample(packets, expected)
        now = self._endpoint.reactor.seconds()
        self._watch, gone = watch.step(self._watch, sample, now, limit)
        if gone:
            self.give_up(408, f"no RTP for {limit:g} s")
        else:
            self._timer = self._endpoint.reactor.callLater(limit / RTP_LOOKS, self._check_rtp)

    def give_up(self, code: int, reason: str) -> None:
        """Hang up for a reason of ours, which `leg_ended` will tell."""
        self._because = self._because or (code, reason)
        self.hangup()

    def abandon(self) -> None:
        """Drop everything of the library's without waiting for the far end, as the line closes."""
        if self.state is not LegState.ENDED:
            self._end(503, "the line is closing")
        self._call = None

    def _limit(self, seconds: float, code: int, reason: str) -> None:
        """(Re)start the one timer of an unanswered leg."""
        self._stop_timer()

        def late() -> None:
            self._timer = None
            self.give_up(code, reason)

        self._timer = self._endpoint.reactor.callLater(seconds, late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _maybe_up(self) -> None:
        if not self._confirmed or self.state in (LegState.UP, LegState.ENDED):
            return
        if self.wiring.media is None:
            return
        self._stop_timer()
        self.state = LegState.UP
        self._watch = watch.start(self._endpoint.reactor.seconds())
        self._check_rtp()
        self._tell("leg_up")

    def _end(self, code: int, reason: str) -> None:
        self.state = LegState.ENDED
        self._stop_timer()
        self.stop_playing()
        self.listen(None)
        self.wiring.part()
        code, reason = self._because or (code, reason)
        self.stop_recording(lambda: self._ended(code, reason))

    def _ended(self, code: int, reason: str) -> None:
        # The library keeps no call that is over; dropping it earlier would hang it up.
        self._call = None
        self._tell("leg_ended", code, reason)
        self.owner = None
        self._over(self)

    def _tell(self, event: str, *values: object) -> None:
        if self.owner is None:
            return
        try:
            getattr(self.owner, event)(self, *values)
        except Exception:
            log.failure("the owner of {leg} failed in {event}", leg=self.id, event=event)

    def _do(self, what: str, action: Callable[[], None]) -> None:
        try:
            action()
        except pj.Error as error:
            # The far end was quicker: the leg is over, and its end is on the way.
            log.debug(
                "{what} of {leg}: {error}",
                what=what,
                leg=self.id,
                error=reason_of(error),
            )
