"""The `calibrate` command: tell the table where camera and projector see it."""

import click

from exhibit.cli.lazy import LazyGroup

COMMANDS = {
    "marks": "calibration.commands.marks:marks",
    "camera": "calibration.commands.camera:camera",
    "corners": "calibration.commands.corners:corners",
    "light": "calibration.commands.light:light",
    "versions": "calibration.commands.versions:versions",
}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
@click.version_option(package_name="tracing-table")
def main() -> None:
    """Measure where camera and projector see the table, and its light. Once, or after a move.

    \b
    1. calibrate marks -o marks.pdf   print it at 100 %, lay it where visitors draw
    2. calibrate camera               with the sheet on the table
    3. calibrate corners              move the projection onto the printed marks
    4. calibrate light                with a blank sheet on the table
    """
