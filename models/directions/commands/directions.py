"""`models directions`: find, name and measure what can be changed in a drawing."""

import click

from exhibit.cli.lazy import LazyGroup
from models.directions.registry import METHODS, module_of

FOLDER = "models.directions.commands"
COMMANDS = {
    **{name: f"{FOLDER}.{module_of(name)}:{module_of(name)}" for name in METHODS},
    "condition": f"{FOLDER}.condition:condition",
    "classifier": f"{FOLDER}.classifier:classifier",
    "safe-range": f"{FOLDER}.safe_range:safe_range_command",
    "name": f"{FOLDER}.name:name",
    "concepts": f"{FOLDER}.concepts:concepts",
    "sheet": f"{FOLDER}.sheet:sheet",
    "evaluate": f"{FOLDER}.evaluate:evaluate",
}


@click.group("directions", cls=LazyGroup, commands_by_name=COMMANDS)
def directions() -> None:
    """Find directions in a trained generator: what a drawing can be moved along at the table.

    Start with sefa, which needs a second, and regression --sketches, which learns from answers to
    real sketches. Measure with safe-range how far each may go, look at the result with sheet, give
    names with name, and put what is good into a bundle with models bundle add-directions.
    """
