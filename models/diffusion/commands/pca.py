"""`models diffuse pca`."""

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
from models.diffusion.pca import discover


@click.command("pca")
@discovery_options
def pca(**options: Any) -> None:
    """Find along what h differs most between pictures, at every step."""
    subject = subject_of(options)
    if options["dry_run"]:
        say_cost_of_pictures(subject, options["samples"], size_of(subject, options["out"]))
        return
    write_and_list(discover(subject, walked(subject, options["samples"])), options["out"])
