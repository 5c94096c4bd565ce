"""`calibrate all`: every step, one after the other, which can be left and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from calibration.commands.camera import camera
from calibration.commands.check import check
from calibration.commands.light import light
from calibration.commands.pens import pens
from calibration.commands.projector import projector
from calibration.commands.table import table
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import Calibration, load_calibration
from exhibit.contract.errors import ExhibitError


@dataclass(frozen=True, slots=True, eq=False)
class StepOfAll:
    """One step: its name, what to do before it, its command, and whether it was done already."""

    name: str
    prepare: str
    command: click.Command
    is_done: Callable[[Calibration], bool]


STEPS = (
    StepOfAll(
        "camera",
        "Hold the printed board before the camera, glued onto something flat.",
        camera,
        lambda known: known.lens is not None,
    ),
    StepOfAll(
        "table",
        "Lay the board where visitors' paper lies, print up, the four marks in the border.",
        table,
        lambda known: known.camera is not None,
    ),
    StepOfAll(
        "light",
        "Wipe the glass and lay a clean blank sheet where visitors draw.",
        light,
        lambda known: known.light is not None and not known.light.simulated,
    ),
    StepOfAll(
        "projector",
        "Leave the blank sheet there and have the printed disc at hand.",
        projector,
        lambda known: known.projector is not None,
    ),
    StepOfAll(
        "pens",
        "Lay the pen card down, one line of each pen in its box.",
        pens,
        lambda known: known.pens is not None,
    ),
    StepOfAll("check", "Take everything off the table.", check, lambda known: False),
)


@click.command("all")
@CONFIG_OPTION
@click.option("--again", is_flag=True, help="Also steps that were measured already.")
@click.pass_context
def all_steps(context: click.Context, config_file: Path | None, again: bool) -> None:
    """Go through all steps. Leave with Ctrl-C whenever you like; run it again to go on.

    Each step is saved when it is done, and is not asked for again: what calibration.yaml says is
    how far you are. A step that refuses can be tried again or left out. From the operator's page
    it goes without this computer's keyboard.
    """
    path = read_config(config_file).calibration
    for number, step in enumerate(STEPS, start=1):
        title = f"{number} of {len(STEPS)}, {step.name}"
        if step.is_done(load_calibration(path)) and not again:
            click.echo(f"{title}: measured already")
            continue
        click.secho(f"\n{title}: {step.prepare}", bold=True)
        _take(context, step, config_file)


def _take(context: click.Context, step: StepOfAll, config_file: Path | None) -> None:
    while click.prompt("Enter: begin, s: leave it out", default="", show_default=False) != "s":
        try:
            context.invoke(
                step.command, **_defaults(step.command, context), config_file=config_file
            )
        except ExhibitError as error:
            click.echo(f"not measured: {error}")
            continue
        except click.exceptions.Exit as ended:
            if ended.exit_code == 0:
                return
            # It has said what is wrong.
            continue
        return


def _defaults(command: click.Command, context: click.Context) -> dict[str, Any]:
    return {
        str(parameter.name): parameter.get_default(context)
        for parameter in command.params
        if parameter.name != "config_file"
    }
