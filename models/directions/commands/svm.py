"""`models directions svm`."""

from typing import Any

import click

from models.directions.commands.shared import discovery_options
from models.directions.commands.supervised import FRACTION_OPTION, learn_and_write, sample_options


@click.command("svm")
@discovery_options
@sample_options
@FRACTION_OPTION
def svm(fraction: float, **options: Any) -> None:
    """Find the plane between drawings with least and with most of something (linear SVM)."""
    learn_and_write("svm", options, fraction=fraction)
