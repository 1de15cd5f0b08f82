"""Trains the acoustic net, each clip through a new telephone line per epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from asr.training.features import mfcc
from asr.training.net import SUBSAMPLING, AcousticNet, Shape
from asr.training.synth import CLIP_RATE, Clip
from asr.training.telephone import Line
from asr.training.units import BLANK
from asr.training.warm import padded, start_from_model

Features = NDArray[np.float32]
Batch = tuple[list[Features], list[tuple[int, ...]]]
BATCH_FRAMES = 3_000
CHUNK = 96
SAMPLE_FRAMES = 300


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train. `minutes` bounds it as well; 0 means no bound.

    `formant_share` of espeak-ng's clips, others each time, are heard in an epoch.
    """

    epochs: int = 30
    peak_rate: float = 3e-3
    seed: int = 12349
    minutes: float = 0.0
    threads: int = 2
    formant_share: float = 1.0


def train(
    clips: list[Clip], shape: Shape, plan: Plan, checkpoint: Path, start: Path | None = None
) -> AcousticNet:
    """Train, or go on from `checkpoint`, and return the net in eval mode.

    A run that has no checkpoint yet begins with the net of `start`: another run's checkpoint of
    the same shape, or the folder of a shipped model no larger than `shape`. The checkpoint is
    written after every epoch. Prints one line per epoch. Raises ValueError when `start` is not one.
    """
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    clips = [clip for clip in clips if _alignable(clip)]
    net = AcousticNet(shape)
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.peak_rate, weight_decay=0.01)
    ctc = nn.CTCLoss(blank=BLANK, zero_infinity=True)
    first, spent = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        first, spent = state["epoch"] + 1, state["seconds"]
    elif start is not None and start.is_dir():
        _set_normalisation(net, clips, plan.seed)
        start_from_model(net, start / "am" / "final.mdl", _some_speech(clips, plan.seed))
    elif start is not None:
        net.load_state_dict(torch.load(start, weights_only=True)["net"])
    else:
        _set_normalisation(net, clips, plan.seed)
    size = sum(p.numel() for p in net.parameters())
    print(f"training: {len(clips)} clips, {size / 1e6:.2f} M parameters", flush=True)
    pool = ProcessPoolExecutor(
        plan.threads, mp_context=get_context("fork"), initializer=_set_clips, initargs=(clips,)
    )
    with pool:
        kept: list[Batch] = []
        for epoch in range(first, plan.epochs):
            if plan.minutes and spent >= plan.minutes * 60:
                break
            started = time.monotonic()
            loss, count = 0.0, 0
            # Features are used twice; the masks laid over them differ.
            if epoch % 2 == 0 or not kept:
                fresh = list(_batch_plan(clips, plan.seed + epoch, plan.formant_share))
                total, source = len(fresh), _prepared(pool, fresh, epoch, plan.seed)
                kept = []
            else:
                total, source = len(kept), iter(kept)
            for at, (features, targets) in enumerate(source):
                if epoch % 2 == 0:
                    kept.append((features, targets))
                done = (epoch + at / total) / plan.epochs
                if plan.minutes:
                    elapsed = spent + time.monotonic() - started
                    done = max(done, min(1.0, elapsed / (plan.minutes * 60)))
                for group in optimiser.param_groups:
                    group["lr"] = _rate(done, plan.peak_rate)
                loss += _step(net, optimiser, ctc, features, targets)
                count += 1
            spent += time.monotonic() - started
            line = f"training: epoch {epoch + 1}/{plan.epochs} loss {loss / max(1, count):.3f}"
            print(f"{line} ({time.monotonic() - started:.0f} s)", flush=True)
            _save(checkpoint, net, optimiser, epoch, spent)
    net.eval()
    return net


def load_net(checkpoint: Path) -> AcousticNet:
    """The net of a checkpoint, in eval mode."""
    state = torch.load(checkpoint, weights_only=True)
    shape = dict(state["shape"])
    net = AcousticNet(Shape(**{**shape, "reach": tuple(shape["reach"])}))
    net.load_state_dict(state["net"])
    return net.eval()


def _rate(done: float, peak: float) -> float:
    """One rise over the first 8 %, then down a cosine."""
    if done < 0.08:
        return peak * (0.05 + 0.95 * done / 0.08)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (done - 0.08) / 0.92)))


def _step(
    net: AcousticNet,
    optimiser: torch.optim.Optimizer,
    ctc: nn.CTCLoss,
    features: list[Features],
    targets: list[tuple[int, ...]],
) -> float:
    net.train()
    longest = max(len(rows) for rows in features)
    inputs = np.stack(
        [np.pad(rows, ((0, longest - len(rows)), (0, 0)), mode="edge") for rows in features]
    )
    batch = _masked(torch.from_numpy(inputs), net.mean)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net(batch)
    lengths = torch.tensor([-(-len(rows) // SUBSAMPLING) for rows in features])
    labels = torch.tensor([unit for target in targets for unit in target])
    sizes = torch.tensor([len(target) for target in targets])
    loss = ctc(out.transpose(0, 1), labels, lengths.clamp(max=out.shape[1]), sizes)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return float(loss.detach())


def _masked(batch: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    """SpecAugment in time only: cepstra have no bands to hide."""
    for row in batch:
        for _ in range(2):
            width = int(torch.randint(0, 13, ()))
            start = int(torch.randint(0, max(1, len(row) - width), ()))
            row[start : start + width] = mean
    return batch


def _alignable(clip: Clip) -> bool:
    """CTC needs at least an output per unit; drop what is spoken too fast."""
    seconds = len(clip.samples) / CLIP_RATE
    outputs = seconds * 100 / SUBSAMPLING
    return bool(clip.units) and 0.3 < seconds < 14 and outputs > len(clip.units) * 1.3


def _batch_plan(clips: list[Clip], seed: int, formant_share: float) -> Iterator[list[int]]:
    chance = np.random.default_rng(seed)
    chosen = [
        i for i, clip in enumerate(clips) if not clip.formant or chance.random() < formant_share
    ]
    order = sorted(chosen, key=lambda i: len(clips[i].samples) * chance.uniform(0.85, 1.15))
    batches: list[list[int]] = [[]]
    for index in order:
        frames = len(clips[index].samples) // 160 + 120
        if batches[-1] and frames * (len(batches[-1]) + 1) > BATCH_FRAMES:
            batches.append([])
        batches[-1].append(index)
    for at in chance.permutation(len(batches)):
        yield batches[at]


_clips: list[Clip] = []


def _set_clips(clips: list[Clip]) -> None:
    global _clips
    _clips = clips
    torch.set_num_threads(1)


def _make_batch(job: tuple[list[int], int]) -> Batch:
    indices, seed = job
    chance = np.random.default_rng(seed)
    picks = chance.integers(len(_clips), size=6)
    babble = [(_clips[i].samples / 32768.0).astype(np.float32) for i in picks]
    line = Line(chance, babble)
    rows = []
    for index in indices:
        audio = (_clips[index].samples / 32768.0).astype(np.float32)
        rows.append(mfcc(line.through(audio)))
    return rows, [_clips[index].units for index in indices]


def _prepared(
    pool: ProcessPoolExecutor, batches: list[list[int]], epoch: int, seed: int
) -> Iterator[Batch]:
    """Batches made by the pool, in order, a few ahead of the net."""
    jobs = [(batch, (seed * 1000 + epoch) * 100_000 + at) for at, batch in enumerate(batches)]
    ahead: list[Any] = []
    for job in jobs:
        ahead.append(pool.submit(_make_batch, job))
        if len(ahead) > 8:
            yield ahead.pop(0).result()
    for future in ahead:
        yield future.result()


def _set_normalisation(net: AcousticNet, clips: list[Clip], seed: int) -> None:
    _set_clips(clips)
    chance = np.random.default_rng(seed)
    indices = chance.integers(len(clips), size=min(len(clips), CHUNK * 2)).tolist()
    rows, _ = _make_batch((indices, seed))
    every = torch.from_numpy(np.concatenate(rows))
    net.mean.copy_(every.mean(0))
    net.scale.copy_(1.0 / every.std(0))


def _some_speech(clips: list[Clip], seed: int) -> torch.Tensor:
    _set_clips(clips)
    indices = np.random.default_rng(seed + 1).integers(len(clips), size=CHUNK * 2).tolist()
    rows, _ = _make_batch((indices, seed + 1))
    return padded(rows, SAMPLE_FRAMES)


def _save(
    path: Path, net: AcousticNet, optimiser: torch.optim.Optimizer, epoch: int, seconds: float
) -> None:
    state = {
        "net": net.state_dict(),
        "optimiser": optimiser.state_dict(),
        "epoch": epoch,
        "seconds": seconds,
        "shape": asdict(net.shape),
    }
    scratch = path.with_suffix(".part")
    torch.save(state, scratch)
    scratch.rename(path)
