"""`models diffuse mean-difference`."""

from pathlib import Path
from typing import Any

import click

from models.diffusion.commands.shared import (
    discovery_options,
    say_cost_of_pictures,
    size_of,
    subject_of,
    walked,
    write_and_list,
)
from models.diffusion.mean_difference import discover
from models.directions.classifier import load_classifier, score
from models.directions.commands.supervised import FRACTION_OPTION

CLASSIFIER = click.option(
    "--classifier",
    required=True,
    type=click.Path(path_type=Path),
    help="Of models directions classifier: its labels name the directions.",
)


@click.command("mean-difference")
@discovery_options
@CLASSIFIER
@FRACTION_OPTION
def mean_difference(classifier: Path, fraction: float, **options: Any) -> None:
    """Find the way from the drawings with least of a label to those with most, at every step."""
    judge, subject = load_classifier(classifier), subject_of(options)
    if options["dry_run"]:
        say_cost_of_pictures(subject, options["samples"], size_of(subject, options["out"]))
        return
    samples = walked(subject, options["samples"])
    scores = score(judge, samples.pictures)
    found = discover(subject, samples, scores, judge.names, fraction)
    write_and_list(found, options["out"])
