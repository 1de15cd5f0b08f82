"""Rewrites Kokoro's int8 graph so that its convolutions run in float.

The published file multiplies in int8 but quantises every activation on the fly, which costs more
than it saves where a processor multiplies bfloat16 fast. The weights stay what they are; only the
activations are no longer rounded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]
from onnx import helper, numpy_helper


def write_float_copy(source: Path, target: Path) -> int:
    """Write `source` with float convolutions to `target`; return how many were replaced.

    A convolution that does not look as expected is left as it is.
    """
    model = onnx.load(str(source))
    graph = model.graph
    constants = {item.name: item for item in graph.initializer}
    producer = {name: node for node in graph.node for name in node.output}
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)

    replaced: dict[str, Any] = {}
    for node in graph.node:
        if node.op_type != "ConvInteger":
            continue
        rewritten = _as_float(node, constants, producer, readers)
        if rewritten is not None:
            last, conv, weight = rewritten
            graph.initializer.append(weight)
            replaced[last] = conv

    nodes = [replaced.get(node.output[0], node) for node in graph.node]
    kept = _reachable(nodes, [item.name for item in graph.output])
    read = {name for node in kept for name in node.input}
    weights = [item for item in graph.initializer if item.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_suffix(".part")
    onnx.save(model, str(scratch))
    scratch.rename(target)
    return len(replaced)


def _as_float(
    node: Any,
    constants: dict[str, Any],
    producer: dict[str, Any],
    readers: dict[str, list[Any]],
) -> tuple[str, Any, Any] | None:
    """The output replaced, the float convolution and its weight; None when the pattern differs."""
    quantise = producer[node.input[0]]
    follow = readers[node.output[0]][0]
    bias: list[str] = []
    if follow.op_type == "Add":
        origin = producer.get(next(name for name in follow.input if name != node.output[0]))
        while origin is not None and origin.op_type in ("Reshape", "Cast", "Floor", "Div"):
            bias = [name for name in origin.input[:1] if name in constants]
            origin = producer.get(origin.input[0])
        if not bias:
            return None
        follow = readers[follow.output[0]][0]
    if follow.op_type != "Cast" or quantise.op_type != "DynamicQuantizeLinear":
        return None
    scale_by = readers[follow.output[0]][0]
    product = producer.get(next(n for n in scale_by.input if n != follow.output[0]))
    if product is None or product.op_type != "Mul" or node.input[1] not in constants:
        return None
    scales = [name for name in product.input if name in constants]
    if len(scales) != 1:
        return None
    raw = numpy_helper.to_array(constants[node.input[1]]).astype(np.float32)
    shape = [-1] + [1] * (raw.ndim - 1)
    if len(node.input) > 3:
        zero = numpy_helper.to_array(constants[node.input[3]]).astype(np.float32)
        raw = raw - zero.reshape(shape)
    scale = numpy_helper.to_array(constants[scales[0]]).astype(np.float32).reshape(shape)
    weight = numpy_helper.from_array((raw * scale).astype(np.float32), node.input[1] + "_float")
    conv = helper.make_node(
        "Conv", [quantise.input[0], weight.name, *bias], [scale_by.output[0]], name=node.name + "_f"
    )
    conv.attribute.extend(node.attribute)
    return scale_by.output[0], conv, weight


def _reachable(nodes: list[Any], outputs: list[str]) -> list[Any]:
    producer = {name: node for node in nodes for name in node.output}
    wanted = list(outputs)
    seen: set[int] = set()
    while wanted:
        node = producer.get(wanted.pop())
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        wanted.extend(node.input)
    return [node for node in nodes if id(node) in seen]
