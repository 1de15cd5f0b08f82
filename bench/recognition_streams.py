"""How many streams the recogniser hears in real time on this machine (budget: 40 on two cores).

The recogniser alone, fed as the line feeds it: 20 ms at a time, at the pace of the clock, everybody
talking three seconds of every five. A number of streams counts as heard in real time when 95 % of
the partial texts lag less than half a second behind the audio that they tell of, and each stream
brings as many of them as when only two are open: a recogniser that is behind drops audio.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import psutil

from asr.config import AsrSettings
from asr.port import Final, Heard, Partial
from asr.vosk_recogniser import VoskRecogniser
from bench.material import talk_alaw
from bench.process import percentiles
from core.settings import Settings
from telephony.caller.g711 import decode
from telephony.caller.rtp import Pacer

LIMIT_MS = 500.0
KEPT = 0.8
FRAME_BYTES = 320
BUDGET = 40


async def run(quick: bool) -> dict[str, Any]:
    """Try more and more streams until they are no longer heard in real time."""
    from twisted.internet import reactor as running

    reactor: Any = running
    settings = Settings()
    workers = settings.asr_workers
    recogniser = VoskRecogniser(AsrSettings(model=settings.asr_model, workers=workers), reactor)
    await recogniser.when_settled().asFuture(asyncio.get_running_loop())
    if not recogniser.ready:
        return {"recogniser": recogniser.fault}
    pcm = decode(talk_alaw()).tobytes()
    seconds, best = (10 if quick else 20), 0
    rows = {2: await _hear(reactor, recogniser, pcm, 2, seconds)}
    few = rows[2]["partial_lag_ms"]["n"] / 2
    for streams in (20, 40) if quick else (10, 20, 30, 40, 50, 60, 80, 100):
        row = await _hear(reactor, recogniser, pcm, streams, seconds)
        rows[streams] = row
        print(f"  {streams} streams: {row}", flush=True)
        lag = row["partial_lag_ms"]
        if lag.get("p95", 1e9) > LIMIT_MS or lag["n"] < KEPT * few * streams:
            break
        best = streams
    recogniser.stop()
    return {
        "workers": workers,
        "streams": rows,
        "in_real_time": best,
        "budget_streams": BUDGET,
        "within_budget": best >= BUDGET,
    }


async def _hear(
    reactor: Any, recogniser: VoskRecogniser, pcm: bytes, count: int, seconds: int
) -> dict[str, Any]:
    """Feed `count` streams for so long; how late the texts came, and the CPU."""
    delays: list[float] = []
    lags: list[float] = []
    began = reactor.seconds()

    def heard(what: Heard) -> None:
        now = (reactor.seconds() - began) * 1000
        if isinstance(what, Partial):
            lags.append(now - what.at_ms)
        elif isinstance(what, Final) and what.text:
            delays.append(now - what.end_ms)

    streams = [recogniser.open(heard) for _ in range(count)]
    pacer, place = Pacer(reactor), [0]

    def tick() -> None:
        for n, stream in enumerate(streams):
            start = (place[0] + n * 97) * FRAME_BYTES % (len(pcm) - FRAME_BYTES)
            stream.feed(pcm[start : start + FRAME_BYTES])
        place[0] += 1

    process = psutil.Process(os.getpid())
    before = sum(process.cpu_times()[:2])
    pacer.add(tick, tick)
    await asyncio.sleep(seconds)
    cpu = 100 * (sum(process.cpu_times()[:2]) - before) / seconds
    pacer.remove(tick)
    for stream in streams:
        stream.close()
    await asyncio.sleep(1)
    return {
        "partial_lag_ms": percentiles(lags),
        "final_delay_ms": percentiles(delays),
        "cpu_percent_of_a_core": round(cpu),
    }
