"""How near are a bundle's networks to what this machine can do? `python -m benchmarks.roofline`.

The most that the processor multiplies and copies is measured first, then ONNX Runtime's own profile
of every node is read: its operations, its bytes, and the share of the most that it reaches. Of a
convolution those multiplications count that the network has, not what the runtime fills up with
zeros; the least of many runs counts, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

from benchmarks.limits import Limits, measure_limits
from exhibit.contract.bundle import ENCODER, GENERATOR, find_bundle, load_bundle
from exhibit.inference.session import session_options

_RUNS = 60
_BLOCKED = "_nchwc"
_KERNEL = "_kernel_time"
_MULTIPLIES = ("Conv", "ConvTranspose", "Gemm", "MatMul")
_PRODUCTS = (*_MULTIPLIES, "FusedConv", "FusedMatMul", "FusedGemm")
_TAKEN_IN = ("LeakyRelu", "Relu")
"""Activations that become a part of the product before them, which then has the name of theirs."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a graph as it ran.

    Args:
        mflop: 10⁶ multiplications and additions of the network; 0 where it is no product.
        mbytes: 10⁶ bytes read and written.
        share: of the most in fp32, for products.
    """

    name: str
    kind: str
    ms: float
    mflop: float
    mbytes: float
    share: float | None


def profile(path: Path, threads: int, limits: Limits) -> list[Node]:
    """Run a graph many times and return its nodes, the dearest first."""
    with tempfile.TemporaryDirectory() as folder:
        options = session_options(threads)
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        rng = np.random.default_rng(1)
        given = {
            node.name: rng.normal(0, 0.5, node.shape).astype(np.float32)
            for node in session.get_inputs()
        }
        for _ in range(_RUNS):
            session.run(None, given)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    taken: dict[str, list[int]] = defaultdict(list)
    about: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith(_KERNEL):
            name = event["name"].removesuffix(_KERNEL)
            taken[name].append(event["dur"])
            about[name] = event["args"]
    work = multiplications(path)
    nodes = [_node(name, min(us), about[name], work, limits) for name, us in taken.items()]
    return sorted(nodes, key=lambda node: -node.ms)


def multiplications(path: Path) -> dict[str, float]:
    """Return 10⁶ operations of every product of a graph, by the name of each of its outputs.

    Weights that are zero are no operation: a form of a network may have more of them than another.
    """
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    weights = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:
            weights[node.output[0]] = weights[node.input[0]]
    shapes = {
        value.name: [d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*model.graph.value_info, *model.graph.input, *model.graph.output)
    }
    found = {}
    for node in model.graph.node:
        if node.op_type in _MULTIPLIES:
            found[node.output[0]] = found[node.name] = _mflop(node, weights, shapes)
        elif node.op_type in _TAKEN_IN and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return found


def _mflop(node: Any, weights: dict[str, Any], shapes: dict[str, list[int]]) -> float:
    constant = [weights[name] for name in node.input[:2] if name in weights]
    if node.op_type in ("Conv", "ConvTranspose"):
        across = node.output[0] if node.op_type == "Conv" else node.input[0]
        return 2e-6 * float(np.count_nonzero(constant[0]) * np.prod(shapes[across][2:]))
    if constant:
        return 2e-6 * float(constant[0].size)
    # Both are made while it runs: a row of the first, times each column of the second.
    left, made = shapes[node.input[0]], shapes[node.output[0]]
    return 2e-6 * left[-1] * float(np.prod(made))


def _node(
    name: str, us: int, about: dict[str, Any], work: dict[str, float], limits: Limits
) -> Node:
    ms = us / 1000
    mflop = work.get(name.removesuffix(_BLOCKED), 0.0) if about["op_name"] in _PRODUCTS else 0.0
    moved = sum(int(about.get(key, 0)) for key in ("activation_size", "parameter_size"))
    mbytes = (moved + int(about.get("output_size", 0))) / 1e6
    share = mflop / ms / limits.gflops["fp32"] if mflop and ms else None
    return Node(name, about["op_name"], ms, round(mflop, 2), round(mbytes, 2), share)


@click.command()
@click.option("--bundle", default="lear", show_default=True, metavar="NAME|DIR")
@click.option("--threads", default=1, show_default=True)
@click.option("--nodes", default=12, show_default=True, help="How many of each network are shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all nodes.")
def main(bundle: str, threads: int, nodes: int, as_json: bool) -> None:
    """Measure the machine, then encoder and generator node by node."""
    opened, limits = load_bundle(find_bundle(bundle)), measure_limits(threads)
    networks = {name: profile(opened.file(name), threads, limits) for name in (ENCODER, GENERATOR)}
    if as_json:
        found = {name: [asdict(node) for node in listed] for name, listed in networks.items()}
        click.echo(json.dumps({"limits": asdict(limits), "networks": found}))
        return
    most = ", ".join(f"{name} {value:g}" for name, value in limits.gflops.items())
    click.echo(f"at most: {most} Gflop/s; copied {limits.copied_gb_s:g} GB/s")
    for name, listed in networks.items():
        _print(name, listed, nodes, limits)


def _print(name: str, listed: list[Node], nodes: int, limits: Limits) -> None:
    products = [node for node in listed if node.share is not None]
    spent, done = sum(n.ms for n in products), sum(n.mflop for n in products)
    click.echo(
        f"{name}: {sum(n.ms for n in listed):.1f} ms in {len(listed)} nodes; products {done:.0f} "
        f"Mflop in {spent:.1f} ms, {done / spent / limits.gflops['fp32']:.0%} of the most in fp32"
    )
    for node in listed[:nodes]:
        share = "" if node.share is None else f"{node.share:.0%}"
        click.echo(
            f"  {node.ms:7.3f} ms {node.mflop:8.1f} Mflop {node.mbytes:7.2f} MB {share:>5}  "
            f"{node.kind:14} {node.name}"
        )


if __name__ == "__main__":
    main()
