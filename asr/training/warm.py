"""Begins a training run with a net that was trained before: a checkpoint, or a shipped model.

A shipped model's `final.mdl` has its normalisation folded into the weights. It is unfolded here by
letting the net hear some speech: each normalisation gets the statistics it sees and the scale and
shift that undo them. The new net may be wider or deeper; what is added hardly speaks at first.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from asr.training.features import CEPSTRA
from asr.training.net import FIRST_WIDTH, AcousticNet, Block

Affine = tuple[Tensor, Tensor]
_NEW = 0.1
"""How loud what is added is beside what was there."""


def read_affine(model: bytes, name: str) -> Affine | None:
    """The weights and bias of a component as `nnet3.KaldiWriter` wrote them; None without it."""
    mark = f"<ComponentName> {name} <FixedAffineComponent> <LinearParams> CM2 ".encode("ascii")
    at = model.find(mark)
    if at < 0:
        return None
    at += len(mark)
    low, span, rows, columns = struct.unpack_from("<ffii", model, at)
    at += 16
    steps = np.frombuffer(model, "<u2", rows * columns, at).reshape(rows, columns)
    weight = low + steps.astype(np.float64) * span / 65535
    at = model.index(b"<BiasParams> FV ", at + 2 * rows * columns) + len(b"<BiasParams> FV ") + 1
    (size,) = struct.unpack_from("<i", model, at)
    bias = np.frombuffer(model, "<f4", size, at + 4)
    return torch.from_numpy(weight).float(), torch.from_numpy(bias.copy())


def start_from_model(net: AcousticNet, path: Path, speech: Tensor) -> None:
    """Give `net` the weights of the model file `path`; `speech` is (batch, time, CEPSTRA) to hear.

    `net` must have its `mean` and `scale`, and be at least as wide and deep as the model. Raises
    ValueError when it is not, or the file is not one of ours.
    """
    model = path.read_bytes()
    first, last = read_affine(model, "first.affine"), read_affine(model, "last.affine")
    if first is None or last is None:
        raise ValueError(f"{path} is not a net that this training wrote")
    weight, bias = first
    spread, mean = net.scale.repeat(FIRST_WIDTH), net.mean.repeat(FIRST_WIDTH)
    if weight.shape[1] != CEPSTRA * FIRST_WIDTH or len(weight) > net.shape.hidden:
        raise ValueError(f"{path} is wider than the net that is to be trained")
    with torch.no_grad():
        x = _framed(net, speech)
        _lay(net.first.weight, weight / spread, [(0, CEPSTRA * FIRST_WIDTH)])
        raw = net.first(x)
        _unfold(net.first_norm, raw, bias + weight @ mean)
        x = torch.relu(_normed(net.first_norm, raw))
        for number, block in enumerate(net.blocks, 1):
            assert isinstance(block, Block)
            x = _start_block(block, model, f"block{number}", x)
        _lay(net.last.weight, last[0], [(0, last[0].shape[1])])
        net.last.bias.copy_(last[1])


def _start_block(block: Block, model: bytes, name: str, x: Tensor) -> Tensor:
    inward, outward = read_affine(model, f"{name}.in"), read_affine(model, f"{name}.out")
    step, width = block.step, x.shape[-1]
    if inward is not None and outward is not None:
        old = inward[0].shape[1] // 2
        _lay(block.inward.weight, inward[0], [(0, old), (width, old)])
        old, narrow = outward[0].shape[1] // 2, len(block.inward.weight)
        _lay(block.outward.weight, outward[0], [(0, old), (narrow, old)])
    narrowed = block.inward(torch.cat([x[:, :-step], x[:, step:]], -1))
    raw = block.outward(torch.cat([narrowed[:, :-step], narrowed[:, step:]], -1))
    _unfold(block.norm, raw, outward[1] if outward is not None else torch.zeros(0))
    return torch.relu(_normed(block.norm, raw)) + x[:, step:-step]


def _framed(net: AcousticNet, speech: Tensor) -> Tensor:
    x = (speech - net.mean) * net.scale
    return x.unfold(1, FIRST_WIDTH, 3).transpose(2, 3).flatten(2)


def _lay(into: Tensor, weight: Tensor, columns: list[tuple[int, int]]) -> None:
    """Put `weight` into the larger `into`: its columns in runs of (place there, how many)."""
    if len(weight) > len(into) or sum(size for _, size in columns) > into.shape[1]:
        raise ValueError("the model is larger than the net that is to be trained")
    rows, at = len(weight), 0
    into[:rows] *= _NEW
    for place, size in columns:
        into[:rows, place : place + size] = weight[:, at : at + size]
        at += size


def _unfold(norm: nn.BatchNorm1d, raw: Tensor, shift: Tensor) -> None:
    """Let `norm` add `shift` to its first inputs and change nothing else in them."""
    flat = raw.flatten(0, 1)
    mean, variance = flat.mean(0), flat.var(0)
    old = len(shift)
    norm.running_mean.copy_(mean)  # type: ignore[union-attr]
    norm.running_var.copy_(variance)  # type: ignore[union-attr]
    norm.weight[:old] = torch.sqrt(variance[:old] + norm.eps)
    norm.bias[:old] = mean[:old] + shift
    norm.weight[old:] = _NEW * (norm.weight[:old].mean() if old else 1.0)
    norm.bias[old:] = 0.0


def _normed(norm: nn.BatchNorm1d, raw: Tensor) -> Tensor:
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)  # type: ignore[operator]
    return (raw - norm.running_mean) * scale + norm.bias  # type: ignore[operator]


def padded(rows: list[NDArray[np.float32]], length: int) -> Tensor:
    """Features of clips, each cut or repeated to `length` frames, as one batch."""
    return torch.from_numpy(np.stack([np.resize(row, (length, CEPSTRA)) for row in rows]))
