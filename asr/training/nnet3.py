"""Writes the trained net as Kaldi's binary `final.mdl` (transition model and nnet3) for Vosk.

Weights are stored as Kaldi's 16-bit compressed matrices: half the size, and the rounding (one part
in 65,535 of a matrix' range) is far below what the net can notice. Only components that every Kaldi
since 2018 knows are used.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from asr.training.features import CEPSTRA
from asr.training.net import FIRST_REACH, FIRST_WIDTH, SUBSAMPLING, AcousticNet, Block
from asr.training.units import BLANK, UNITS

Matrix = NDArray[np.float64]


class KaldiWriter:
    """Kaldi's binary encoding of tokens, numbers, vectors and matrices (base/io-funcs)."""

    def __init__(self) -> None:
        """Start with the mark of a binary file."""
        self._out = io.BytesIO()
        self._out.write(b"\0B")

    def token(self, *names: str) -> None:
        """Words, each followed by a space."""
        for name in names:
            self._out.write(name.encode("ascii") + b" ")

    def line(self, text: str) -> None:
        """A line of text, as in the net's configuration."""
        self._out.write(text.encode("ascii") + b"\n")

    def integer(self, value: int) -> None:
        """A 32-bit integer."""
        self._out.write(struct.pack("<bi", 4, value))

    def real(self, value: float) -> None:
        """A 32-bit float."""
        self._out.write(struct.pack("<bf", 4, value))

    def integers(self, values: Sequence[int]) -> None:
        """A vector of 32-bit integers."""
        self._out.write(struct.pack("<bi", 4, len(values)))
        self._out.write(np.asarray(values, dtype="<i4").tobytes())

    def vector(self, values: NDArray[np.float64] | Sequence[float]) -> None:
        """A vector of floats."""
        self.token("FV")
        self.integer(len(values))
        self._out.write(np.asarray(values, dtype="<f4").tobytes())

    def matrix(self, values: Matrix) -> None:
        """A matrix, compressed to 16 bits a value (matrix/compressed-matrix, kTwoByte)."""
        low, span = float(values.min()), float(values.max() - values.min()) or 1.0
        self.token("CM2")
        self._out.write(struct.pack("<ffii", low, span, *values.shape))
        steps = np.rint((values - low) / span * 65535).clip(0, 65535)
        self._out.write(steps.astype("<u2").tobytes())

    def bytes(self) -> bytes:
        """What was written."""
        return self._out.getvalue()


def write_model(net: AcousticNet, path: Path, blank: float = 0.0) -> None:
    """Write `net` to `path`. The topology is one state with a self-loop per unit, as CTC wants.

    `blank` (natural log) is taken from the score of the blank wherever Vosk decodes: a net trained
    with CTC hears nothing rather than something it is unsure of.
    """
    out = KaldiWriter()
    _transitions(out, len(UNITS))
    _net(out, net)
    # Kaldi subtracts the logarithms of these from the scores.
    out.token("<Priors>")
    out.vector(np.exp([blank if unit == BLANK else 0.0 for unit in range(len(UNITS))]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.bytes())


def forward_id(unit: int) -> int:
    """The transition id that leaves unit number `unit` (its first frame in our graphs)."""
    return 2 * (unit + 1)


def loop_id(unit: int) -> int:
    """The transition id that stays in unit number `unit`."""
    return 2 * (unit + 1) - 1


def _transitions(out: KaldiWriter, count: int) -> None:
    phones = list(range(1, count + 1))
    out.token("<TransitionModel>", "<Topology>")
    out.integers(phones)
    out.integers([-1, *([0] * count)])
    out.integer(1)  # one kind of topology, of two states
    out.integer(2)
    out.integer(0)  # state 0 emits: stay or leave, evenly
    out.integer(2)
    for target in (0, 1):
        out.integer(target)
        out.real(0.5)
    out.integer(-1)  # state 1 is the end
    out.integer(0)
    out.token("</Topology>", "<Triples>")
    out.integer(count)
    for phone in phones:
        out.integer(phone)
        out.integer(0)
        out.integer(phone - 1)
    out.token("</Triples>", "<LogProbs>")
    out.vector([0.0, *([float(np.log(0.5))] * (2 * count))])
    out.token("</LogProbs>", "</TransitionModel>")


class _Plan:
    """Collects nodes and components until both can be written in Kaldi's order."""

    def __init__(self) -> None:
        self.nodes = [f"input-node name=input dim={CEPSTRA}"]
        self.components: list[tuple[str, str, tuple[Matrix, Matrix] | int]] = []

    def affine(self, name: str, source: str, weight: Matrix, bias: Matrix) -> str:
        self._node(name, source)
        self.components.append((name, "FixedAffineComponent", (weight, bias)))
        return name

    def simple(self, name: str, kind: str, source: str, size: int) -> str:
        self._node(name, source)
        self.components.append((name, kind, size))
        return name

    def _node(self, name: str, source: str) -> None:
        self.nodes.append(f"component-node name={name} component={name} input={source}")


def _net(out: KaldiWriter, net: AcousticNet) -> None:
    hidden = net.shape.hidden
    plan = _Plan()
    scale, shift = _folded(net.first_norm)
    mean, spread = (np.tile(_array(x), FIRST_WIDTH) for x in (net.mean, net.scale))
    weight = _array(net.first.weight) * spread * scale[:, None]
    bias = shift - weight @ mean
    source = _append("input", list(range(-FIRST_REACH, FIRST_REACH + 1)))
    plan.affine("first.affine", source, weight, bias)
    state = plan.simple("first.relu", "RectifiedLinearComponent", "first.affine", hidden)
    for number, block in enumerate(net.blocks, 1):
        assert isinstance(block, Block)
        state = _block(plan, f"block{number}", state, block, hidden)
    weight = _array(net.last.weight)
    plan.affine("last.affine", state, weight, _array(net.last.bias))
    plan.simple("last.log", "LogSoftmaxComponent", "last.affine", len(UNITS))
    plan.nodes.append("output-node name=output input=last.log objective=linear")

    out.token("<Nnet3>")
    for text in ("", *plan.nodes, ""):
        out.line(text)
    out.token("<NumComponents>")
    out.integer(len(plan.components))
    for name, kind, content in plan.components:
        out.token("<ComponentName>", name, f"<{kind}>")
        if isinstance(content, tuple):
            out.token("<LinearParams>")
            out.matrix(content[0])
            out.token("<BiasParams>")
            out.vector(content[1])
        else:
            _parameterless(out, kind, content)
        out.token(f"</{kind}>")
    out.token("</Nnet3>", "<LeftContext>")
    out.integer(net.shape.context)
    out.token("<RightContext>")
    out.integer(net.shape.context)


def _block(plan: _Plan, name: str, state: str, block: Block, hidden: int) -> str:
    step = block.step * SUBSAMPLING
    inward = _array(block.inward.weight)
    plan.affine(f"{name}.in", _append(state, [-step, 0]), inward, np.zeros(len(inward)))
    scale, shift = _folded(block.norm)
    outward = _array(block.outward.weight) * scale[:, None]
    plan.affine(f"{name}.out", _append(f"{name}.in", [0, step]), outward, shift)
    relu = plan.simple(f"{name}.relu", "RectifiedLinearComponent", f"{name}.out", hidden)
    return plan.simple(f"{name}.sum", "NoOpComponent", f"Sum({relu}, {state})", hidden)


def _parameterless(out: KaldiWriter, kind: str, size: int) -> None:
    out.token("<Dim>")
    out.integer(size)
    if kind == "NoOpComponent":
        out.token("<BackpropScale>")
        out.real(1.0)
        return
    for name in ("<ValueAvg>", "<DerivAvg>"):
        out.token(name)
        out.vector([])
    out.token("<Count>")
    out.real(0.0)
    out.token("<OderivRms>")
    out.vector([])
    for name in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        out.token(name)
        out.real(0.0)


def _append(source: str, offsets: list[int]) -> str:
    parts = [source if offset == 0 else f"Offset({source}, {offset})" for offset in offsets]
    return f"Append({', '.join(parts)})"


def _folded(norm: nn.BatchNorm1d) -> tuple[Matrix, Matrix]:
    """A batch normalisation as the scale and shift it is at run time."""
    scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    return scale, _array(norm.bias) - _array(norm.running_mean) * scale


def _array(tensor: Tensor) -> Matrix:
    return np.asarray(tensor.detach().double().numpy())
