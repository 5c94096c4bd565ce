"""`models directions sefa-conv`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.sefa_conv import SAMPLES


@click.command("sefa-conv")
@discovery_options
@click.option(
    "--activations",
    "inputs",
    flag_value="measured",
    default="white",
    help="Weigh channels by what really enters each layer, measured over samples.",
)
@click.option(
    "--samples",
    default=SAMPLES,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures drawn for --activations.",
)
def sefa_conv(inputs: str, samples: int, **options: Any) -> None:
    """Find directions from styles and convolutions together; takes a second."""
    discover_and_write("sefa-conv", options, inputs=inputs, samples=samples)
