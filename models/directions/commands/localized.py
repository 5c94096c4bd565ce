"""`models directions localized`."""

from typing import Any

import click

from exhibit.cli.numbers import NOT_NEGATIVE
from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.localized import ALPHA, BETA, COMPONENTS, SAMPLES, SIDE


@click.command("localized")
@discovery_options
@click.option(
    "--samples",
    default=SAMPLES,
    show_default=True,
    type=click.IntRange(4),
    help="Pictures to draw.",
)
@click.option(
    "--components",
    default=COMPONENTS,
    show_default=True,
    type=click.IntRange(1),
    help="How many are looked for; empty ones are left out.",
)
@click.option(
    "--side",
    default=SIDE,
    show_default=True,
    type=click.IntRange(4, 64),
    help="Of the map that drawings are laid into, in pixels.",
)
@click.option(
    "--alpha",
    default=ALPHA,
    show_default=True,
    type=NOT_NEGATIVE,
    help="More makes each component's place smaller.",
)
@click.option(
    "--beta",
    default=BETA,
    show_default=True,
    type=NOT_NEGATIVE,
    help="More makes directions less alike.",
)
def localized(
    samples: int, components: int, side: int, alpha: float, beta: float, **options: Any
) -> None:
    """Find directions that each change few places of the drawing, wherever it stands.

    Drawings are first laid upright, to one centre and one size; every pixel is then predicted from
    the codes, and the predictions are taken apart into few directions of few pixels.
    """
    discover_and_write(
        "localized",
        options,
        samples=samples,
        components=components,
        side=side,
        alpha=alpha,
        beta=beta,
    )
