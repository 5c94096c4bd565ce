"""`models directions panda`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from exhibit.contract.errors import InputError
from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import SOURCES
from models.directions.commands.shared import (
    cost_of_trial,
    map_options,
    subject_of,
    write_and_list,
)
from models.directions.panda import APPEARANCES, PARTS, SAMPLES, Part, discover
from models.directions.region import read_region
from models.dry_run import say_cost
from models.networks.stylegan2.config import FEATURE_RESOLUTIONS

PSI, BUNDLE, SKETCHES = SOURCES


@click.command("panda")
@map_options
@click.option(
    "--side",
    type=click.Choice([str(side) for side in FEATURE_RESOLUTIONS]),
    help="Of the feature map that is taken apart, in places; the one that the generator takes "
    "without.",
)
@click.option(
    "--appearances",
    default=APPEARANCES,
    show_default=True,
    type=click.IntRange(1),
    help="How many mixtures of channels.",
)
@click.option(
    "--parts",
    default=PARTS,
    show_default=True,
    type=click.IntRange(1),
    help="How many parts of the picture.",
)
@click.option(
    "--region",
    help="Only the part that lies in it most: x,y,w,h in pixels, or an image, bright inside.",
)
@click.option(
    "--part",
    default="learned",
    show_default=True,
    type=click.Choice(get_args(Part)),
    help="With --region: the learned part that lies in it most, or the region itself. Ink: what is "
    "drawn, wherever that is; with --sketches also where the encoder's map holds it fast.",
)
@click.option(
    "--refine-to",
    type=click.IntRange(0),
    help="Fit the learned parts to one of the pictures, by its number from 0.",
)
@click.option(
    "--samples",
    default=SAMPLES,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures whose maps are taken apart.",
)
@PSI
@BUNDLE
@SKETCHES
def panda(
    side: str | None,
    appearances: int,
    parts: int,
    region: str | None,
    part: Part,
    refine_to: int | None,
    samples: int,
    psi: float,
    bundle: Path | None,
    sketches: Path | None,
    **options: Any,
) -> None:
    """Find directions that give one appearance to one part of the drawing (PandA).

    They are added to a feature map in the middle of the generator, not to its codes: what lies
    outside of the part hardly changes.
    """
    subject = subject_of(options)
    mask = None if region is None else read_region(region, subject.generator.config.resolution)
    wish = Wish(samples, psi, bundle, sketches)
    if part == "ink" and refine_to is not None:
        raise InputError("--refine-to: --part ink has no learned parts; expected one of the two")
    codes = wished_codes(wish, subject, options["checkpoint"])
    taken = subject.generator.config.feature_resolution
    choices = {"side": int(side or taken), "appearances": appearances, "parts": parts, "part": part}
    settings: dict[str, Any] = {**choices, "samples": samples, "region": mask, "codes": codes}
    settings["refined_to"] = refine_to
    if options["dry_run"]:
        say_cost(cost_of_trial("panda", subject, options["out"], 1, **settings))
        return
    found = discover(subject, **settings)
    write_and_list(found, options["out"])
    left = found.directions[0].details["energy_left"]
    click.echo(f"{left:.3f} of the maps' energy is left")
