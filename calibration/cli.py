"""The `calibrate` command: tell the table where camera and projector see it."""

import click

from exhibit.cli.lazy import LazyGroup

COMMANDS = {
    "print": "calibration.commands.print_sheets:print_sheets",
    "camera": "calibration.commands.camera:camera",
    "table": "calibration.commands.table:table",
    "projector": "calibration.commands.projector:projector",
    "light": "calibration.commands.light:light",
    "pens": "calibration.commands.pens:pens",
    "check": "calibration.commands.check:check",
    "report": "calibration.commands.report:report",
    "all": "calibration.commands.all_steps:all_steps",
    "versions": "calibration.commands.versions:versions",
}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
@click.version_option(package_name="tracing-table")
def main() -> None:
    """Measure where camera and projector see the table, and its light. Once, or after a move.

    \b
    1. calibrate print -o sheets.pdf   print it at 100 %
    2. calibrate camera                hold the board before the camera, all over the picture
    3. calibrate table                 with the board where visitors' paper lies
    4. calibrate projector             lay the disc on projected crosses
    5. calibrate light                 with a blank sheet on the table
    6. calibrate pens                  with the pens that visitors get, drawn on the pen card
    7. calibrate check                 does it still hold? In the morning, and every hour

    `calibrate all` goes through them; `calibrate report` writes a page about it.
    """
