"""`models diffuse evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

from models.diffusion.beside import Found, Looked, denoiser, generator, measure
from models.diffusion.commands.mean_difference import CLASSIFIER
from models.diffusion.commands.shared import (
    CHECKPOINT,
    SEED,
    STEPS_OPTION,
    say_cost_of_pictures,
    walked,
)
from models.diffusion.subject import load_subject
from models.directions.classifier import load_classifier
from models.directions.commands.safe_range import collection_drawings
from models.directions.commands.supervised import listed
from models.directions.labels import part_region
from models.directions.safe_range import MOST_TRIES
from models.directions.subject import load_subject as load_generator_subject
from models.dry_run import dry_run_option
from models.measures.json_report import JSON_OPTION, write_json

_DEFAULT = Looked()
_MOVES = 12
"""Sets of moved pictures: those to choose from, and each label before and after conditioning."""


@click.command("evaluate")
@CHECKPOINT
@click.option(
    "--gan", type=click.Path(path_type=Path), help="A generator of the same drawings, beside it."
)
@CLASSIFIER
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="The heads that both learnt: what a drawing looks like.",
)
@JSON_OPTION
@click.option(
    "--samples",
    default=_DEFAULT.samples,
    show_default=True,
    type=click.IntRange(8),
    help="Pictures that directions are found on.",
)
@click.option("--parts", default=",".join(_DEFAULT.parts), show_default=True, help="Of a head.")
@click.option(
    "--moved",
    default=_DEFAULT.moved,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures whose labels are looked at before and after a move.",
)
@click.option(
    "--count", default=3, show_default=True, type=click.IntRange(1), help="Directions a method."
)
@STEPS_OPTION
@SEED
@dry_run_option
def evaluate(
    checkpoint: Path,
    gan: Path | None,
    classifier: Path,
    dataset: Path,
    json_path: Path | None,
    samples: int,
    parts: str,
    moved: int,
    count: int,
    steps: int,
    seed: int,
    dry_run: bool,
) -> None:
    """Measure directions of h-space on heads, and those of a generator's W in the same way.

    Labels changed by +2σ of mean difference, own and largest other; ROIR of PCA and of the masked
    Jacobian; safe ranges of the principal components; what share of random heads has each label.
    """
    judge = load_classifier(classifier)
    subject = load_subject(checkpoint, steps=steps, count=count, seed=seed)
    drawings = collection_drawings(dataset, subject.network.config.img_channels)
    looked = Looked(samples=samples, moved=moved, parts=listed(parts))
    other = None if gan is None else load_generator_subject(gan, count=count, seed=seed)
    if dry_run:
        ranged = looked.ranged * count * MOST_TRIES
        local = 2 * looked.local * 2 * count * len(looked.parts)
        pictures = samples + _MOVES * moved + ranged + local
        say_cost_of_pictures(subject, pictures, f"report -> {json_path or 'no file'}")
        return
    models = {"denoiser": denoiser(subject, walked(subject, samples), judge, looked)}
    if other is not None:
        models["generator"] = generator(other, judge, looked)
    found = {}
    for name, model in models.items():
        click.echo(f"measuring the {name}")
        found[name] = measure(model, judge, drawings, part_region, looked)
    for line in table(found):
        click.echo(line)
    if json_path:
        report = {name: one.as_plain() for name, one in found.items()}
        about = {"checkpoint": subject.checkpoint, "seed": seed, "steps": steps}
        write_json(about | report, json_path)
        click.echo(f"-> {json_path}")


def table(found: dict[str, Found]) -> list[str]:
    """One table of all models, a line a measure."""
    rows: dict[str, list[str]] = {}
    for one in found.values():
        for when, labels in one.labels.items():
            for name, changed in labels.items():
                other = max((v for label, v in changed.items() if label != name), default=0.0)
                title = f"{name} +2σ, own / other, {when} conditioning"
                rows.setdefault(title, []).append(f"{changed[name]:.0%} / {other:.0%}")
        for part, methods in one.roir.items():
            for method, value in methods.items():
                rows.setdefault(f"ROIR {part}, {method}", []).append(f"{value:.2f}")
        for end, limits in zip(("lower", "upper"), zip(*one.ranges, strict=True), strict=True):
            mean = sum(limits) / len(limits)
            rows.setdefault(f"safe range of PCA, {end}, mean σ", []).append(f"{mean:.1f}")
        for label, share in one.shares.items():
            rows.setdefault(f"random heads with {label}", []).append(f"{share:.0%}")
        rows.setdefault("seconds a picture", []).append(f"{one.seconds:.2g}")
    width = max(map(len, rows))
    lines = [" " * width + "".join(f"{name:>16}" for name in found)]
    return lines + [
        f"{title:{width}}" + "".join(f"{value:>16}" for value in values)
        for title, values in rows.items()
    ]
