"""What finding directions costs, beside the forms it replaces.

python -m benchmarks.directions [--checkpoint models/checkpoints/lear.pt] [--json]

Both sides of a comparison run here, one after the other, and are counted in CPU seconds of all
threads, so that other work on the machine does not change their ratio. Needs the [models] extra.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from exhibit.contract.values import Doubles
from models.directions.eigen import leading, leading_of_layers, span_angle
from models.directions.jacobian import discover as jacobian
from models.directions.local_map import gram_products, local_maps, pixel_weights
from models.directions.low_rank import leading_quotients, nystrom, random_probes
from models.directions.region import Mask
from models.directions.resefa import RANK, TAU
from models.directions.resefa import discover as resefa
from models.directions.sefa import style_matrices, styled_layers
from models.directions.sefa_conv import layer_grams, layer_kernel
from models.directions.subject import Subject, load_subject

COUNT = 5
REPEATS = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """One method beside what it replaces.

    Args:
        what: names both.
        ours_s, reference_s: CPU seconds.
        times: how many times ours is cheaper.
        angle_rad: largest angle between the spans that both find.
        difference: largest difference of a component of their eigenvectors, where they are equal
            one by one.
    """

    what: str
    ours_s: float
    reference_s: float
    times: float
    angle_rad: float
    difference: float | None = None


def cpu_seconds(work: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Run `work`; returns CPU seconds of one call, all threads together, and what it gave."""
    began = time.process_time()
    for _ in range(repeats):
        found = work()
    return (time.process_time() - began) / repeats, found


def compare(what: str, ours: tuple[float, Doubles], reference: tuple[float, Doubles]) -> Comparison:
    """Put two timed sets of vectors (count, n) side by side."""
    (ours_s, found), (reference_s, expected) = ours, reference
    angle = span_angle(flat(found), flat(expected))
    return Comparison(what, ours_s, reference_s, reference_s / ours_s, angle)


def flat(vectors: Doubles) -> Doubles:
    """Lay vectors out by rows, (count, n) float64."""
    return vectors.reshape(len(vectors), -1).astype(np.float64)


def frequency_grams(subject: Subject) -> list[Doubles]:
    """Form every layer's Gram through the transform of its kernel on the layer's map.

    Source: the listing of `models.directions.sefa_conv.kernel_gram`'s paper, with the conjugate
        and the order of axes it needs.
    """
    grams = []
    affine = style_matrices(subject.generator)
    for matrix, layer in zip(affine, styled_layers(subject.generator), strict=True):
        kernel = layer_kernel(layer).double().numpy()
        side = getattr(layer, "resolution", subject.generator.config.resolution)
        m = np.fft.fft2(kernel, s=(side, side)).transpose(0, 2, 3, 1).reshape(-1, kernel.shape[1])
        energy = (m.conj().T @ m).real / side**2
        style = matrix.double().numpy()
        grams.append(style.T @ (energy * np.eye(len(energy))) @ style)
    return grams


def sefa_conv_comparison(subject: Subject) -> Comparison:
    """Compare the Parseval form with the transform, all layers, Grams and eigenvectors."""
    ours_s, (found, _) = cpu_seconds(
        lambda: leading_of_layers(layer_grams(subject, None), subject), REPEATS
    )
    reference_s, (expected, _) = cpu_seconds(
        lambda: leading_of_layers(frequency_grams(subject), subject)
    )
    aligned = found * np.sign(np.sum(found * expected, axis=1, keepdims=True))
    result = compare("sefa-conv: Parseval / transform", (ours_s, found), (reference_s, expected))
    return replace(result, difference=float(np.abs(aligned - expected).max()))


def solve_comparison(subject: Subject, region: Mask) -> Comparison:
    """Compare the two solutions of one problem in W+: both Grams of low rank, or formed."""
    maps, inside = (
        local_maps(subject, 1),
        pixel_weights(region, subject.generator.config.img_channels),
    )
    probes = random_probes(maps[0].free, RANK, subject.seed)
    low = [nystrom(probes, p) for p in gram_products(maps, [inside, 1 - inside], probes)]
    shift = TAU * float(low[1].values.sum())
    dense = [factor @ np.eye(maps[0].free) for factor in low]

    def by_low_rank() -> Doubles:
        return leading_quotients(low[0], low[1], shift, subject.count)[0]

    def densely() -> Doubles:
        return leading(dense[0], subject.count, dense[1] + shift * np.eye(len(dense[1])))[0]

    what = f"resefa in W+, the solve alone: rank {RANK} / dense {maps[0].free}"
    return compare(what, cpu_seconds(by_low_rank, REPEATS), cpu_seconds(densely))


def whole_comparisons(subject: Subject, region: Mask) -> list[Comparison]:
    """Compare ReSeFa and Jacobian iteration in W+ with the same from a Jacobian that is formed."""
    (local,) = local_maps(subject, 1)
    inside = pixel_weights(region, subject.generator.config.img_channels).numpy() > 0
    formed_s, formed = cpu_seconds(lambda: local.push(torch.eye(local.free)).double().numpy())
    local_s, local_vectors = cpu_seconds(lambda: formed_quotients(formed, inside, subject.count))
    all_s, all_vectors = cpu_seconds(lambda: leading(formed @ formed.T, subject.count)[0])
    return [
        compare(
            "resefa in W+, all: products / Jacobian formed",
            cpu_seconds(lambda: resefa(subject, region).vectors),
            (formed_s + local_s, local_vectors),
        ),
        compare(
            "jacobian in W+, all: iteration / Jacobian formed",
            cpu_seconds(lambda: jacobian(subject).vectors),
            (formed_s + all_s, all_vectors),
        ),
    ]


def formed_quotients(columns: Doubles, inside: Mask, count: int) -> Doubles:
    """Solve ReSeFa from a Jacobian (n, pixels): both Grams formed; returns rows (count, n)."""
    of_inside, outside = columns[:, inside], columns[:, ~inside]
    background = outside @ outside.T
    shift = TAU * np.trace(background) * np.eye(len(background))
    return leading(of_inside @ of_inside.T, count, background + shift)[0]


def region_seconds(subject: Subject, region: Mask) -> dict[str, float]:
    """Time ReSeFa for one region on the clock and in CPU seconds."""
    began = time.perf_counter()
    cpu_s, _ = cpu_seconds(lambda: resefa(subject, region))
    return {"wall_s": time.perf_counter() - began, "cpu_s": cpu_s}


def middle(resolution: int) -> Mask:
    """Return a square region: an eighth of the side, left and above of the middle."""
    mask = np.zeros((resolution, resolution), np.bool_)
    first, side = resolution * 5 // 16, resolution // 8
    mask[first : first + side, first : first + side] = True
    return mask


@click.command()
@click.option(
    "--checkpoint",
    default="models/checkpoints/lear.pt",
    show_default=True,
    type=click.Path(path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(checkpoint: Path, as_json: bool) -> None:
    """Measure methods of discovery beside the forms they replace."""
    w = load_subject(checkpoint, count=COUNT)
    w_plus = replace(w, space="w_plus")
    region = middle(w.generator.config.resolution)
    resefa(w, region)  # the first call compiles rules of differentiation
    regions = {s.space: region_seconds(s, region) for s in (w, w_plus)}
    compared = [
        sefa_conv_comparison(w),
        solve_comparison(w_plus, region),
        *whole_comparisons(w_plus, region),
    ]
    if as_json:
        found = {"comparisons": [asdict(c) for c in compared], "resefa_region": regions}
        click.echo(json.dumps({"checkpoint": checkpoint.name, **found}, indent=1))
        return
    click.echo(f"{checkpoint}: {COUNT} directions; CPU seconds, {torch.get_num_threads()} threads")
    for c in compared:
        click.echo(
            f"  {c.what:52} {c.ours_s:8.4f} / {c.reference_s:8.3f} s  {c.times:7.1f}x  "
            f"angle {c.angle_rad:.1e} rad"
            + ("" if c.difference is None else f", difference {c.difference:.1e}")
        )
    for space, taken in regions.items():
        click.echo(
            f"  one region in {space:6} {taken['wall_s']:6.1f} s on the clock, "
            f"{taken['cpu_s']:6.1f} CPU seconds"
        )


if __name__ == "__main__":
    main()
