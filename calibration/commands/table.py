"""`calibrate table`: where the camera sees the table."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.commands.frames import grab
from calibration.commands.options import FRAMES_OPTION, camera_option, chosen_camera
from calibration.pages import board_page
from calibration.papers import PAPERS
from calibration.printing import render
from calibration.sightings import name_of
from calibration.table import measure_table, without_marks
from exhibit.camera import open_camera
from exhibit.camera.identity import format_of
from exhibit.camera.simulated import SimulatedCamera
from exhibit.cli.numbers import Number
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from exhibit.contract.printed import RULER_MM
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray

_PIXELS_PER_MM = 4


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@FRAMES_OPTION
@click.option(
    "--ruler-mm",
    type=Number(10, 1000),
    default=RULER_MM,
    show_default=True,
    help="What the ruler on the board measures.",
)
@click.option("--new-marks", is_flag=True, help="The border marks were stuck on anew.")
def table(
    config_file: Path | None, source: str | None, frames: int, ruler_mm: float, new_marks: bool
) -> None:
    """Measure where the camera sees the table.

    Lay the board of `calibrate print` where visitors' paper lies, print up, with nothing on it, and
    keep hands off. The border marks around it are measured with it. The table must not be running.
    To rehearse: `--camera simulated` looks at a made-up A4 board and writes nothing.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    rehearsed = asked.source == "simulated"
    seen = _simulated(asked, frames) if rehearsed else grab(open_camera(asked), frames)
    known = Calibration() if rehearsed else load_calibration(config.calibration)
    height, width = seen[0].shape
    seen_by = format_of(asked, (width, height))
    before = without_marks(known) if new_marks else known
    measured = measure_table(seen, seen_by, asked.mirrored, before, ruler_mm)
    paper, camera = measured.paper, measured.camera
    click.echo(
        f"{name_of(measured.board)} board found; largest error {camera.error_mm:.2f} mm; "
        f"{camera.mm_per_px:.2f} mm a pixel; {len(camera.marks) or 'no'} border marks"
    )
    if rehearsed:
        click.echo("a rehearsal: nothing is written")
        return
    update = {"camera": camera, "table_mm": paper.size_mm}
    if known.projector is not None and known.table_mm != paper.size_mm:
        update["projector"] = None
        click.echo("the sheet has another size than before: measure the projection again")
    save_calibration(config.calibration, known.model_copy(update=update))
    click.echo(f"written to {config.calibration}")


def _simulated(config: CameraConfig, count: int) -> list[Gray]:
    """Return frames of a board on the simulated table."""
    opened = open_camera(config)
    assert isinstance(opened, SimulatedCamera)
    opened.close()
    paper = PAPERS["a4"]
    page = render(board_page(paper), _PIXELS_PER_MM)
    return [opened.table.frame_of(page, paper.size_mm, number) for number in range(count)]
