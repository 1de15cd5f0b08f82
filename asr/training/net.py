"""The acoustic model: a factorised time-delay net with CTC output, one output per 30 ms.

The first layer takes nine frames and steps by three. Each block is a convolution into a narrow
space and one out of it again (TDNN-F without the constraint), normalised before the ReLU so that it
folds into the weights, plus a bypass. Every part has its exact counterpart in Kaldi's nnet3, see
nnet3.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from asr.training.features import CEPSTRA
from asr.training.units import UNITS

SUBSAMPLING = 3
FIRST_REACH = 4


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
    """x[t-d], x[t] -> narrow -> narrow[t], narrow[t+d] -> hidden, normalised, ReLU, plus x[t]."""

    def __init__(self, shape: Shape, step: int) -> None:
        """`step` is d in outputs (30 ms)."""
        super().__init__()
        self.step = step
        self.inward = nn.Conv1d(shape.hidden, shape.narrow, 2, dilation=step, bias=False)
        self.outward = nn.Conv1d(shape.narrow, shape.hidden, 2, dilation=step, bias=False)
        self.norm = nn.BatchNorm1d(shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """Take and give (batch, hidden, time); the output is 2*step shorter."""
        y = torch.relu(self.norm(self.outward(self.inward(x))))
        return y + x[:, :, self.step : -self.step]


class AcousticNet(nn.Module):
    """Features (batch, time, CEPSTRA) to log probabilities (batch, units, time / 3)."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        """Make a net with random weights."""
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(CEPSTRA))
        self.register_buffer("scale", torch.ones(CEPSTRA))
        width = 2 * FIRST_REACH + 1
        self.first = nn.Conv1d(CEPSTRA, shape.hidden, width, stride=SUBSAMPLING, bias=False)
        self.first_norm = nn.BatchNorm1d(shape.hidden)
        self.blocks = nn.ModuleList(Block(shape, step) for step in shape.reach)
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Conv1d(shape.hidden, len(UNITS), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Run the net; the edges are padded with the first and last frame, as Kaldi does."""
        x = ((x - self.mean) * self.scale).transpose(1, 2)
        x = nn.functional.pad(x, (self.shape.context, self.shape.context), mode="replicate")
        x = torch.relu(self.first_norm(self.first(x)))
        for block in self.blocks:
            x = self.dropout(block(x))
        return self.last(x).float().log_softmax(1)
