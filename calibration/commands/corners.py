"""`calibrate corners`: where the projection lands on the table."""

from __future__ import annotations

from pathlib import Path

import click
import pygame

from calibration.commands.window import open_window
from calibration.corners import CornerEditor, Outcome
from calibration.corners_window import edit_corners
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import load_calibration, save_calibration
from exhibit.contract.errors import CalibrationError


@click.command()
@CONFIG_OPTION
@click.option("--windowed", is_flag=True, help="A window, to try it on a desk.")
def corners(config_file: Path | None, windowed: bool) -> None:
    """Move the projection onto the printed marks, with the keyboard.

    Needs the registration sheet of `calibrate print` on the table and the table not running. Tab
    selects the next corner, the arrows move it (with Shift in steps of 10 pixels), Enter saves, Esc
    leaves everything as it was. If the F is mirrored press M, if it is turned press R.
    """
    config = read_config(config_file)
    known = load_calibration(config.calibration)
    try:
        window = open_window(config.stage, windowed)
        editor = CornerEditor(
            window.get_size(),
            known.table_mm,
            config.stage.mirror,
            config.stage.rotate,
            known.projector,
        )
        outcome = edit_corners(editor, window)
    except pygame.error as error:
        raise CalibrationError(
            f"no window could be opened ({error}); run it on the table's own display"
        ) from None
    finally:
        pygame.quit()
    if outcome is Outcome.CANCEL:
        click.echo("left as it was")
        return
    save_calibration(config.calibration, known.model_copy(update={"projector": editor.result()}))
    click.echo(f"written to {config.calibration}")
    for key in ("mirror", "rotate"):
        asked, found = getattr(config.stage, key), getattr(editor, key)
        if asked != found:
            click.echo(f"now set stage.{key}: {str(found).lower()} in config.yaml (it is {asked})")
