"""The acoustic model: a factorised time-delay net with CTC output, one output per 30 ms.

The first layer takes nine frames and steps by three. Each block goes into a narrow space and
out of it again (TDNN-F without the constraint), normalised before the ReLU so that it folds into
the weights, plus a bypass. Every part has its exact counterpart in Kaldi's nnet3, see nnet3.py.
Linear layers over neighbouring frames stand for convolutions: on a CPU they train twice as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from asr.training.features import CEPSTRA
from asr.training.units import UNITS

SUBSAMPLING = 3
FIRST_REACH = 4
FIRST_WIDTH = 2 * FIRST_REACH + 1


@dataclass(frozen=True)
class Shape:
    """Sizes of the net. `reach` is each block's time step in outputs (30 ms), both ways."""

    hidden: int = 512
    narrow: int = 128
    reach: tuple[int, ...] = field(default=(1, 1, 1, 1, 1, 2, 2))

    @property
    def context(self) -> int:
        """Frames of 10 ms needed on either side of a frame."""
        return FIRST_REACH + SUBSAMPLING * sum(self.reach)


class Block(nn.Module):
    """x[t-d], x[t] -> narrow; narrow[t], narrow[t+d] -> hidden, normalised, ReLU; plus x[t]."""

    def __init__(self, shape: Shape, step: int) -> None:
        """`step` is d in outputs (30 ms)."""
        super().__init__()
        self.step = step
        self.inward = nn.Linear(2 * shape.hidden, shape.narrow, bias=False)
        self.outward = nn.Linear(2 * shape.narrow, shape.hidden, bias=False)
        self.norm = nn.BatchNorm1d(shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """Take and give (batch, time, hidden); the output is 2*step shorter."""
        step = self.step
        narrow = self.inward(torch.cat([x[:, :-step], x[:, step:]], -1))
        wide = self.outward(torch.cat([narrow[:, :-step], narrow[:, step:]], -1))
        return _normalised(self.norm, wide) + x[:, step:-step]


class AcousticNet(nn.Module):
    """Features (batch, time, CEPSTRA) to log probabilities (batch, time / 3, units)."""

    mean: Tensor
    scale: Tensor

    def __init__(self, shape: Shape) -> None:
        """Make a net with random weights."""
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(CEPSTRA))
        self.register_buffer("scale", torch.ones(CEPSTRA))
        self.first = nn.Linear(CEPSTRA * FIRST_WIDTH, shape.hidden, bias=False)
        self.first_norm = nn.BatchNorm1d(shape.hidden)
        self.blocks = nn.ModuleList(Block(shape, step) for step in shape.reach)
        self.last = nn.Linear(shape.hidden, len(UNITS))

    def forward(self, x: Tensor) -> Tensor:
        """Run the net; the edges are padded with the first and last frame, as Kaldi does."""
        x = (x - self.mean) * self.scale
        reach = self.shape.context
        x = torch.cat([x[:, :1].expand(-1, reach, -1), x, x[:, -1:].expand(-1, reach, -1)], 1)
        x = x.unfold(1, FIRST_WIDTH, SUBSAMPLING).transpose(2, 3).flatten(2)
        x = _normalised(self.first_norm, self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.last(x).float().log_softmax(-1)


def _normalised(norm: nn.Module, x: Tensor) -> Tensor:
    return torch.relu(norm(x.flatten(0, 1))).view(x.shape)
