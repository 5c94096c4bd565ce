"""`models directions svm`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.commands.supervised import FRACTION_OPTION, sample_options, settings_of


@click.command("svm")
@discovery_options
@sample_options
@FRACTION_OPTION
def svm(fraction: float, **options: Any) -> None:
    """Find the plane between drawings with least and with most of something (linear SVM)."""
    settings = settings_of(options)
    discover_and_write("svm", options, fraction=fraction, **settings)
