"""`models directions pca`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options


@click.command("pca")
@discovery_options
@click.option(
    "--samples",
    default=20_000,
    show_default=True,
    type=click.IntRange(2),
    help="Codes to draw.",
)
def pca(samples: int, **options: Any) -> None:
    """Find the directions along which random drawings differ most (PCA of w, GANSpace)."""
    discover_and_write("pca", options, samples=samples)
